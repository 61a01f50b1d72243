"""Entering deliveries, many at a time, and finding them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifications.deliveries.tables import Attempt, Delivery, StoredEvent
from shared import clock
from shared.db import new_id
from shared.messaging.bus import Received

# Locked rows are left for the next time: a dispatcher may be booking them.
FORGET_DELIVERIES = text("""
    DELETE FROM deliveries WHERE id IN (
        SELECT d.id FROM deliveries d
        JOIN events e ON e.id = d.event_id JOIN subscriptions s ON s.id = d.subscription_id
        WHERE e.received_at < :before OR s.state = 'deleted' LIMIT :limit FOR UPDATE OF d SKIP LOCKED
    )
""")
FORGET_EVENTS = text("""
    DELETE FROM events WHERE id IN (
        SELECT id FROM events WHERE received_at < :before
            AND NOT EXISTS (SELECT FROM deliveries WHERE event_id = events.id) LIMIT :limit
    )
""")
FORGET_SUBSCRIPTIONS = text("""
    DELETE FROM subscriptions WHERE id IN (
        SELECT id FROM subscriptions WHERE state = 'deleted' AND updated_at < :before
            AND NOT EXISTS (SELECT FROM deliveries WHERE subscription_id = subscriptions.id) LIMIT :limit
    )
""")


_KEEP_EVENTS = text("""
    INSERT INTO events (id, type, envelope, received_at)
    SELECT id, type, envelope, CAST(:now AS timestamptz) FROM unnest(
        CAST(:ids AS uuid[]), CAST(:types AS varchar[]), CAST(:envelopes AS text[])
    ) AS e(id, type, envelope) ON CONFLICT DO NOTHING
""")

# The rows of subscriptions are locked in the order of their ids, whoever changes several: no two wait
# for each other. They stay locked until the commit, so numbers are given in the order of commits.
_ENTER = text("""
    WITH pairs AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:subscriptions AS uuid[]),
            CAST(:events AS uuid[]), CAST(:places AS integer[])
        ) AS p(id, subscription_id, event_id, place)
    ), counts AS (
        SELECT subscription_id AS id, max(place) AS count FROM pairs GROUP BY subscription_id
    ), locked AS MATERIALIZED (
        SELECT id, count FROM subscriptions JOIN counts USING (id)
        WHERE state <> 'deleted' ORDER BY id FOR NO KEY UPDATE OF subscriptions
    ), numbered AS (
        UPDATE subscriptions SET last_seq = last_seq + locked.count FROM locked
        WHERE subscriptions.id = locked.id RETURNING subscriptions.id, last_seq - locked.count AS before
    )
    INSERT INTO deliveries
        (id, subscription_id, event_id, seq, state, step, attempt, next_at, created_at)
    SELECT pairs.id, subscription_id, event_id, before + place, 'pending', 0, 0,
        CAST(:now AS timestamptz), CAST(:now AS timestamptz)
    FROM pairs JOIN numbered ON numbered.id = subscription_id
""")


async def keep_events(session: AsyncSession, received: Sequence[Received]) -> None:
    """Keep the text of events, once."""
    await session.execute(
        _KEEP_EVENTS,
        {
            "ids": [each.event.id for each in received],
            "types": [each.event.type for each in received],
            "envelopes": [each.text for each in received],
            "now": clock.now(),
        },
    )


async def enter(session: AsyncSession, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Enter deliveries of (subscription, event), due at once; each gets its subscription's next number.

    Those of one subscription are numbered in the order given, without gaps. One that was deleted
    meanwhile gets none.
    """
    if not pairs:
        return
    places: Counter[UUID] = Counter()
    placed = []
    for subscription, _ in pairs:
        places[subscription] += 1
        placed.append(places[subscription])
    await session.execute(
        _ENTER,
        {
            "ids": [new_id() for _ in pairs],
            "subscriptions": [subscription for subscription, _ in pairs],
            "events": [event for _, event in pairs],
            "places": placed,
            "now": clock.now(),
        },
    )


async def page(
    session: AsyncSession, subscription_id: UUID, *, state: str | None, before: int | None, limit: int
) -> Sequence[Row[Delivery, str]]:
    """Deliveries of a subscription with the types of their events, the latest number first."""
    query = (
        select(Delivery, col(StoredEvent.type))
        .join(StoredEvent, col(StoredEvent.id) == col(Delivery.event_id))
        .where(col(Delivery.subscription_id) == subscription_id)
    )
    if state is not None:
        query = query.where(col(Delivery.state) == state)
    if before is not None:
        query = query.where(col(Delivery.seq) < before)
    return (await session.execute(query.order_by(col(Delivery.seq).desc()).limit(limit))).all()


async def attempts(session: AsyncSession, delivery_ids: Sequence[UUID]) -> dict[UUID, list[Attempt]]:
    """The tries of each delivery, in their order."""
    found: dict[UUID, list[Attempt]] = {delivery_id: [] for delivery_id in delivery_ids}
    query = select(Attempt).where(col(Attempt.delivery_id).in_(delivery_ids))
    for attempt in await session.scalars(query.order_by(col(Attempt.number))):
        found[attempt.delivery_id].append(attempt)
    return found


async def lock(session: AsyncSession, subscription_id: UUID, delivery_id: UUID) -> Row[Delivery, str] | None:
    """A delivery of a subscription with the type of its event, locked against other changes."""
    result = await session.execute(
        select(Delivery, col(StoredEvent.type))
        .join(StoredEvent, col(StoredEvent.id) == col(Delivery.event_id))
        .where(col(Delivery.id) == delivery_id, col(Delivery.subscription_id) == subscription_id)
        .with_for_update(of=Delivery)
    )
    return result.one_or_none()


async def events_since(
    session: AsyncSession, since: datetime, limit: int
) -> Sequence[Row[UUID, str, datetime]]:
    """Events that came at `since` or later, in the order they came."""
    query = select(col(StoredEvent.id), col(StoredEvent.envelope), col(StoredEvent.received_at))
    query = query.where(col(StoredEvent.received_at) >= since)
    query = query.order_by(col(StoredEvent.received_at), col(StoredEvent.id)).limit(limit)
    return (await session.execute(query)).all()


_MAKE_DUE = text("""
    UPDATE deliveries SET state = 'pending', step = 0, next_at = :now, delivered_at = NULL
    WHERE subscription_id = :subscription AND event_id = ANY(CAST(:events AS uuid[]))
        AND (state <> 'pending' OR lease_until IS NULL)
""")


async def make_due(session: AsyncSession, subscription_id: UUID, event_ids: Sequence[UUID]) -> set[UUID]:
    """Make the deliveries there are of these events due now; returns the events that have one.

    Those under way are left alone: they are being made.
    """
    parameters = {"now": clock.now(), "subscription": subscription_id, "events": list(event_ids)}
    await session.execute(_MAKE_DUE, parameters)
    query = select(col(Delivery.event_id)).where(
        col(Delivery.subscription_id) == subscription_id, col(Delivery.event_id).in_(event_ids)
    )
    return set(await session.scalars(query))
