"""What must hold after any faults: every accepted report has each of its effects exactly once."""

from collections import Counter
from collections.abc import Collection
from typing import Any

import asyncpg
import httpx

from deploy.local import postgres
from deploy.local.config import DATABASE, SERVICES
from deploy.local.stack import RunningStack
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
    feed = await all_events(reports, officer)
    told = Counter(event["subject"] for event in feed if event["type"] == "reports.incident.received.v1")
    assert told == Counter(set(accepted)), "incidents were lost or doubled"
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
        answer = ok(await registry.get("/v1/verify", params={"url": account["url"]}))
        assert answer["verdict"] == "compromised"


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


def assert_gap_free(feed: list[dict[str, Any]]) -> None:
    """The places of a whole feed are 1, 2, 3 …"""
    places = [int(event["sequence"]) for event in feed]
    assert places == list(range(1, len(places) + 1)), "the feed has gaps"
