"""The bus: NATS JetStream. Streams are declared at start, consumers are durable and pull.

A message is handled in one database transaction and acknowledged after its commit. What fails for
a passing reason comes again for ever; what can never succeed becomes a row of `dead_letters`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
)
from pydantic import ValidationError
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.db import Database, new_id
from shared.events.envelope import Envelope
from shared.messaging import inbox
from shared.messaging.outbox import tables
from shared.messaging.pull import pull
from shared.problems import AppError, Unavailable
from shared.settings import ServiceSettings, read_secret
from shared.telemetry import EVENTS_HANDLED, continue_trace

log = logging.getLogger(__name__)

ACK_WAIT_SECONDS = 30.0
RETRY_SECONDS = 2.0


@dataclass(frozen=True)
class Received:
    """A fact from a stream, with its text exactly as it was published."""

    event: Envelope
    text: str


Handler = Callable[[AsyncSession, Envelope], Awaitable[None]]
BatchHandler = Callable[[AsyncSession, list[Received]], Awaitable[None]]
Apply = Callable[[AsyncSession, list[Envelope]], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """A reaction to facts: `handler` runs once for each event of `subjects`."""

    durable: str
    stream: str
    subjects: tuple[str, ...]
    handler: Handler

    async def handle(self, session: AsyncSession, received: Received) -> None:
        await self.handler(session, received.event)


@dataclass(frozen=True)
class BatchSubscription:
    """A reaction to facts that is worth sharing a transaction: `handler` takes many, in their order."""

    durable: str
    stream: str
    subjects: tuple[str, ...]
    handler: BatchHandler

    async def handle(self, session: AsyncSession, received: Received) -> None:
        await self.handler(session, [received])


@dataclass(frozen=True)
class Projection:
    """A read model kept from a compacted state stream.

    `apply` takes the current states, many at a time, and ignores versions it has passed. When
    `is_empty` says the table is new or lost, the whole state is read again.
    """

    durable: str
    stream: str
    subjects: tuple[str, ...]
    apply: Apply
    is_empty: Callable[[AsyncSession], Awaitable[bool]]


Work = Subscription | BatchSubscription | Projection
_BATCH = {Subscription: 50, BatchSubscription: 100, Projection: 2000}


@asynccontextmanager
async def connect(settings: ServiceSettings, name: str) -> AsyncIterator[Client]:
    """A connection that comes back by itself, however long the server is away."""

    async def note_disconnect() -> None:
        log.warning("bus disconnected")

    async def note_reconnect() -> None:
        log.info("bus reconnected")

    client = await nats.connect(
        settings.nats_url,
        user=settings.nats_user,
        password=read_secret(settings.nats_password_file),
        name=name,
        inbox_prefix=f"_INBOX_{settings.nats_user}".encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,
        connect_timeout=2,
        allow_reconnect=True,
        disconnected_cb=note_disconnect,
        reconnected_cb=note_reconnect,
        error_cb=_note_error,
    )
    try:
        yield client
    finally:
        with suppress(nats.errors.Error, TimeoutError):
            await client.drain()


async def _note_error(error: Exception) -> None:
    log.warning("bus error", extra={"error": type(error).__name__})


@dataclass
class Consumer:
    """Runs one subscription or projection. `caught_up` is set while nothing is known to be pending."""

    js: JetStreamContext
    client: Client
    database: Database
    work: Work
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Consume for ever, rebuilding the consumer whenever it falls silent or fails."""
        while True:
            try:
                await self._declare()
                await self._consume()
            except nats.js.errors.NotFoundError:
                # The publisher never ran yet: no facts to react to, but also no state to project.
                if not isinstance(self.work, Projection):
                    self.caught_up.set()
                await asyncio.sleep(RETRY_SECONDS / 4)
            except (nats.errors.Error, OSError, Unavailable, TimeoutError) as error:
                log.warning(
                    "consumer interrupted",
                    extra={"consumer": self.work.durable, "error": type(error).__name__},
                )
                await asyncio.sleep(RETRY_SECONDS / 4)

    async def _declare(self) -> None:
        """Create or update the durable consumer: an existing one keeps its old settings otherwise."""
        config = ConsumerConfig(
            durable_name=self.work.durable,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=-1,
            max_ack_pending=5000,
            filter_subjects=list(self.work.subjects),
            deliver_policy=DeliverPolicy.ALL,
        )
        if isinstance(self.work, Projection):
            config.deliver_policy = DeliverPolicy.LAST_PER_SUBJECT
            async with self.database.transaction() as session:
                lost = await self.work.is_empty(session)
            if lost:
                with suppress(nats.js.errors.NotFoundError):
                    await self.js.delete_consumer(self.work.stream, self.work.durable)
        info = await self.js.add_consumer(self.work.stream, config)
        if not info.num_pending and not info.num_ack_pending:
            self.caught_up.set()

    async def _consume(self) -> None:
        work = self.work
        pulling = pull(self.client, work.stream, work.durable, _BATCH[type(work)])
        async with aclosing(pulling):  # at once, so that what is not handled goes back at once
            async for messages in pulling:
                self.caught_up.clear()
                if isinstance(work, Projection):
                    await self._apply(work, messages)
                elif isinstance(work, BatchSubscription):
                    await self._handle_together(work, messages)
                else:
                    for message in messages:
                        await self._handle(work, message)
                if messages[-1].metadata.num_pending == 0:
                    self.caught_up.set()

    async def _apply(self, projection: Projection, messages: Sequence[Msg]) -> None:
        """One transaction for many states: they replace one another, so order and repeats are harmless.

        When it fails, each has its own, to find the one to blame.
        """
        try:
            envelopes = [_read(message).event for message in messages]
            continue_trace(envelopes[-1].traceparent)
            async with self.database.transaction() as session:
                await projection.apply(session, envelopes)
        except (ValidationError, AppError, IntegrityError) as error:
            if isinstance(error, Unavailable):
                raise
            if len(messages) == 1:
                await self._bury(projection, messages[0], type(error).__name__)
                return
            for message in messages:
                await self._apply(projection, [message])
            return
        EVENTS_HANDLED.labels(projection.durable, "applied").inc(len(messages))
        for message in messages:
            await message.ack()

    async def _handle_together(self, work: BatchSubscription, messages: Sequence[Msg]) -> None:
        """One transaction for many facts. When it fails, each has its own, to find the one to blame."""
        try:
            received = {read.event.id: read for read in map(_read, messages)}
            continue_trace(next(iter(received.values())).event.traceparent)
            async with self.database.transaction() as session:
                new = await inbox.first_seen(session, work.durable, list(received))
                if new:
                    await work.handler(session, [read for key, read in received.items() if key in new])
        except (Unavailable, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - each is judged by itself in what follows
            log.warning(
                "batch not handled, one by one now",
                extra={"consumer": work.durable, "error": type(error).__name__},
            )
            for message in messages:
                await self._handle(work, message)
            return
        for message in messages[:-1]:
            await message.ack()
        await messages[-1].ack_sync()  # the server takes them in order: this answers for all
        EVENTS_HANDLED.labels(work.durable, "handled").inc(len(new))

    async def _handle(self, subscription: Subscription | BatchSubscription, message: Msg) -> None:
        beat = asyncio.create_task(_keep_alive(message))
        try:
            received = _read(message)
            continue_trace(received.event.traceparent)
            outcome = "repeated"
            async with self.database.transaction() as session:
                if await inbox.first_seen(session, subscription.durable, [received.event.id]):
                    outcome = "handled"
                    await subscription.handle(session, received)
            await message.ack_sync()
            EVENTS_HANDLED.labels(subscription.durable, outcome).inc()
        except (ValidationError, AppError) as error:
            if isinstance(error, Unavailable):
                raise
            await self._bury(subscription, message, type(error).__name__)
        except (nats.errors.Error, OSError):
            raise
        except Exception:
            # Not known to be hopeless, so it comes again; the log and the metric tell of it meanwhile.
            log.exception("event not handled", extra={"consumer": subscription.durable})
            EVENTS_HANDLED.labels(subscription.durable, "failed").inc()
            await message.nak(delay=RETRY_SECONDS * min(message.metadata.num_delivered, 30))
        finally:
            beat.cancel()

    async def _bury(self, work: Work, message: Msg, error: str) -> None:
        """Record a message that can never be handled, then take it off the stream's consumer."""
        log.error("event refused", extra={"consumer": work.durable, "error": error})
        async with self.database.transaction() as session:
            await session.execute(
                insert(tables(session).dead_letters).values(
                    id=new_id(),
                    consumer=work.durable,
                    event_id=_event_id(message),
                    subject=message.subject,
                    stream_seq=message.metadata.sequence.stream,
                    error=error[:64],
                    failed_at=clock.now(),
                )
            )
        await message.term()
        EVENTS_HANDLED.labels(work.durable, "dead").inc()


def _read(message: Msg) -> Received:
    return Received(Envelope.model_validate_json(message.data), message.data.decode())


def _event_id(message: Msg) -> str | None:
    with suppress(ValidationError):
        return str(Envelope.model_validate_json(message.data).id)
    return None


async def _keep_alive(message: Msg) -> None:
    """Tell the server that a slow handler is still at work."""
    while True:
        await asyncio.sleep(ACK_WAIT_SECONDS / 3)
        await message.in_progress()
