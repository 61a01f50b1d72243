"""The inbox: an event has its effect once, however often it arrives."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock

# Prebuilt, as it runs for every event and batch of every stream: composing it anew costs more than running it.
_FIRST_SEEN = text("""
    INSERT INTO inbox (event_id, consumer, handled_at)
    SELECT event_id, :consumer, CAST(:now AS timestamptz) FROM unnest(CAST(:events AS uuid[])) AS event_id
    ON CONFLICT DO NOTHING RETURNING event_id
""")


async def first_seen(session: AsyncSession, consumer: str, event_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the events `consumer` sees for the first time.

    Recorded in the caller's transaction, together with the effect: both or neither.
    """
    parameters = {"consumer": consumer, "now": clock.now(), "events": list(event_ids)}
    return set(await session.scalars(_FIRST_SEEN, parameters))
