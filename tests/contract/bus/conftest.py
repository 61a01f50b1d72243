"""One publisher, `reports`, and one consumer, the registry, on a nats-server of their own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client
from nats.js import JetStreamContext
from sqlalchemy import Row, select

from services.registry.base import SESSION_INFO as REGISTRY
from services.reports.base import SESSION_INFO as REPORTS
from shared.db import Database
from shared.events.envelope import Envelope
from shared.events.reports import TakeoverConfirmed
from shared.messaging import outbox
from shared.messaging.bus import Consumer, Pace, Work, connect
from shared.messaging.relay import Relay
from shared.messaging.streams import declare_stream, fact_stream, state_stream
from shared.settings import ServiceSettings
from shared.tasks import stop
from tests.conftest import SettingsFor
from tests.support.broker import Broker, running_broker

QUICK = Pace(ack_wait=1.0, heartbeat=0.4, retry=0.2)
TYPE = TakeoverConfirmed.type


@pytest.fixture(scope="session")
async def broker() -> AsyncIterator[Broker]:
    async with running_broker() as running:
        yield running


@dataclass
class Reader:
    """The registry's side: its connection, its database, and the consumers it runs."""

    client: Client
    js: JetStreamContext
    database: Database
    tasks: "list[asyncio.Task[None]]" = field(default_factory=list)

    async def start(self, work: Work, pace: Pace = QUICK) -> Consumer:
        """Run a consumer for the length of the test, once it has caught up."""
        consumer = Consumer(self.js, self.client, self.database, work, pace)
        self.tasks.append(asyncio.create_task(consumer.run()))
        await consumer.caught_up.wait()
        return consumer

    async def stop(self) -> None:
        await stop(*self.tasks)

    async def letters(self, consumer: str) -> list[Row[tuple[object, ...]]]:
        """The dead letters of one consumer, as they came."""
        letters = REGISTRY["messaging"].dead_letters
        async with self.database.transaction() as session:
            query = select(letters).where(letters.c.consumer == consumer).order_by(letters.c.stream_seq)
            return list((await session.execute(query)).all())


@pytest.fixture
async def reader(broker: Broker, settings_for: SettingsFor) -> AsyncIterator[Reader]:
    settings = broker.serving(settings_for("registry"))
    database = Database(settings, "registry", REGISTRY)
    async with connect(settings, "test") as client:
        reader = Reader(client, client.jetstream(timeout=1), database)
        try:
            yield reader
        finally:
            await reader.stop()
    await database.close()


@dataclass
class Writer:
    """The side of `reports`: its streams, its outbox, and raw messages too."""

    settings: ServiceSettings
    client: Client
    js: JetStreamContext
    database: Database
    agency: str = field(default_factory=lambda: f"A{uuid4().hex[:12].upper()}")

    def relay(self) -> Relay:
        streams = (fact_stream("reports", self.settings), state_stream("reports", self.settings))
        return Relay(self.settings, "reports", self.client, streams)

    async def emit(self, *, state_key: str | None = None, version: int = 1) -> UUID:
        """Commit an event to the outbox."""
        data = TakeoverConfirmed(agency_code=self.agency, incident_id=uuid4(), account_id=uuid4())
        async with self.database.transaction() as session:
            event = await outbox.emit(
                session, data, subject=uuid4(), version=version, path=[self.agency], state_key=state_key
            )
        return event.id

    def event(self, **changes: object) -> Envelope:
        return Envelope(
            id=uuid4(),
            source="/reports",
            type=TYPE,
            subject=str(uuid4()),
            time="2026-01-01T00:00:00Z",
            traceparent="",
            causationid=None,
            agency=self.agency,
            agencypath=self.agency,
            audience="subtree",
            version=1,
            data={"agency_code": self.agency, "incident_id": str(uuid4()), "account_id": str(uuid4())},
        ).model_copy(update=changes)

    async def put(self, data: bytes, kind: str = "subscription") -> None:
        """Publish a message at once, for a kind of consumer: a fact, or the state of something new."""
        await self.js.publish(f"state.reports.{uuid4()}" if kind == "projection" else TYPE, data)

    async def say(self, kind: str = "subscription", **changes: object) -> UUID:
        """Publish an event at once, without an outbox."""
        event = self.event(**changes)
        await self.put(event.model_dump_json().encode(), kind)
        return event.id


@pytest.fixture
async def writer(broker: Broker, settings_for: SettingsFor) -> AsyncIterator[Writer]:
    settings = broker.serving(settings_for("reports"))
    database = Database(settings, "reports", REPORTS)
    async with connect(settings, "test") as client:
        js = client.jetstream(timeout=2)
        await declare_stream(js, fact_stream("reports", settings))
        await declare_stream(js, state_stream("reports", settings))
        await js.purge_stream("REPORTS")
        await js.purge_stream("REPORTS_STATE")
        yield Writer(settings, client, js, database)
    await database.close()


@pytest.fixture
async def relaying(writer: Writer) -> AsyncIterator[None]:
    """The relay of `reports` runs."""
    relay = asyncio.create_task(writer.relay().run())
    yield
    await stop(relay)


def named(work: Work) -> Work:
    """The same under a name that nobody else has."""
    return replace(work, durable=f"{work.durable}-{uuid4().hex[:8]}")
