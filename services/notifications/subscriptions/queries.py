"""Finding subscriptions. A deleted one is found by nobody."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.notifications.subscriptions.matching import Selection
from services.notifications.subscriptions.tables import Subscription
from shared import tenancy


async def find(
    session: AsyncSession, subscription_id: UUID, agency: str, *, lock: bool = False
) -> Subscription | None:
    """The subscription, if `agency` reaches it; locked against other changes when asked."""
    query = select(Subscription).where(
        col(Subscription.id) == subscription_id,
        col(Subscription.state) != "deleted",
        tenancy.within(session, col(Subscription.owner_code), agency),
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def lock(session: AsyncSession, subscription_id: UUID) -> Subscription | None:
    """The subscription, whoever it belongs to, locked against other changes."""
    return await session.get(Subscription, subscription_id, with_for_update=True)


async def page(
    session: AsyncSession, agency: str, *, state: str | None, after: UUID | None, limit: int
) -> list[Subscription]:
    """Subscriptions that `agency` reaches, newest first."""
    query = select(Subscription).where(
        col(Subscription.state) != "deleted", tenancy.within(session, col(Subscription.owner_code), agency)
    )
    if state is not None:
        query = query.where(col(Subscription.state) == state)
    if after is not None:
        query = query.where(col(Subscription.id) < after)
    return list(await session.scalars(query.order_by(col(Subscription.id).desc()).limit(limit)))


_CANDIDATES = text("""
    SELECT id, owner_code, agency_code, event_types FROM subscriptions WHERE state = 'active'
        AND (event_types && CAST(:patterns AS varchar[]) OR id = ANY(CAST(:tested AS uuid[])))
""")


async def candidates(
    session: AsyncSession, patterns: Collection[str], tested: Collection[UUID]
) -> list[Selection]:
    """Active subscriptions that name one of the patterns, and those to be tested."""
    rows = await session.execute(_CANDIDATES, {"patterns": list(patterns), "tested": list(tested)})
    return [Selection(*row) for row in rows]


# Rows are locked in the order of their ids, as in `deliveries.queries`: no two wait for each other.
_NOTE_HEALTH = text("""
    WITH heard AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:well AS boolean[])) AS h(id, well)
    ), changed AS (
        SELECT id, heard.well FROM subscriptions JOIN heard USING (id)
        WHERE (failing_since IS NOT NULL) = heard.well ORDER BY id FOR NO KEY UPDATE OF subscriptions
    )
    UPDATE subscriptions SET failing_since = CASE WHEN NOT changed.well THEN CAST(:now AS timestamptz) END
    FROM changed WHERE subscriptions.id = changed.id
""")


async def note_health(session: AsyncSession, well: Mapping[UUID, bool], now: object) -> None:
    """Record which subscriptions receive again, and which began to fail."""
    await session.execute(_NOTE_HEALTH, {"ids": list(well), "well": list(well.values()), "now": now})
