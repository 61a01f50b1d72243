"""What was put aside, missed or lost comes back, once; clocks and servers may do what they like."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text
from sqlmodel import col

from deploy.local import postgres
from deploy.local.config import LocalConfig
from services.reports.accounts import queries as accounts
from services.reports.accounts.tables import RegisteredAccount
from services.reports.base import SESSION_INFO as REPORTS
from services.reports.subscriptions import apply_accounts
from shared import clock, retention
from shared.db import Database
from shared.events.envelope import Envelope
from shared.messaging.bus import Projection, Work
from shared.messaging.republish import republish
from shared.messaging.streams import fact_stream, state_stream
from tests.contract.bus.conftest import Reader, Writer, named
from tests.contract.bus.effects import Effects, batch, single
from tests.support.broker import Broker
from tests.support.eventually import eventually

rows = REPORTS["messaging"].outbox


@pytest.fixture
def effects(reader: Reader, writer: Writer) -> Effects:
    return Effects(reader, writer)


@pytest.mark.usefixtures("relaying")
@pytest.mark.parametrize("kind", [single, batch])
async def test_restarts_of_either_server_lose_nothing_and_repeat_nothing(
    kind: Callable[[Effects], Work],
    reader: Reader,
    writer: Writer,
    effects: Effects,
    broker: Broker,
    servers: LocalConfig,
    database: str,
    registry_app: FastAPI,
) -> None:
    await reader.start(kind(effects))

    async def emit() -> None:
        for _ in range(60):
            await writer.emit()
            await asyncio.sleep(0.02)

    emitting = asyncio.create_task(emit())
    await broker.restart()
    await cut_off(servers, database, "registry")  # as when PostgreSQL restarts
    await asyncio.sleep(0.3)
    await cut_off(servers, database, "reports-relay")
    await broker.restart()
    await cut_off(servers, database, "registry")
    await emitting
    await effects.until(60)
    # Other tests of this process share the application, whose connections were cut off as well.
    await registry_app.state.database.engine.dispose()


async def cut_off(servers: LocalConfig, database: str, application: str) -> None:
    """End the connections of one side to this test's database, as an ending server does."""
    connection = await asyncpg.connect(postgres.dsn(servers))
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = $2",
            database,
            application,
        )
    finally:
        await connection.close()


async def published(database: Database, agency: str) -> list[tuple[UUID, int | None]]:
    """What the outbox says of an agency's events: ids and places in the feed, in order."""
    async with database.transaction() as session:
        query = select(rows.c.event_id, rows.c.feed_seq).where(rows.c.agency_code == agency)
        return [
            (row.event_id, row.feed_seq) for row in await session.execute(query.order_by(rows.c.position))
        ]


async def all_published(database: Database, agency: str) -> None:
    async def are() -> bool:
        return all(place for _, place in await published(database, agency))

    await eventually(are)


@pytest.mark.usefixtures("relaying")
async def test_a_broker_that_lost_its_disk_is_filled_again(
    reader: Reader, writer: Writer, effects: Effects, broker: Broker
) -> None:
    began = datetime.now(UTC) - timedelta(minutes=1)
    consumer = await reader.start(batch(effects))
    for version in (1, 2):
        for key in ("a", "b"):
            await writer.emit(state_key=f"{writer.agency}.{key}", version=version)
    await effects.until(4)
    before = await published(writer.database, writer.agency)
    await broker.lose_disk()
    missed = await writer.emit(state_key=f"{writer.agency}.c")  # declares the stream of facts again

    async def is_back() -> bool:
        return writer.client.is_connected

    await eventually(is_back)
    streams = (fact_stream("reports", writer.settings), state_stream("reports", writer.settings))
    facts, states = await republish(writer.settings, "reports", writer.js, streams, began)
    assert (facts, states) >= (4, 2)
    await effects.until(5)
    assert not consumer.is_stale
    assert (await published(writer.database, writer.agency))[:4] == before
    await all_published(writer.database, writer.agency)
    for key, version in (("a", 2), ("b", 2), ("c", 1)):
        state = await writer.js.get_last_msg("REPORTS_STATE", f"state.reports.{writer.agency}.{key}")
        assert Envelope.model_validate_json(state.data or b"").version == version
    assert missed in effects.order
    await republish(writer.settings, "reports", writer.js, streams, began)
    await effects.until(5)


