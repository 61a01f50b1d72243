"""Delivering again, on request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.deliveries import queries
from services.notifications.deliveries.schemas import Replayed
from services.notifications.deliveries.tables import Delivery
from services.notifications.subscriptions import service as subscriptions
from services.notifications.subscriptions.matching import Selection, receives
from shared import clock
from shared.audit import trail
from shared.auth import Actor
from shared.events.envelope import Envelope
from shared.problems import NotFound

REPLAY_LIMIT = 2000
"""Events looked at in one request."""


async def retry(
    session: AsyncSession, actor: Actor, subscription_id: UUID, delivery_id: UUID
) -> Row[Delivery, str]:
    """Make a delivery due now, whatever became of it, and begin its schedule anew.

    Raises:
        NotFound: no such delivery within reach.
    """
    owner = (await subscriptions.read(session, actor, subscription_id)).owner_code
    row = await queries.lock(session, subscription_id, delivery_id)
    if row is None:
        raise NotFound
    delivery = row[0]
    delivery.state, delivery.step = "pending", 0
    delivery.next_at, delivery.delivered_at = clock.now(), None
    await session.flush()
    await trail.record(session, actor, "deliveries.retry", "delivery", delivery.id, owner)
    return row


async def replay(session: AsyncSession, actor: Actor, subscription_id: UUID, since: datetime) -> Replayed:
    """Deliver again what the subscription receives of the events that came at `since` or later.

    An event delivered before keeps its number; one that was not (the subscription was off, or did
    not exist) gets the next.

    Raises:
        NotFound: no such subscription within reach.
    """
    row = await subscriptions.read(session, actor, subscription_id, lock=True)
    selection = Selection(row.id, row.owner_code, row.agency_code, row.event_types)
    events = await queries.events_since(session, since, REPLAY_LIMIT + 1)
    chosen = [
        event.id
        for event in events[:REPLAY_LIMIT]
        if receives(selection, Envelope.model_validate_json(event.envelope))
    ]
    known = await queries.make_due(session, row.id, chosen)
    await queries.enter(session, [(row.id, event) for event in chosen if event not in known])
    await trail.record(session, actor, "deliveries.replay", "subscription", row.id, row.owner_code)
    return Replayed(
        deliveries=len(chosen),
        next_since=events[REPLAY_LIMIT].received_at if len(events) > REPLAY_LIMIT else None,
    )
