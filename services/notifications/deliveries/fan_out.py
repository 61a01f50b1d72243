"""Fan-out: every event, once, to all who receive it, numbered for each without gaps."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.deliveries import queries
from services.notifications.event_types.catalogue import patterns_of
from services.notifications.subscriptions import queries as subscriptions
from services.notifications.subscriptions.matching import receives
from shared.events.notifications import SubscriptionTested
from shared.messaging.bus import Received


async def fan_out(session: AsyncSession, received: list[Received]) -> None:
    """Keep the events, and enter a delivery for every subscription that receives one.

    The events are kept even when nobody receives them: somebody may ask for a replay.
    """
    await queries.keep_events(session, received)
    events = [each.event for each in received]
    selections = await subscriptions.candidates(
        session,
        frozenset[str]().union(*(patterns_of(event.type) for event in events)),
        [UUID(event.subject) for event in events if event.type == SubscriptionTested.type],
    )
    pairs = [
        (selection.id, event.id) for event in events for selection in selections if receives(selection, event)
    ]
    await queries.enter(session, pairs)
