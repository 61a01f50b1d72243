"""The bus: NATS JetStream. Streams are declared at start, consumers are durable and pull.

A message is handled in one database transaction and acknowledged after its commit. What fails for
a passing reason comes again for ever; what can never succeed becomes a row of `dead_letters`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import nats
import nats.errors
import nats.js.errors
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    StorageType,
    StreamConfig,
)
from pydantic import ValidationError
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.db import Database, new_id
from shared.events.envelope import Envelope
from shared.messaging import inbox
from shared.messaging.outbox import tables
from shared.problems import AppError, Unavailable
from shared.settings import ServiceSettings, read_secret
from shared.telemetry import EVENTS_HANDLED, continue_trace

log = logging.getLogger(__name__)

ACK_WAIT_SECONDS = 30.0
HEARTBEAT_SECONDS = 5.0
PULL_EXPIRES_SECONDS = 30.0
RETRY_SECONDS = 2.0

Handler = Callable[[AsyncSession, Envelope], Awaitable[None]]
BatchHandler = Callable[[AsyncSession, list[Envelope]], Awaitable[None]]


class ConsumerLost(nats.errors.Error):
    """The server no longer serves this consumer; declare it again."""


@dataclass(frozen=True)
class Subscription:
    """A reaction to facts: `handler` runs once for each event of `subjects`."""

    durable: str
    stream: str
    subjects: tuple[str, ...]
    handler: Handler


@dataclass(frozen=True)
class Projection:
    """A read model kept from a compacted state stream.

    `apply` takes the current states, many at a time, and ignores versions it has passed. When
    `is_empty` says the table is new or lost, the whole state is read again.
    """

    durable: str
    stream: str
    subjects: tuple[str, ...]
    apply: BatchHandler
    is_empty: Callable[[AsyncSession], Awaitable[bool]]


def fact_stream(service: str) -> StreamConfig:
    """The stream of a service's facts: thirty days, on disk, refusing more when full."""
    return StreamConfig(
        name=service.upper(),
        subjects=[f"{service}.>"],
        storage=StorageType.FILE,
        max_age=30 * 24 * 3600,
        max_bytes=4 * 1024**3,
        discard=DiscardPolicy.NEW,
        duplicate_window=120,
    )


def state_stream(service: str) -> StreamConfig:
    """The compacted stream of current states: the last message of each subject, for ever."""
    return StreamConfig(
        name=f"{service.upper()}_STATE",
        subjects=[f"state.{service}.>"],
        storage=StorageType.FILE,
        max_msgs_per_subject=1,
        max_bytes=4 * 1024**3,
        discard=DiscardPolicy.OLD,
        duplicate_window=120,
    )


@asynccontextmanager
async def connect(settings: ServiceSettings, name: str) -> AsyncIterator[Client]:
    """A connection that comes back by itself, however long the server is away."""

    async def note(event: str) -> None:
        log.info(event)

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
        disconnected_cb=lambda: note("bus disconnected"),
        reconnected_cb=lambda: note("bus reconnected"),
        error_cb=_note_error,
    )
    try:
        yield client
    finally:
        with suppress(nats.errors.Error, TimeoutError):
            await client.drain()


async def _note_error(error: Exception) -> None:
    log.warning("bus error", extra={"error": type(error).__name__})


async def declare_stream(js: JetStreamContext, config: StreamConfig) -> None:
    """Create the stream, or bring an existing one to this configuration."""
    try:
        await js.add_stream(config)
    except nats.js.errors.BadRequestError:
        await js.update_stream(config)


