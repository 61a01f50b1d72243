"""Nothing that was accepted is lost, and nothing happens twice, whatever is killed meanwhile."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local import postgres
from deploy.local.config import DATABASE
from deploy.local.stack import RunningStack
from tests.e2e.test_story import all_events, subscribe
from tests.support.answers import ok
from tests.support.eventually import eventually
from tests.support.receiver import Receiver
from tests.support.reports import impersonation, takeover, unknown_account
from tests.support.staff import Staff

INCIDENTS, TAKEOVERS = 200, 5
VICTIMS = (
    "registry",
    "reports",
    "notifications",
    "registry-worker",
    "reports-worker",
    "notifications-worker",
    "nats",
    "postgres",
)


class Reporter:
    """Posts reports all the while; a refusal or a lost answer is tried again with a new target."""

    def __init__(self, client: httpx.AsyncClient, staff: Staff) -> None:
        self._client = client
        self._staff = staff
        self.accepted: list[str] = []
        self.unanswered = 0

    async def post(self, body: dict[str, Any], headers: dict[str, str]) -> str:
        """The incident's id, once a report of it was accepted.

        Raises:
            TimeoutError: none was within a minute.
        """
        async with asyncio.timeout(60):
            return await self._post(body, headers)

    async def _post(self, body: dict[str, Any], headers: dict[str, str]) -> str:
        while True:
            try:
                answer = await self._client.post("/v1/incidents", json=body, headers=headers)
            except httpx.TransportError:
                self.unanswered += 1  # it may or may not have been taken in
            else:
                if answer.status_code == 201:
                    return str(answer.json()["incident_id"])
                if not unknown_account(answer):
                    assert answer.status_code == 503, answer.text
                    self.unanswered += 1  # so may one whose commit was cut off
            await asyncio.sleep(0.1)
            if body["harm"] == "impersonation_agency":
                body = impersonation(body["agency_code"])

    async def run(self, count: int) -> None:
        for _ in range(count):
            self.accepted.append(await self.post(impersonation(self._staff.agency), self._staff.officer))
            await asyncio.sleep(0.05)


@pytest.mark.faults
async def test_every_accepted_report_has_its_effects_exactly_once(
    stack: RunningStack,
    staff: Staff,
    reports: httpx.AsyncClient,
    registry: httpx.AsyncClient,
    notifications: httpx.AsyncClient,
    receiver: Receiver,
) -> None:
    accounts = [await staff.active() for _ in range(TAKEOVERS)]
    await subscribe(notifications, staff.officer, receiver)
    reporter = Reporter(reports, staff)
    posting = asyncio.create_task(reporter.run(INCIDENTS))
    for number, victim in enumerate(VICTIMS):
        await stack.kill(victim)
        if number < TAKEOVERS:
            await reporter.post(takeover(accounts[number]), staff.officer)
        await stack.wait_ready(timeout=60)
    await posting
    accepted = set(reporter.accepted)
    assert len(accepted) == INCIDENTS

    def received() -> set[str]:
        return {event["subject"] for event in receiver.events("reports.incident.received")}

    async def all_received() -> bool:
        return accepted <= received()

    await eventually(all_received, seconds=60)
    assert len(received() - accepted) <= reporter.unanswered + TAKEOVERS

    # In reports: each accepted report is one incident, told of once, at one place of the feed.
    feed = await all_events(reports, staff.officer)
    told = Counter(e["subject"] for e in feed if e["type"] == "reports.incident.received.v1")
    assert all(told[incident] == 1 for incident in accepted)
    places = [int(event["sequence"]) for event in feed]
    assert places == list(range(1, len(places) + 1)), "the feed has gaps"

    # In the registry: each takeover suspended its account once.
    async def suspended() -> bool:
        events = await all_events(registry, staff.officer)
        times = Counter(e["subject"] for e in events if e["type"] == "registry.account.suspended.v1")
        return all(times[account["id"]] >= 1 for account in accounts)

    await eventually(suspended, seconds=30)
    events = await all_events(registry, staff.officer)
    times = Counter(e["subject"] for e in events if e["type"] == "registry.account.suspended.v1")
    assert all(times[account["id"]] == 1 for account in accounts)
    for account in accounts:
        answer = ok(await registry.get("/v1/verify", params={"url": account["url"]}))
        assert answer["verdict"] == "compromised"

    # In notifications: one delivery for each event, numbered without gaps, all of them arrived.
    connection = await asyncpg.connect(postgres.dsn(stack.config, database=DATABASE))
    try:

        async def delivered() -> bool:
            return not await connection.fetchval(
                "SELECT count(*) FROM notifications.deliveries WHERE state <> 'delivered'"
            )

        await eventually(delivered, seconds=60)
        rows = await connection.fetch("SELECT event_id, seq FROM notifications.deliveries ORDER BY seq")
        dead = await connection.fetchval(
            "SELECT (SELECT count(*) FROM registry.dead_letters) + (SELECT count(*) FROM reports.dead_letters)"
            " + (SELECT count(*) FROM notifications.dead_letters)"
        )
    finally:
        await connection.close()
    assert len({row["event_id"] for row in rows}) == len(rows)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert dead == 0
