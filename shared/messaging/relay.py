"""The relay: publishes what the outbox holds, in order, and gives each event its place in the feed.

One relay per service: it holds an advisory lock on the very connection that marks rows published,
so a relay that lost its lock has lost its pen as well. A crash between publishing and marking
publishes again; `Nats-Msg-Id` and the consumers' inboxes absorb that.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import asyncpg
import nats.errors
from nats.aio.client import Client
from nats.js.api import PubAck, StreamConfig

from shared import clock
from shared.db import database_dsn
from shared.messaging.streams import declare_stream
from shared.settings import ServiceSettings
from shared.telemetry import EVENTS_PUBLISHED, OUTBOX_BACKLOG

log = logging.getLogger(__name__)

BATCH = 500
POLL_SECONDS = 2.0
STANDBY_SECONDS = 1.0
ACK_TIMEOUT_SECONDS = 5.0
COMMAND_SECONDS = 20.0
SILENCE_SECONDS = 30
_BACKLOG = "SELECT count(*) FROM (SELECT FROM outbox WHERE published_at IS NULL LIMIT $1) AS waiting"
_PASSING = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke in the middle of an answer
    nats.errors.Error,
)
_LOCK = "SELECT pg_try_advisory_lock(hashtext($1))"
_UNPUBLISHED = """
    SELECT position, event_id, type, state_subject, is_fact, envelope
    FROM outbox WHERE published_at IS NULL ORDER BY position LIMIT $1
"""
# Rows are numbered in their order by one statement, under the advisory lock: no gaps, no races.
_MARK = """
    WITH places AS (
        SELECT position, CASE WHEN is_fact
            THEN count(*) FILTER (WHERE is_fact) OVER (ORDER BY position DESC) END AS from_end
        FROM outbox WHERE position = ANY($1)
    ), feed AS (
        UPDATE feed SET head = head + (SELECT count(from_end) FROM places) RETURNING head
    )
    UPDATE outbox SET published_at = $2, feed_seq = feed.head - places.from_end + 1
    FROM places, feed WHERE outbox.position = places.position
"""


@dataclass
class Relay:
    """Publishes one service's outbox to its `streams`. `caught_up` is set once the first backlog is out."""

    settings: ServiceSettings
    schema: str
    client: Client
    streams: Sequence[StreamConfig]

    def __post_init__(self) -> None:
        self.js = self.client.jetstream(publish_async_max_pending=BATCH * 4)
        self.caught_up = asyncio.Event()

    async def run(self) -> None:
        """Publish for ever; whatever fails is tried again on a fresh connection."""
        while True:
            try:
                await self._lead()
            except _PASSING as error:
                log.warning("relay interrupted", extra={"error": type(error).__name__})
                await asyncio.sleep(0.5)

    async def _lead(self) -> None:
        connection = await asyncpg.connect(
            database_dsn(self.settings),
            timeout=5,
            command_timeout=COMMAND_SECONDS,
            server_settings={
                "search_path": self.schema,
                "application_name": f"{self.schema}-relay",
                # A leader whose machine is gone without a word must not hold the lock for hours.
                "idle_session_timeout": f"{SILENCE_SECONDS}s",
            },
        )
        try:
            while not await connection.fetchval(_LOCK, f"relay:{self.schema}"):
                self.caught_up.set()  # another replica leads, and this one sees whether it does its work
                OUTBOX_BACKLOG.set(await connection.fetchval(_BACKLOG, BATCH))
                await asyncio.sleep(STANDBY_SECONDS)
            woken = asyncio.Event()
            await connection.add_listener(f"{self.schema}_outbox", lambda *_: woken.set())
            await self._declare_streams()
            while True:
                woken.clear()
                if await self._publish_batch(connection) < BATCH:
                    self.caught_up.set()
                    await _wait(woken, POLL_SECONDS)
        finally:
            connection.terminate()

    async def _publish_batch(self, connection: asyncpg.Connection) -> int:
        """Publish one batch; returns its size, or 0 when the bus did not take all of it."""
        rows = await connection.fetch(_UNPUBLISHED, BATCH)
        OUTBOX_BACKLOG.set(len(rows))
        if not rows:
            return 0
        done = await self._publish(rows)
        if done:
            async with connection.transaction():
                await connection.execute(_MARK, done, clock.now())
                await connection.execute(f"NOTIFY {self.schema}_feed")
            EVENTS_PUBLISHED.inc(len(done))
        if len(done) < len(rows):
            await asyncio.sleep(0.5)
            await self._declare_streams()  # a broker that lost its disk has lost them too
            return 0
        return len(rows)

    async def _declare_streams(self) -> None:
        for stream in self.streams:
            await declare_stream(self.js, stream)

    async def _publish(self, rows: Sequence[asyncpg.Record]) -> list[int]:
        """Publish rows in order; returns the positions of those acknowledged before any failure."""
        sent: list[tuple[int, asyncio.Future[PubAck]]] = []
        failed: int | None = None
        for row in rows:
            try:
                sent += [(row["position"], await self._send(*message)) for message in _messages(row)]
            except (nats.errors.Error, OSError) as error:
                log.warning("publishing interrupted", extra={"error": type(error).__name__})
                failed = row["position"]
                break
        if sent:
            await asyncio.wait([ack for _, ack in sent], timeout=ACK_TIMEOUT_SECONDS)
        for position, ack in sent:
            if not ack.done() or ack.exception():
                ack.cancel()
                failed = position if failed is None else min(failed, position)
        if failed is not None:
            log.warning("events not acknowledged, trying again", extra={"position": failed})
        return sorted({position for position, _ in sent if failed is None or position < failed})

    async def _send(self, subject: str, body: bytes, message_id: str | None) -> "asyncio.Future[PubAck]":
        if not self.client.is_connected:
            # Here already: a publish_async that fails keeps its place among the unanswered for ever.
            raise nats.errors.OutboundBufferLimitError
        headers = {"Nats-Msg-Id": message_id} if message_id else None
        # Without a stall time: a batch never fills the window, and waiting for it swallows cancellation.
        return await self.js.publish_async(subject, body, headers=headers)


def _messages(row: asyncpg.Record) -> Iterator[tuple[str, bytes, str | None]]:
    """What to publish for a row: the fact, the state, or both, as (subject, body, message id).

    A state needs no message id: a repeated one replaces itself, and readers know its version. Without
    headers it is read several times as fast, which counts when thousands are loaded at once.
    """
    body = row["envelope"].encode()
    if row["is_fact"]:
        yield row["type"], body, str(row["event_id"])
    if row["state_subject"]:
        yield row["state_subject"], body, None


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