@dataclass
class Consumer:
    """Runs one subscription or projection. `caught_up` is set once nothing was pending."""

    js: JetStreamContext
    client: Client
    database: Database
    work: Subscription | Projection
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Consume for ever, rebuilding the consumer whenever it falls silent or fails."""
        while True:
            try:
                await self._declare()
                await self._consume()
            except (nats.errors.Error, OSError, Unavailable, TimeoutError) as error:
                log.warning(
                    "consumer interrupted", extra={"consumer": self.work.durable, "error": type(error).__name__}
                )
                await asyncio.sleep(RETRY_SECONDS / 4)

    async def _declare(self) -> None:
        """Create or update the durable consumer: an existing one keeps its old settings otherwise."""
        config = ConsumerConfig(
            durable_name=self.work.durable,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=-1,
            max_ack_pending=1000,
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
        batch = 500 if isinstance(self.work, Projection) else 50
        async for messages in _pull(self.client, self.work.stream, self.work.durable, batch):
            if isinstance(self.work, Projection):
                await self._apply(self.work, messages)
            else:
                for message in messages:
                    await self._handle(self.work, message)
            if messages[-1].metadata.num_pending == 0:
                self.caught_up.set()

    async def _apply(self, projection: Projection, messages: Sequence[Msg]) -> None:
        """One transaction for many states: they replace one another, so order and repeats are harmless."""
        envelopes = [Envelope.model_validate_json(message.data) for message in messages]
        continue_trace(envelopes[-1].traceparent)
        async with self.database.transaction() as session:
            await projection.apply(session, envelopes)
        EVENTS_HANDLED.labels(projection.durable, "applied").inc(len(messages))
        await asyncio.gather(*(message.ack() for message in messages))

    async def _handle(self, subscription: Subscription, message: Msg) -> None:
        beat = asyncio.create_task(_keep_alive(message))
        try:
            envelope = Envelope.model_validate_json(message.data)
            continue_trace(envelope.traceparent)
            outcome = "repeated"
            async with self.database.transaction() as session:
                if await inbox.once(session, subscription.durable, envelope.id):
                    outcome = "handled"
                    await subscription.handler(session, envelope)
            await message.ack_sync()
            EVENTS_HANDLED.labels(subscription.durable, outcome).inc()
        except (ValidationError, AppError) as error:
            if isinstance(error, Unavailable):
                await message.nak(delay=RETRY_SECONDS)
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

    async def _bury(self, subscription: Subscription, message: Msg, error: str) -> None:
        """Record a message that can never be handled, then take it off the stream's consumer."""
        log.error("event refused", extra={"consumer": subscription.durable, "error": error})
        async with self.database.transaction() as session:
            await session.execute(
                insert(tables(session).dead_letters).values(
                    id=new_id(),
                    consumer=subscription.durable,
                    event_id=_event_id(message),
                    subject=message.subject,
                    stream_seq=message.metadata.sequence.stream,
                    error=error[:64],
                    failed_at=clock.now(),
                )
            )
        await message.term()
        EVENTS_HANDLED.labels(subscription.durable, "dead").inc()


def _event_id(message: Msg) -> str | None:
    with suppress(ValidationError):
        return str(Envelope.model_validate_json(message.data).id)
    return None


async def _keep_alive(message: Msg) -> None:
    """Tell the server that a slow handler is still at work."""
    while True:
        await asyncio.sleep(ACK_WAIT_SECONDS / 3)
        await message.in_progress()


async def _pull(client: Client, stream: str, durable: str, batch: int) -> AsyncIterator[list[Msg]]:
    """Messages as they come, without waiting for a batch to fill.

    nats-py's `fetch(n)` waits for all n or its timeout, which would delay every single event. This
    asks the server directly (ADR-32 of NATS: `CONSUMER.MSG.NEXT`) with a heartbeat, so that a
    consumer that was lost, or a server that restarted, shows as silence within seconds.

    Raises:
        TimeoutError: the server fell silent; declare the consumer again.
        ConsumerLost: the consumer was deleted, or its server is stepping down.
    """
    inbox_subject = client.new_inbox()
    subscription = await client.subscribe(inbox_subject, pending_msgs_limit=batch * 4)
    request = orjson.dumps(
        {
            "batch": batch,
            "expires": int(PULL_EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * 1e9),
        }
    )
    wanted = 0
    try:
        while True:
            if wanted == 0:
                await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}", request, inbox_subject)
                wanted = batch
            messages: list[Msg] = []
            message = await subscription.next_msg(timeout=HEARTBEAT_SECONDS * 2 + 1)
            while True:
                status = (message.headers or {}).get("Status")
                if status is None:
                    messages.append(message)
                    wanted -= 1
                elif status in {"404", "408"}:  # this request has ended
                    wanted = 0
                elif status != "100":  # 100 is a heartbeat; the others say that the consumer is gone
                    raise ConsumerLost
                if not subscription.pending_msgs or wanted == 0:
                    break
                message = await subscription.next_msg(timeout=1)
            if messages:
                yield messages
    finally:
        with suppress(nats.errors.Error):
            await subscription.unsubscribe()
