"""What must hold after any faults: every accepted report has each of its effects exactly once."""

import json
from collections import Counter
from collections.abc import Collection
from typing import Any

import asyncpg
import httpx

from deploy.local import postgres
from deploy.local.config import DATABASE, SERVICES, service_environment
from deploy.local.stack import RunningStack
from shared.audit.chain import verify
from shared.audit.export import export
from shared.settings import ServiceSettings
from tests.e2e.test_story import all_events
from tests.support.answers import ok
from tests.support.eventually import eventually
from tests.support.receiver import Receiver

PATIENCE = 90.0
"""Seconds that everything has to settle down."""


async def reports_hold(
    reports: httpx.AsyncClient, officer: dict[str, str], accepted: Collection[str]
) -> None:
    """Each accepted report is one incident, told of once, at one place of a feed without gaps."""

    async def everything() -> list[dict[str, Any]] | None:
        feed = await all_events(reports, officer)
        return feed if {event["subject"] for event in feed} >= set(accepted) else None

    feed = await eventually(everything, seconds=PATIENCE)
    told = Counter(event["subject"] for event in feed if event["type"] == "reports.incident.received.v1")
    assert told == Counter(set(accepted)), "incidents were doubled"
    assert_gap_free(feed)


async def registry_holds(
    registry: httpx.AsyncClient, officer: dict[str, str], hijacked: Collection[dict[str, Any]]
) -> None:
    """Each takeover suspended its account once, and the account is compromised for everybody."""

    async def suspended() -> Counter[str] | None:
        feed = await all_events(registry, officer)
        times = Counter(
            event["subject"] for event in feed if event["type"] == "registry.account.suspended.v1"
        )
        return times if times.keys() >= {account["id"] for account in hijacked} else None

    assert await eventually(suspended, seconds=PATIENCE) == Counter(account["id"] for account in hijacked)
    for account in hijacked:

        async def compromised(link: str = account["url"]) -> bool:
            answer = ok(await registry.get("/v1/verify", params={"url": link}))
            return bool(answer["verdict"] == "compromised")

        await eventually(compromised, seconds=2)


async def notifications_hold(stack: RunningStack, receiver: Receiver, accepted: Collection[str]) -> None:
    """Each event is one delivery to the one subscription, numbered without gaps, and all of them arrived."""
    connection = await asyncpg.connect(postgres.dsn(stack.config, database=DATABASE))
    try:

        async def delivered() -> bool:
            told = {event["subject"] for event in receiver.events("reports.incident.received")}
            waiting = "SELECT count(*) FROM notifications.deliveries WHERE state <> 'delivered'"
            return told == set(accepted) and not await connection.fetchval(waiting)

        await eventually(delivered, seconds=PATIENCE)
        rows = await connection.fetch("SELECT event_id, seq FROM notifications.deliveries ORDER BY seq")
        dead = {
            service: await connection.fetchval(f"SELECT count(*) FROM {service}.dead_letters")  # noqa: S608
            for service in SERVICES
        }
    finally:
        await connection.close()
    assert len({row["event_id"] for row in rows}) == len(rows)
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert not any(dead.values()), dead
    arrived = {message.headers["webhook-id"] for message in receiver.messages}
    assert len(arrived) == len(rows)


async def audit_holds(stack: RunningStack, hijacked: Collection[dict[str, Any]]) -> None:
    """The logs are whole; they name each report of a takeover, and each suspension, once."""
    acts: Counter[tuple[str, str]] = Counter()
    for service in SERVICES:
        variables = {
            name.lower(): value for name, value in service_environment(stack.config, service).items()
        }
        settings = ServiceSettings.model_validate(variables)

        async def sealed(service: str = service, settings: ServiceSettings = settings) -> list[str] | None:
            lines: list[str] = []
            await export(service, lines.append, settings)
            return lines if len(lines) == await _audited(stack, service) else None

        lines = await eventually(sealed, seconds=PATIENCE)
        assert verify(lines).place == len(lines)
        entries = [json.loads(line)["entry"] for line in lines]
        acts.update((entry["action"], entry["object_id"]) for entry in entries)
    assert sum(times for (action, _), times in acts.items() if action == "incidents.confirm") == len(hijacked)
    assert all(acts["accounts.suspend", account["id"]] == 1 for account in hijacked)


async def _audited(stack: RunningStack, service: str) -> int:
    connection = await asyncpg.connect(postgres.dsn(stack.config, database=DATABASE))
    try:
        rows: int = await connection.fetchval(f"SELECT count(*) FROM {service}_audit.audit")  # noqa: S608
    finally:
        await connection.close()
    return rows


def assert_gap_free(feed: list[dict[str, Any]]) -> None:
    """The places of a whole feed are 1, 2, 3 …"""
    places = [int(event["sequence"]) for event in feed]
    assert places == list(range(1, len(places) + 1)), "the feed has gaps"
