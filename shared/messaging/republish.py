"""Publishing again what the outbox holds, after a broker lost its disk (ADR 24).

The relay may go on meanwhile. Facts that are there already are dropped by JetStream (within its two
minutes) or by the consumers' inboxes. A state only ever replaces an older one, so that it cannot
undo what the relay has just published.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from pydantic import ValidationError

from shared import clock
from shared.db import database_dsn
from shared.events.envelope import Envelope
from shared.messaging.streams import declare_stream
from shared.settings import ServiceSettings

BATCH = 500
TIMEOUT_SECONDS = 30.0
FACTS_KEPT = timedelta(days=30)
_NOT_THE_LAST = 10071  # JetStream's code for: the last message of the subject is another one
# What is not yet published is the relay's. Places are read in batches, so that memory stays small.
_FACTS = """
    SELECT position, event_id, type, envelope FROM outbox
    WHERE is_fact AND published_at IS NOT NULL AND created_at >= $2 AND position > $1
    ORDER BY position LIMIT $3
"""
_STATES = """
    SELECT DISTINCT ON (state_subject) state_subject, envelope FROM outbox
    WHERE state_subject > $1 ORDER BY state_subject, position DESC LIMIT $2
"""


async def republish(
    settings: ServiceSettings,
    schema: str,
    js: JetStreamContext,
    streams: Sequence[StreamConfig],
    since: datetime,
) -> tuple[int, int]:
    """Declare the streams, then publish every current state and all facts from `since` on, in order.

    Facts older than thirty days are left out whatever `since` says: those that are still there are kept for
    their state alone, and some consumers may have forgotten that they knew them.

    Places in the changefeed stay as they are. Returns how many facts were published and how many
    states were missing or out of date.

    Raises:
        nats.errors.Error, OSError: the bus or the database is away, or a stream is full. What was
            published until then does no harm; run it again.
    """
    for stream in streams:
        await declare_stream(js, stream)
    connection = await asyncpg.connect(
        database_dsn(settings), timeout=5, server_settings={"search_path": schema}
    )
    try:
        states = await _states(connection, js, streams)
        return await _facts(connection, js, max(since, clock.now() - FACTS_KEPT)), states
    finally:
        await connection.close()


async def _facts(connection: asyncpg.Connection, js: JetStreamContext, since: datetime) -> int:
    count = 0
    async with aclosing(_batches(connection, _FACTS, "position", 0, since)) as batches:
        async for rows in batches:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answers = [
                    await js.publish_async(
                        row["type"], row["envelope"].encode(), headers={"Nats-Msg-Id": str(row["event_id"])}
                    )
                    for row in rows
                ]
                await asyncio.gather(*answers)
            count += len(rows)
    return count


async def _states(
    connection: asyncpg.Connection, js: JetStreamContext, streams: Sequence[StreamConfig]
) -> int:
    count = 0
    async with aclosing(_batches(connection, _STATES, "state_subject", "")) as batches:
        async for rows in batches:
            states = [(row["state_subject"], row["envelope"]) for row in rows]
            count += sum(await asyncio.gather(*(_put(js, streams, *state) for state in states)))
    return count


async def _put(js: JetStreamContext, streams: Sequence[StreamConfig], subject: str, envelope: str) -> bool:
    """Publish a state where there is none or an older one. Returns whether that was so."""
    stream = next(each.name for each in streams if each.name and each.name.endswith("_STATE"))
    version = Envelope.model_validate_json(envelope).version
    place = 0
    while True:
        expected = {"Nats-Expected-Last-Subject-Sequence": str(place)}
        try:
            await js.publish(subject, envelope.encode(), timeout=TIMEOUT_SECONDS, headers=expected)
        except nats.js.errors.APIError as error:
            if error.err_code != _NOT_THE_LAST:
                raise
        else:
            return True
        there = await js.get_last_msg(stream, subject)
        with suppress(ValidationError):
            if Envelope.model_validate_json(there.data or b"").version >= version:
                return False
        place = there.seq or 0


async def _batches(
    connection: asyncpg.Connection, query: str, key: str, after: Any, *parameters: Any
) -> AsyncGenerator[Sequence[asyncpg.Record], None]:
    while rows := await connection.fetch(query, after, *parameters, BATCH):
        yield rows
        after = rows[-1][key]
