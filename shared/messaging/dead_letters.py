"""Dead letters: messages that a consumer could not handle and never would. They wait for a person.

A row says where the message is, not what it says. It is read again from its stream to be replayed.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from nats.aio.msg import Msg
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.db import Database
from shared.messaging.outbox import tables
from shared.problems import Unavailable
from shared.telemetry import DEAD_LETTERS

Effect = Callable[[AsyncSession], Awaitable[object]]
"""What a replayed message is to do, in the transaction that removes its row."""


def event_id(data: bytes) -> UUID | None:
    """The id in a message, as far as there is one: it need not be a whole event."""
    with suppress(ValueError, TypeError, KeyError, AttributeError):
        return UUID(orjson.loads(data)["id"])
    return None


async def bury(session: AsyncSession, consumer: str, message: Msg, error: Exception) -> None:
    """Record a message that can never be handled. Once, even if JetStream brings it a second time."""
    place = message.metadata
    name = f"{consumer}/{place.stream}/{place.sequence.stream}/{place.timestamp.isoformat()}"
    statement = insert(tables(session).dead_letters).values(
        id=uuid5(NAMESPACE_URL, name),
        consumer=consumer,
        event_id=event_id(message.data),
        subject=message.subject[:128],
        stream_seq=place.sequence.stream,
        error=_name(error),
        failed_at=clock.now(),
    )
    await session.execute(statement.on_conflict_do_nothing())


async def find(
    session: AsyncSession, consumer: str | None = None, letter_id: UUID | None = None
) -> Sequence[Row[Any]]:
    """The letters there are, of one consumer or with one id if asked for, the oldest first."""
    letters = tables(session).dead_letters
    query = select(letters).order_by(letters.c.failed_at, letters.c.stream_seq)
    if consumer is not None:
        query = query.where(letters.c.consumer == consumer)
    if letter_id is not None:
        query = query.where(letters.c.id == letter_id)
    return (await session.execute(query)).all()


async def retry(database: Database, letter: Row[Any], effect: Effect) -> str | None:
    """Have the effect of a letter and remove it, both or neither. Returns the error it failed with.

    Raises:
        Unavailable: the database is away; the letter is as it was.
    """
    try:
        async with database.transaction() as session:
            letters = tables(session).dead_letters
            gone = await session.execute(
                delete(letters).where(letters.c.id == letter.id).returning(letters.c.id)
            )
            if gone.first() is not None:  # nobody else was faster
                await effect(session)
    except Unavailable:
        raise
    except Exception as error:  # noqa: BLE001 - it failed once, it may fail again: that is recorded
        async with database.transaction() as session:
            letters = tables(session).dead_letters
            await session.execute(
                update(letters)
                .where(letters.c.id == letter.id)
                .values(error=_name(error), failed_at=clock.now())
            )
        return _name(error)
    return None


async def measure(database: Database, consumers: Sequence[str]) -> None:
    """Bring the metric up to date; while the database is away it stays as it was."""
    with suppress(Unavailable):
        async with database.transaction() as session:
            letters = tables(session).dead_letters
            query = select(letters.c.consumer, func.count().label("number")).group_by(letters.c.consumer)
            counts = {row.consumer: row.number for row in await session.execute(query)}
        for consumer in {*consumers, *counts}:
            DEAD_LETTERS.labels(consumer).set(counts.get(consumer, 0))


def _name(error: Exception) -> str:
    """Its kind, never its text: that could quote what people wrote."""
    cause = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else None
    return type(cause or error).__name__[:64]
