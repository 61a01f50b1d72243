"""The inbox: an event has its effect once, however often it arrives."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.messaging.outbox import tables


async def once(session: AsyncSession, consumer: str, event_id: UUID) -> bool:
    """Whether `consumer` sees the event for the first time.

    Recorded in the caller's transaction, together with the effect: both or neither.
    """
    inbox = tables(session).inbox
    first = await session.scalar(
        insert(inbox)
        .values(event_id=event_id, consumer=consumer, handled_at=clock.now())
        .on_conflict_do_nothing()
        .returning(inbox.c.event_id)
    )
    return first is not None


async def first_seen(session: AsyncSession, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the events `consumer` sees for the first time. As `once`, for many."""
    inbox = tables(session).inbox
    events = literal(list(event_ids), ARRAY(Uuid))
    first = await session.scalars(
        insert(inbox)
        .from_select(
            ["event_id", "consumer", "handled_at"],
            select(func.unnest(events), literal(consumer), literal(clock.now())),
        )
        .on_conflict_do_nothing()
        .returning(inbox.c.event_id)
    )
    return set(first)
