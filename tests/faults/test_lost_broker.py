"""NATS loses everything it stored while the whole stack runs, and is filled again by hand."""

import asyncio
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local import postgres
from deploy.local.config import DATABASE, PROJECT, SERVICES, service_environment
from deploy.local.stack import RunningStack
from tests.e2e.test_story import all_events, subscribe
from tests.support.answers import ok
from tests.support.eventually import eventually
from tests.support.receiver import Receiver
from tests.support.reports import impersonation, report_takeover
from tests.support.staff import Staff


async def operate(stack: RunningStack, service: str, *arguments: str) -> str:
    """What an operator's command prints."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"services.{service}.operate", *arguments),
        env={**os.environ, **service_environment(stack.config, service)},
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await child.communicate()
    assert child.returncode == 0, output
    return output.decode()


async def ask(stack: RunningStack, query: str) -> Any:
    """The one value that a query gives."""
    connection = await asyncpg.connect(postgres.dsn(stack.config, database=DATABASE))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def lose_everything(stack: RunningStack) -> None:
    """Kill NATS after its store is gone; it starts again with nothing."""
    pid = stack.pids["nats"]
    os.kill(pid, signal.SIGSTOP)
    try:
        shutil.rmtree(stack.config.home / "nats")
    finally:
        await stack.kill("nats")


@asynccontextmanager
async def nobody_listening(stack: RunningStack) -> AsyncIterator[None]:
    """What is published in the block is heard by none, and goes down with the broker."""
    listeners = [stack.pids["registry-worker"], stack.pids["notifications-worker"]]
    for pid in listeners:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in listeners:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.faults
async def test_a_broker_that_lost_its_disk_is_filled_again(
    stack: RunningStack,
    staff: Staff,
    reports: httpx.AsyncClient,
    registry: httpx.AsyncClient,
    notifications: httpx.AsyncClient,
    receiver: Receiver,
) -> None:
    since = datetime.now(UTC)
    await subscribe(notifications, staff.officer, receiver)
    lost, later = await staff.active(), await staff.active()
    incidents = [
        ok(await reports.post("/v1/incidents", json=impersonation(staff.agency), headers=staff.officer), 201)
        for _ in range(10)
    ]

    async with nobody_listening(stack):
        await report_takeover(reports, lost, staff.officer)

        async def is_published() -> bool:
            return not await ask(stack, "SELECT count(*) FROM reports.outbox WHERE published_at IS NULL")

        await eventually(is_published)
        await lose_everything(stack)
    for service in SERVICES:
        assert "published" in await operate(stack, service, "republish", "--since", since.isoformat())
    await stack.wait_ready(timeout=60)
    await report_takeover(reports, later, staff.officer)

    async def both_are_suspended() -> bool:
        events = await all_events(registry, staff.officer)
        times = Counter(e["subject"] for e in events if e["type"] == "registry.account.suspended.v1")
        assert max(times.values(), default=0) <= 1
        return times[lost["id"]] == times[later["id"]] == 1

    await eventually(both_are_suspended, seconds=30)
    expected = {incident["incident_id"] for incident in incidents}

    async def all_received() -> bool:
        told = Counter(event["subject"] for event in receiver.events("reports.incident.received"))
        suspended = receiver.events("registry.account.suspended")
        return expected <= set(told) and {e["subject"] for e in suspended} >= {lost["id"], later["id"]}

    await eventually(all_received, seconds=30)
    delivered = [message.headers["webhook-id"] for message in receiver.messages]
    assert len(delivered) == len(set(delivered)), "a delivery was made twice"
    twice = "SELECT FROM notifications.deliveries GROUP BY subscription_id, event_id HAVING count(*) > 1"
    assert await ask(stack, f"SELECT count(*) FROM ({twice}) AS twice") == 0  # noqa: S608
    agencies = await ask(stack, "SELECT count(*) FROM registry.agencies")
    for service in SERVICES:
        assert await ask(stack, f"SELECT count(*) FROM {service}.agencies") == agencies  # noqa: S608
        assert await operate(stack, service, "dead-letters") == ""

    # A read model that is lost now is filled from what was published again.
    await ask(stack, "TRUNCATE reports.registered_accounts, reports.agencies, reports.agency_reach")
    await stack.kill("reports-worker")
    await stack.wait_ready("reports-worker", timeout=60)
    assert await ask(stack, "SELECT count(*) FROM reports.agencies") == agencies
    known = await ask(stack, "SELECT array_agg(id::text) FROM reports.registered_accounts")
    assert {lost["id"], later["id"]} <= set(known)
