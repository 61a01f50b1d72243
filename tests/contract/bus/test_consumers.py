"""A consumer meets every kind of message and every kind of server."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from nats.js.api import ConsumerConfig, DeliverPolicy
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.agency_projection import agency_projection
from shared.events.envelope import Envelope
from shared.events.reports import TakeoverConfirmed
from shared.messaging.bus import BatchSubscription, Pace, Projection, Received, Subscription, Work
from shared.messaging.streams import declare_stream, fact_stream
from shared.worker import health_app
from tests.contract.bus.conftest import QUICK, TYPE, Reader, Writer, named
from tests.support.answers import ok
from tests.support.broker import Broker
from tests.support.eventually import eventually
from tests.support.tenant import agency

KINDS = ("subscription", "batch", "projection")


class Notes:
    """What a handler was given, in order, and what it does before it returns."""

    def __init__(self, then: Callable[[Envelope], Awaitable[None]] | None = None) -> None:
        self.events: list[UUID] = []
        self._then = then

    def work(self, kind: str) -> Work:
        """A consumer of one kind that writes here."""
        if kind == "subscription":
            return named(Subscription("registry-test", "REPORTS", (TYPE,), self._one))
        if kind == "batch":
            return named(BatchSubscription("registry-test", "REPORTS", (TYPE,), self._many))
        subjects = ("state.reports.>",)
        return named(Projection("registry-test", "REPORTS_STATE", subjects, self._states, _never_empty))

    async def _one(self, session: AsyncSession, event: Envelope) -> None:
        del session
        TakeoverConfirmed.model_validate(event.data)
        if self._then:
            await self._then(event)
        self.events.append(event.id)

    async def _states(self, session: AsyncSession, events: list[Envelope]) -> None:
        for event in events:
            await self._one(session, event)

    async def _many(self, session: AsyncSession, received: list[Received]) -> None:
        await self._states(session, [each.event for each in received])

    async def until(self, *events: UUID, seconds: float = 10.0) -> None:
        """Wait until these were handled."""

        async def were_handled() -> bool:
            return set(events) <= set(self.events)

        await eventually(were_handled, seconds=seconds)


async def _never_empty(_: AsyncSession) -> bool:
    return False


@pytest.mark.parametrize("kind", KINDS)
async def test_poison_is_put_aside_once_and_holds_nobody_up(
    kind: str, reader: Reader, writer: Writer
) -> None:
    good = writer.event().model_dump(mode="json")
    notes = Notes()
    first = await writer.say(kind)
    broken = (
        b"",
        b"\xff\xfe",
        b"not JSON",
        b"[]",
        b"{}",
        orjson.dumps({**good, "specversion": "2.0"}),
        orjson.dumps({**good, "id": "1"}),
        orjson.dumps({**good, "time": "yesterday"}),
        orjson.dumps({**good, "data": {"account_id": "x"}}),
    )
    for data in broken:
        await writer.put(data, kind)
    tolerated = {**good, "newattribute": 1, "data": {**good["data"], "new_field": {"x": [1]}}}
    await writer.put(orjson.dumps(tolerated), kind)
    last = await writer.say(kind)
    work = notes.work(kind)
    await reader.start(work)
    await notes.until(first, UUID(good["id"]), last)

    async def are_buried() -> bool:
        return len(await reader.letters(work.durable)) >= len(broken)

    await eventually(are_buried)
    letters = await reader.letters(work.durable)
    assert Counter(letter.error for letter in letters) == {"ValidationError": len(broken)}
    assert [letter.stream_seq for letter in letters] == sorted({letter.stream_seq for letter in letters})
    assert str(letters[-1].event_id) == good["id"]
    info = await reader.js.consumer_info(work.stream, work.durable)
    assert (info.num_pending, info.num_ack_pending) == (0, 0)


async def test_a_fact_under_the_name_of_another_is_poison(reader: Reader, writer: Writer) -> None:
    notes = Notes()
    work = notes.work("batch")
    await reader.start(work)
    forged = await writer.say(type="reports.incident.refused.v1")
    await notes.until(await writer.say())
    assert [(each.error, each.event_id) for each in await reader.letters(work.durable)] == [
        ("Misdirected", forged)
    ]


async def test_a_value_that_no_column_holds_is_poison_too(reader: Reader, writer: Writer) -> None:
    async def refuse(event: Envelope) -> None:
        if event.version > 1:
            async with reader.database.transaction() as session:
                await session.execute(text(f"SELECT CAST('{event.version}' AS smallint)"))

    notes = Notes(refuse)
    work = notes.work("subscription")
    await reader.start(work)
    await writer.say(version=10**9)
    await notes.until(await writer.say())
    assert [letter.error for letter in await reader.letters(work.durable)] == ["NumericValueOutOfRangeError"]


def state_of(code: str) -> dict[str, Any]:
    """An agency, as the registry tells of it."""
    return {"agency_code": code, **agency(code)}


async def test_a_state_that_no_read_model_takes_is_put_aside(reader: Reader, writer: Writer) -> None:
    real = agency_projection("registry")
    work = named(
        Projection("registry-test", "REPORTS_STATE", ("state.reports.>",), real.apply, real.is_empty)
    )
    for code, version in ((f"{writer.agency}.1", 1), ("X" * 99, 1), (f"{writer.agency}.2", 10**12)):
        event = writer.event(data=state_of(code), version=version)
        await writer.js.publish(f"state.reports.{code}", event.model_dump_json().encode())
    event = writer.event(data=state_of(f"{writer.agency}.3"))
    await writer.js.publish("state.reports.last", event.model_dump_json().encode())
    await reader.start(work)

    async def are_known() -> bool:
        async with reader.database.transaction() as session:
            query = text("SELECT count(*) FROM agencies WHERE code = ANY(:codes)")
            codes = [f"{writer.agency}.1", f"{writer.agency}.3"]
            return (await session.scalar(query, {"codes": codes}) or 0) > 1

    await eventually(are_known)

    async def are_buried() -> bool:
        return len(await reader.letters(work.durable)) == 2

    await eventually(are_buried)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("failure", [RuntimeError, OSError, TimeoutError])
async def test_what_fails_comes_again_later_each_time_and_others_pass(
    kind: str, failure: type[Exception], reader: Reader, writer: Writer
) -> None:
    tries: list[float] = []

    async def stumble(event: Envelope) -> None:
        if event.id == bad:
            tries.append(time.monotonic())
            if len(tries) < 5:
                raise failure

    notes = Notes(stumble)
    bad = await writer.say(kind)
    others = [await writer.say(kind) for _ in range(3)]
    await reader.start(notes.work(kind), Pace(ack_wait=30, heartbeat=0.4, retry=0.1))
    await notes.until(bad, *others)
    assert notes.events[-1] == bad, "the others pass"
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps[-1] > 0.25, "the delay does not grow"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_slow_handler_is_not_given_to_anybody_else(kind: str, reader: Reader, writer: Writer) -> None:
    async def take_long(_: Envelope) -> None:
        await asyncio.sleep(0.7)

    notes = Notes(take_long)
    said = [await writer.say(kind) for _ in range(5)]
    work = notes.work(kind)
    await reader.start(work)  # JetStream waits 1 s for an acknowledgement; all of them take 3.5 s
    await notes.until(*said)
    await asyncio.sleep(QUICK.ack_wait)
    assert notes.events == said
    assert (await reader.js.consumer_info(work.stream, work.durable)).num_redelivered == 0


async def test_a_server_that_says_nothing_shows_and_is_no_matter_afterwards(
    broker: Broker, reader: Reader, writer: Writer
) -> None:
    notes = Notes()
    consumer = await reader.start(notes.work("subscription"))
    relay = writer.relay()
    relay.caught_up.set()
    app = health_app(reader.client, reader.database, relay, [consumer])

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as worker:

        async def is_ready() -> bool:
            return (await worker.get("/readyz")).status_code == 200

        async def is_not_ready() -> bool:
            return not await is_ready()

        await notes.until(await writer.say())
        await asyncio.sleep(QUICK.stale * 1.5)
        assert ok(await worker.get("/readyz")) == {"status": "ready"}, "silence is no failure"
        with broker.paused():
            await eventually(is_not_ready, seconds=QUICK.stale * 3)
            answer = (await worker.get("/readyz")).json()
            assert answer == {"status": "not ready", "waiting_for": [consumer.work.durable]}
            metrics = (await worker.get("/metrics")).text
            assert f'consumer_silence_seconds{{consumer="{consumer.work.durable}"}} 0.' not in metrics
            assert f'consumer_lag{{consumer="{consumer.work.durable}"}} 0.0' in metrics
            assert f'dead_letters{{consumer="{consumer.work.durable}"}} 0.0' in metrics
            await asyncio.sleep(2)  # past the patience of a pull: it is being rebuilt
        await eventually(is_ready, seconds=20)
    await notes.until(await writer.say())


async def test_after_a_restart_of_the_server_nobody_waits_for_silence(
    broker: Broker, reader: Reader, writer: Writer
) -> None:
    notes = Notes()
    await reader.start(notes.work("subscription"), Pace())
    await notes.until(await writer.say())
    await broker.restart()

    async def are_connected() -> bool:
        return writer.client.is_connected and reader.client.is_connected

    await eventually(are_connected)
    await notes.until(await writer.say(), seconds=5.0)


async def test_a_deleted_consumer_is_back_at_once(reader: Reader, writer: Writer) -> None:
    notes = Notes()
    consumer = await reader.start(notes.work("batch"))
    before = await writer.say()
    await notes.until(before)
    await reader.js.delete_consumer("REPORTS", consumer.work.durable)
    await notes.until(await writer.say(), seconds=3)
    assert Counter(notes.events)[before] == 1


async def test_an_old_consumer_is_brought_to_the_new_settings(reader: Reader, writer: Writer) -> None:
    notes = Notes()
    work = notes.work("subscription")
    old = ConsumerConfig(
        durable_name=work.durable,
        ack_wait=77,
        max_deliver=3,
        max_ack_pending=7,
        filter_subject="reports.nothing.v1",
        deliver_policy=DeliverPolicy.NEW,
    )
    await reader.js.add_consumer("REPORTS", old)
    before = await writer.say()
    await reader.start(work)
    await notes.until(before)
    config = (await reader.js.consumer_info("REPORTS", work.durable)).config
    assert (config.ack_wait, config.max_deliver, config.max_ack_pending) == (QUICK.ack_wait, -1, 5000)
    assert (config.filter_subjects or [config.filter_subject]) == [TYPE]


async def test_settings_that_can_change_in_place_keep_the_consumer(reader: Reader, writer: Writer) -> None:
    notes = Notes()
    work = notes.work("subscription")
    await reader.start(work)
    await notes.until(await writer.say())
    made = (await reader.js.consumer_info("REPORTS", work.durable)).created
    await reader.stop()
    await reader.start(work, Pace(ack_wait=20.0))
    info = await reader.js.consumer_info("REPORTS", work.durable)
    assert (info.created, info.config.ack_wait) == (made, 20.0)


async def test_a_stream_is_brought_to_the_new_settings(writer: Writer) -> None:
    await writer.say()
    await writer.js.update_stream(
        fact_stream("reports", writer.settings).evolve(duplicate_window=7, max_age=3600, max_bytes=2**20)
    )
    await declare_stream(writer.js, fact_stream("reports", writer.settings))
    stream = await writer.js.stream_info("REPORTS")
    assert (stream.config.duplicate_window, stream.config.max_age) == (120, 30 * 24 * 3600)
    assert stream.config.max_bytes == writer.settings.nats_stream_bytes
    assert stream.state.messages == 1
