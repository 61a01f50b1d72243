"""The bus: NATS JetStream. Streams are declared at start, consumers are durable and pull.

A message is handled in one database transaction and acknowledged after its commit. What fails for
a passing reason comes again for ever; what can never succeed becomes a row of `dead_letters`.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field

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

from shared.db import Database
from shared.messaging import dead_letters
from shared.messaging.pull import pull
from shared.messaging.work import (
    BatchSubscription,
    Projection,
    Received,
    Subscription,
    Work,
    is_hopeless,
    read,
)
from shared.problems import Unavailable
from shared.settings import ServiceSettings, read_secret
from shared.telemetry import CONSUMER_LAG, EVENTS_HANDLED, continue_trace

__all__ = [
    "BatchSubscription",
    "Consumer",
    "Pace",
    "Projection",
    "Received",
    "Subscription",
    "Work",
    "connect",
    "connected",
]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How long a consumer waits, in seconds."""

    ack_wait: float = 30.0
    """After so long without a sign from us, JetStream gives a message to somebody else."""
    heartbeat: float = 5.0
    """How often JetStream says that there is nothing; twice missed, the consumer is declared anew."""
    retry: float = 2.0
    """Before what failed comes again for the first time; each time that much longer, up to thirty times."""

    @property
    def stale(self) -> float:
        """After so long without progress the worker is not ready."""
        return self.heartbeat * 3


_BATCH = {Subscription: 50, BatchSubscription: 100, Projection: 2000}


@asynccontextmanager
async def connect(settings: ServiceSettings, name: str) -> AsyncIterator[Client]:
    """A connection of one's own, for the length of the block."""
    async with connected(Client(), settings, name) as client:
        yield client