async def test_a_new_reader_finds_the_facts_in_their_order_after_a_loss(
    reader: Reader, writer: Writer, effects: Effects
) -> None:
    relay = asyncio.create_task(writer.relay().run())
    emitted = [await writer.emit() for _ in range(20)]
    await all_published(writer.database, writer.agency)
    relay.cancel()
    await writer.js.delete_stream("REPORTS")
    streams = (fact_stream("reports", writer.settings), state_stream("reports", writer.settings))
    since = datetime.now(UTC) - timedelta(minutes=1)
    await republish(writer.settings, "reports", writer.js, streams, since)
    await reader.start(single(effects))
    await effects.until(20)
    assert effects.order == emitted


async def test_an_older_state_gives_way_and_a_newer_one_stays(writer: Writer) -> None:
    relay = asyncio.create_task(writer.relay().run())
    old, new = f"state.reports.{writer.agency}.old", f"state.reports.{writer.agency}.new"
    for key in ("old", "new"):
        await writer.emit(state_key=f"{writer.agency}.{key}", version=5)
    await all_published(writer.database, writer.agency)
    relay.cancel()
    for subject, version in ((old, 4), (new, 6)):
        event = writer.event(version=version)
        await writer.js.publish(subject, event.model_dump_json().encode())
    streams = (fact_stream("reports", writer.settings), state_stream("reports", writer.settings))
    await republish(writer.settings, "reports", writer.js, streams, datetime.now(UTC))
    for subject, version in ((old, 5), (new, 6)):
        state = await writer.js.get_last_msg("REPORTS_STATE", subject)
        assert Envelope.model_validate_json(state.data or b"").version == version


@pytest.mark.usefixtures("relaying")
async def test_the_current_states_outlive_the_retention_of_events(writer: Writer) -> None:
    with clock.shifted(timedelta(days=-31)):
        await writer.emit()
        await writer.emit(state_key=f"{writer.agency}.a", version=1)
        current = await writer.emit(state_key=f"{writer.agency}.a", version=2)
    recent = await writer.emit()
    await all_published(writer.database, writer.agency)
    await retention.forget_once(writer.database, retention.MESSAGING)
    assert [event for event, _ in await published(writer.database, writer.agency)] == [current, recent]


async def test_a_lost_read_model_is_back_after_a_restart(reader: Reader, writer: Writer) -> None:
    """On the tables of the read model of accounts, with states published by `reports` itself."""
    work = named(
        Projection(
            "reports-accounts", "REPORTS_STATE", ("state.reports.>",), apply_accounts, accounts.is_empty
        )
    )
    reports = replace(reader, database=writer.database, tasks=[])
    known = [uuid4() for _ in range(50)]
    for each in known:
        event = writer.event(data=account(each, writer.agency), version=3)
        await writer.js.publish(f"state.reports.{each}", event.model_dump_json().encode())

    async def are_known() -> bool:
        async with writer.database.transaction() as session:
            query = select(func.count()).where(
                col(RegisteredAccount.agency_code) == writer.agency, col(RegisteredAccount.version) == 3
            )
            return await session.scalar(query) == len(known)

    try:
        await reports.start(work)
        await eventually(are_known)
        await reports.stop()
        async with writer.database.transaction() as session:
            await session.execute(text("TRUNCATE registered_accounts"))
        await reports.start(work)
        assert await are_known(), "it had caught up"
    finally:
        await reports.stop()


def account(account_id: UUID, agency: str) -> dict[str, Any]:
    return {
        "agency_code": agency,
        "account_id": str(account_id),
        "kind": "agency",
        "platform": "x",
        "handle": "a",
        "platform_id": None,
        "url": "https://x.com/a",
        "display_name": "a",
        "languages": ["vi"],
        "state": "active",
        "reason": None,
    }


@pytest.mark.usefixtures("relaying")
async def test_a_clock_that_is_put_back_changes_no_order(
    reader: Reader, writer: Writer, effects: Effects
) -> None:
    await reader.start(batch(effects))
    emitted = [await writer.emit(), await writer.emit()]
    await effects.until(2)
    with clock.shifted(timedelta(hours=-1)):
        emitted += [await writer.emit(), await writer.emit()]
        await effects.until(4)
        with clock.shifted(timedelta(hours=3)):
            emitted += [await writer.emit()]
            await effects.until(5)
        await retention.forget_once(writer.database, retention.MESSAGING)
        emitted += [await writer.emit()]
        await effects.until(6)
    assert effects.order == emitted
    feed = await published(writer.database, writer.agency)
    assert [event for event, _ in feed] == emitted
    places = [place or 0 for _, place in feed]
    assert places == sorted(places)
