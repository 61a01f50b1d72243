"""`GET /v1/events`: with the real relay publishing to the real bus."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import SESSION_INFO
from shared.db import Database
from shared.events.envelope import Envelope, EventData
from shared.events.registry import AccountRetired, AccountSubmitted
from shared.messaging import outbox
from shared.messaging.bus import connect
from shared.messaging.relay import Relay
from shared.messaging.streams import fact_stream, state_stream
from shared.tasks import stop
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.eventually import eventually
from tests.support.tenant import Tenant

rows = SESSION_INFO["messaging"].outbox


@pytest.fixture(scope="module")
async def bus(settings_for: SettingsFor) -> AsyncIterator[JetStreamContext]:
    """The bus, with this worker's relay publishing to it."""
    settings = settings_for("registry")
    async with connect(settings, "test") as client:
        js = client.jetstream()
        streams = (fact_stream("registry", settings), state_stream("registry", settings))
        relay = asyncio.create_task(Relay(settings, "registry", client, streams).run())
        try:
            yield js
        finally:
            await stop(relay)


@pytest.fixture
async def begin(bus: JetStreamContext, registry_database: Database) -> str:
    """Where the feed ends before the test: everything so far is published."""
    del bus
    query = select(rows.c.position).where(rows.c.published_at.is_(None)).limit(1)

    async def is_published() -> bool:
        async with registry_database.transaction() as session:
            return await session.scalar(query) is None

    await eventually(is_published)
    async with registry_database.transaction() as session:
        return str(await session.scalar(select(SESSION_INFO["messaging"].feed.c.head)))


async def emit(session: AsyncSession, agency: str, event: type[EventData] = AccountRetired) -> str:
    """Record an event of an agency's account; returns its id."""
    data = event.model_validate(
        {
            "agency_code": agency,
            "account_id": uuid4(),
            "kind": "agency",
            "platform": "x",
            "handle": "a",
            "platform_id": None,
            "url": "https://x.com/a",
            "display_name": "a",
            "languages": ["vi"],
            "state": "retired",
            "reason": "no_longer_held",
        }
    )
    return str((await outbox.emit(session, data, subject=uuid4(), version=1)).id)


async def committed(database: Database, agency: str, event: type[EventData] = AccountRetired) -> str:
    async with database.transaction() as session:
        return await emit(session, agency, event)


async def read(registry: httpx.AsyncClient, after: str, **options: Any) -> tuple[list[str], str]:
    """Ids of one page of the feed, and the cursor of the next."""
    query = {"after": after, "wait": "5", **options.pop("params", {})}
    page = ok(await registry.get("/v1/events", params=query, **options))
    return [event["id"] for event in page["items"]], page["next_cursor"]


async def test_nothing_is_missed_while_transactions_commit_out_of_order(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database, begin: str
) -> None:
    async with registry_database.transaction() as slow:
        early = await emit(slow, tenant.commune)
        late = await committed(registry_database, tenant.commune)
        seen, cursor = await read(registry, begin)
        assert seen == [late]
    assert await read(registry, cursor) == ([early], str(int(begin) + 2))


async def test_a_reader_sees_every_event_once_under_concurrent_commits(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database, begin: str
) -> None:
    async def writer(number: int) -> list[str]:
        ids = []
        for turn in range(20):
            async with registry_database.transaction() as session:
                ids.append(await emit(session, tenant.commune))
                await asyncio.sleep((number + turn) % 3 * 0.005)
                if turn % 7 == number % 7:
                    ids.append(await emit(session, tenant.sibling))
        return ids

    writers = asyncio.gather(*(writer(number) for number in range(4)))
    seen: list[str] = []
    cursor = begin
    while not writers.done() or len(seen) < sum(len(ids) for ids in writers.result()):
        page, cursor = await read(registry, cursor, params={"limit": "7"})
        seen += page
    written = {event for ids in await writers for event in ids}
    assert set(seen) == written
    assert len(seen) == len(written)
    async with registry_database.transaction() as session:
        numbers = list(await session.scalars(select(rows.c.feed_seq).where(rows.c.feed_seq.is_not(None))))
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


async def test_the_feed_and_the_bus_carry_the_same_event(
    registry: httpx.AsyncClient,
    tenant: Tenant,
    registry_database: Database,
    bus: JetStreamContext,
    begin: str,
) -> None:
    arrived: dict[str, bytes] = {}

    async def note(message: Msg) -> None:
        arrived[(message.headers or {})["Nats-Msg-Id"]] = message.data

    only_new = ConsumerConfig(deliver_policy=DeliverPolicy.NEW)
    subscription = await bus.subscribe(AccountRetired.type, stream="REGISTRY", cb=note, config=only_new)
    event = await committed(registry_database, tenant.commune)

    async def has_arrived() -> bool:
        return event in arrived

    page = ok(await registry.get("/v1/events", params={"after": begin, "wait": "5"}))
    (fed,) = page["items"]
    await eventually(has_arrived)
    await subscription.unsubscribe()
    assert fed.pop("sequence") == page["next_cursor"]
    assert Envelope.model_validate(fed) == Envelope.model_validate_json(arrived[event])
    assert fed["agencypath"].split("/") == sorted([tenant.commune, tenant.province])


async def test_events_of_a_subtree_are_for_those_who_reach_it(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database, begin: str
) -> None:
    hidden = await committed(registry_database, tenant.commune, AccountSubmitted)
    public = await committed(registry_database, tenant.commune)
    inside = tenant.auth(tenant.commune, "viewer")

    async def are_there() -> bool:
        return len((await read(registry, begin, headers=inside))[0]) == 2

    await eventually(are_there)
    for reader, expected in (
        (inside, [hidden, public]),
        (tenant.auth(tenant.province, "viewer"), [hidden, public]),
        (tenant.auth(tenant.sibling, "viewer"), [public]),
        (tenant.auth(tenant.foreign, "viewer"), [public]),
        ({}, [public]),
    ):
        assert (await read(registry, begin, headers=reader))[0] == expected


async def test_the_feed_can_be_narrowed_to_types(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database, begin: str
) -> None:
    event = await committed(registry_database, tenant.commune)
    assert (await read(registry, begin))[0] == [event]
    for pattern, expected in (
        ("registry.account.retired.v1", [event]),
        ("registry.account.*", [event]),
        ("registry.*", [event]),
        ("registry.agency.*", []),
        ("registry.account.retired", []),
        ("registry_account.*", []),
    ):
        assert (await read(registry, begin, params={"type": pattern, "wait": "0"}))[0] == expected, pattern


async def test_a_long_poll_is_answered_as_soon_as_something_happens(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database, begin: str
) -> None:
    polling = asyncio.create_task(read(registry, begin, params={"wait": "20"}))
    await asyncio.sleep(0.2)
    assert not polling.done()
    began = time.monotonic()
    event = await committed(registry_database, tenant.commune)
    assert (await polling)[0] == [event]
    assert time.monotonic() - began < 5


async def test_where_there_is_nothing_the_cursor_stays(registry: httpx.AsyncClient, begin: str) -> None:
    assert await read(registry, begin, params={"wait": "0"}) == ([], begin)


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "after=99999999999999999999", "wait=26", "limit=201", "type=%25.*"]
)
async def test_a_question_that_makes_no_sense_is_refused(registry: httpx.AsyncClient, query: str) -> None:
    problem(await registry.get(f"/v1/events?{query}"), 422, "invalid")