@asynccontextmanager
async def connected(client: Client, settings: ServiceSettings, name: str) -> AsyncIterator[Client]:
    """Connect a client, for the length of the block. It comes back by itself, however long the server is
    away, and waits for it to begin with.
    """
    is_leaving = False

    async def note_disconnect() -> None:
        if not is_leaving:
            log.warning("bus disconnected")

    async def note_reconnect() -> None:
        log.info("bus reconnected")

    await client.connect(
        settings.nats_url,
        user=settings.nats_user,
        password=read_secret(settings.nats_password_file),
        name=name,
        inbox_prefix=f"_INBOX_{settings.nats_user}".encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,  # type: ignore[arg-type]  # any number will do
        connect_timeout=2,
        ping_interval=10,  # a server that is gone without a word is noticed in half a minute
        # Nothing is kept back while the server is away: sent after another relay has gone on, it would be
        # an old state over a new one.
        pending_size=0,
        allow_reconnect=True,
        disconnected_cb=note_disconnect,
        reconnected_cb=note_reconnect,
        error_cb=_note_error,
    )
    try:
        yield client
    finally:
        is_leaving = True
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
    pace: Pace = field(default_factory=Pace)
    caught_up: asyncio.Event = field(default_factory=asyncio.Event)
    _progress_at: float = field(default_factory=time.monotonic)

    @property
    def silence(self) -> float:
        """Seconds since messages were dealt with, or the server said that there are none."""
        return time.monotonic() - self._progress_at

    @property
    def is_stale(self) -> bool:
        """Whether it has been silent or failing for too long; a handler that hangs counts as silent."""
        return self.silence > self.pace.stale

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
                    self._progress_at = time.monotonic()
            except (nats.errors.Error, OSError, Unavailable) as error:
                log.warning(
                    "consumer interrupted",
                    extra={"consumer": self.work.durable, "error": type(error).__name__},
                )
            await asyncio.sleep(self.pace.retry / 4)

    async def _declare(self) -> None:
        """Create or update the durable consumer: an existing one keeps its old settings otherwise."""
        work = self.work
        config = ConsumerConfig(
            durable_name=work.durable,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=self.pace.ack_wait,
            max_deliver=-1,
            max_ack_pending=5000,
            filter_subjects=list(work.subjects),
            deliver_policy=DeliverPolicy.ALL,
        )
        lost = False
        if isinstance(work, Projection):
            config.deliver_policy = DeliverPolicy.LAST_PER_SUBJECT
            async with self.database.transaction() as session:
                lost = await work.is_empty(session)
        with suppress(nats.js.errors.NotFoundError):
            there = (await self.js.consumer_info(work.stream, work.durable)).config
            # One that asks for other subjects would go on from where the old one was, and never be
            # given what lies before. The inbox knows what was handled already.
            if lost or not _reads_alike(there, config):
                await self.js.delete_consumer(work.stream, work.durable)
        info = await self.js.add_consumer(work.stream, config)
        pending = (info.num_pending or 0) + (info.num_ack_pending or 0)
        CONSUMER_LAG.labels(work.durable).set(pending)
        if not pending:
            self.caught_up.set()

    async def _consume(self) -> None:
        work, pace = self.work, self.pace
        pulling = pull(
            self.client,
            work.stream,
            work.durable,
            _BATCH[type(work)],
            heartbeat=pace.heartbeat,
            ack_wait=pace.ack_wait,
        )
        async with aclosing(pulling):  # at once, so that what is not handled goes back at once
            async for messages in pulling:
                if messages:
                    self.caught_up.clear()
                    for part in (
                        [[each] for each in messages] if isinstance(work, Subscription) else [messages]
                    ):
                        await self._handle(part)
                        self._progress_at = time.monotonic()
                    pending = messages[-1].metadata.num_pending
                    CONSUMER_LAG.labels(work.durable).set(pending)
                    if not pending:
                        self.caught_up.set()
                self._progress_at = time.monotonic()

    async def _handle(self, messages: Sequence[Msg]) -> None:
        """One transaction for all of them. When it fails, each has its own, to find the one to blame."""
        work = self.work
        try:
            received = [read(message.subject, message.data) for message in messages]
            continue_trace(received[0].event.traceparent)
            async with self.database.transaction() as session:
                new = await work.take(session, received)
        except Exception as error:
            if isinstance(error, (Unavailable, OSError)) and await self._database_is_away():
                raise
            if len(messages) == 1:
                await self._put_aside(messages[0], error)
                return
            log.warning(
                "batch not handled, one by one now",
                extra={"consumer": work.durable, "error": type(error).__name__},
            )
            for message in messages:
                await self._handle([message])
            return
        for message in messages[:-1]:
            await message.ack()
        await messages[-1].ack_sync()  # the server takes them in order: this answers for all
        outcome = "applied" if isinstance(work, Projection) else "handled"
        EVENTS_HANDLED.labels(work.durable, outcome).inc(new)
        EVENTS_HANDLED.labels(work.durable, "repeated").inc(len(messages) - new)

    async def _put_aside(self, message: Msg, error: Exception) -> None:
        """Bury what can never be handled; let everything else come again, later each time."""
        work = self.work
        if not is_hopeless(work, error):
            log.error("event not handled", exc_info=error, extra={"consumer": work.durable})
            EVENTS_HANDLED.labels(work.durable, "failed").inc()
            await message.nak(delay=self.pace.retry * min(message.metadata.num_delivered, 30))
            return
        log.error("event refused", extra={"consumer": work.durable, "error": type(error).__name__})
        async with self.database.transaction() as session:
            await dead_letters.bury(session, work.durable, message, error)
        await message.term()
        EVENTS_HANDLED.labels(work.durable, "dead").inc()

    async def _database_is_away(self) -> bool:
        """Whether the database is to blame, so that nothing can be said about the message."""
        try:
            async with self.database.transaction() as session:
                await session.connection()
        except Unavailable:
            return True
        return False


def _reads_alike(one: ConsumerConfig, other: ConsumerConfig) -> bool:
    """Whether two consumers of a stream are given the same messages."""

    def subjects(config: ConsumerConfig) -> set[str]:
        return {*(config.filter_subjects or ()), *filter(None, [config.filter_subject])}

    return (one.deliver_policy, one.ack_policy, subjects(one)) == (
        other.deliver_policy,
        other.ack_policy,
        subjects(other),
    )
