"""Finding accounts whose agency has ended."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.registry.accounts.tables import Account, Identity
from services.registry.agencies.queries import agencies
from shared import tenancy

Orphan = Row[Account, str, list[str]]


async def page(
    session: AsyncSession, agency: str, *, platform: str | None, after: UUID | None, limit: int
) -> list[Orphan]:
    """Accounts that ended with an agency which `agency` reaches, with its name and successors, newest first."""
    query = _orphans(session, agency, platform)
    if after is not None:
        query = query.where(col(Account.id) < after)
    return list((await session.execute(query.limit(limit))).all())


async def all_of(session: AsyncSession, agency: str, platform: str | None) -> AsyncIterator[Orphan]:
    """The same, every one."""
    async for row in await session.stream(_orphans(session, agency, platform)):
        yield row


def _orphans(session: AsyncSession, agency: str, platform: str | None) -> Select[Account, str, list[str]]:
    # Whoever takes one over makes it a draft of their own; or they entered the page anew, and hold its links.
    held = aliased(Identity)
    entered_anew = (
        select(held)
        .join(Identity, col(Identity.identity) == col(held.identity))
        .where(
            col(Identity.account_id) == col(Account.id),
            col(Identity.released_at) == col(Account.updated_at),
            col(held.released_at).is_(None),
        )
        .exists()
    )
    query = (
        select(Account, agencies.c.name, agencies.c.successors)
        .join(agencies, agencies.c.code == col(Account.agency_code))
        .where(
            col(Account.state) == "retired",
            col(Account.reason) == "agency_ended",
            tenancy.within(session, col(Account.agency_code), agency),
            ~entered_anew,
        )
    )
    if platform is not None:
        query = query.where(col(Account.platform) == platform)
    return query.order_by(col(Account.id).desc())
