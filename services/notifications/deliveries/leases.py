"""Claiming deliveries and booking how they ended, many at a time (ADR 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock

# `waiting` steps through the index from one subscription with pending deliveries to the next, so the
# cost does not grow with anybody's backlog. Of each, no more are taken than it has places left; of
# one that fails, only a few: those that hang must not keep the others waiting. Random order: nobody
# is always first. A lease that ends much later than one of now would is of a clock that was put back
# since; a little later is only another process's clock, or its moment.
_CLAIM = text("""
    WITH RECURSIVE waiting(id) AS (
        (SELECT subscription_id FROM deliveries WHERE state = 'pending' ORDER BY subscription_id LIMIT 1)
        UNION ALL
        SELECT (
            SELECT subscription_id FROM deliveries WHERE state = 'pending' AND subscription_id > waiting.id
            ORDER BY subscription_id LIMIT 1
        ) FROM waiting WHERE waiting.id IS NOT NULL
    ), receivers AS MATERIALIZED (
        SELECT s.*,
            CASE WHEN failing_since IS NULL THEN CAST(:well AS integer) ELSE CAST(:failing AS integer) END
                - COALESCE(busy.count, 0) AS places
        FROM waiting JOIN subscriptions s USING (id) LEFT JOIN unnest(
            CAST(:busy AS uuid[]), CAST(:busy_counts AS integer[])
        ) AS busy(id, count) USING (id)
        WHERE s.state = 'active' ORDER BY random()
    ), due AS MATERIALIZED (
        SELECT d.id AS delivery_id, receivers.* FROM receivers CROSS JOIN LATERAL (
            SELECT id FROM deliveries
            WHERE subscription_id = receivers.id AND state = 'pending' AND next_at <= :now
                AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :beyond)
            ORDER BY next_at LIMIT GREATEST(receivers.places, 0) FOR UPDATE SKIP LOCKED
        ) AS d LIMIT :total
    )
    UPDATE deliveries SET lease_until = :lease FROM due, events
    WHERE deliveries.id = due.delivery_id AND events.id = deliveries.event_id
    RETURNING deliveries.id AS delivery_id, deliveries.event_id, seq, step, lease_until, envelope,
        due.id, wrapped_key, url, secret, previous_secret, previous_until, failing_since
""")

# The lease is the claim's name: what somebody else has claimed since is not booked, nor what this process has claimed
# again, although both may end in one batch.
_BOOK = text("""
    WITH outcome AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:leases AS timestamptz[]), CAST(:states AS varchar[]),
            CAST(:next_ats AS timestamptz[]), CAST(:ats AS timestamptz[]), CAST(:durations AS integer[]),
            CAST(:statuses AS smallint[]), CAST(:errors AS varchar[])
        ) AS o(id, lease, state, next_at, at, duration_ms, status, error)
    ), booked AS (
        UPDATE deliveries SET state = outcome.state, step = step + 1, attempt = attempt + 1,
            next_at = COALESCE(outcome.next_at, deliveries.next_at), lease_until = NULL,
            last_status = outcome.status, last_error = outcome.error,
            delivered_at = CASE WHEN outcome.state = 'delivered' THEN outcome.at END
        FROM outcome WHERE deliveries.id = outcome.id AND deliveries.lease_until = outcome.lease
        RETURNING deliveries.id, attempt, outcome.at, outcome.duration_ms, outcome.status, outcome.error
    )
    INSERT INTO attempts (delivery_id, number, at, duration_ms, status, error)
    SELECT id, attempt, at, duration_ms, status, error FROM booked
""")


@dataclass(frozen=True, slots=True)
class Booking:
    """How one try ended, and what comes of its delivery."""

    delivery_id: UUID
    lease: datetime
    state: str
    next_at: datetime | None
    at: datetime
    duration_ms: int
    status: int | None
    error: str | None


async def claim_due(
    session: AsyncSession,
    *,
    total: int,
    well: int,
    failing: int,
    busy: Mapping[UUID, int],
    lease: timedelta,
) -> Sequence[Row[Any]]:
    """Lease due deliveries, `total` at most, with what is needed to make them.

    `well` and `failing` bound how many may be under way for a subscription that receives or fails;
    `busy` says how many are.
    """
    now = clock.now()
    result = await session.execute(
        _CLAIM,
        {
            "now": now,
            "lease": now + lease,
            "beyond": now + 2 * lease,
            "total": total,
            "well": well,
            "failing": failing,
            "busy": list(busy),
            "busy_counts": list(busy.values()),
        },
    )
    return result.all()


async def book(session: AsyncSession, bookings: Sequence[Booking]) -> None:
    """Record how tries ended."""
    await session.execute(
        _BOOK,
        {
            "ids": [b.delivery_id for b in bookings],
            "leases": [b.lease for b in bookings],
            "states": [b.state for b in bookings],
            "next_ats": [b.next_at for b in bookings],
            "ats": [b.at for b in bookings],
            "durations": [b.duration_ms for b in bookings],
            "statuses": [b.status for b in bookings],
            "errors": [b.error for b in bookings],
        },
    )
