"""The inbox: an event has its effect once, however often it arrives."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
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


# Prebuilt, as it runs for every batch of every stream: composing it anew costs more than running it.
_FIRST_SEEN = text("""
    INSERT INTO inbox (event_id, consumer, handled_at)
    SELECT event_id, :consumer, CAST(:now AS timestamptz) FROM unnest(CAST(:events AS uuid[])) AS event_id
    ON CONFLICT DO NOTHING RETURNING event_id
""")


async def first_seen(session: AsyncSession, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the events `consumer` sees for the first time. As `once`, for many."""
    parameters = {"consumer": consumer, "now": clock.now(), "events": list(event_ids)}
    return set(await session.scalars(_FIRST_SEEN, parameters))
