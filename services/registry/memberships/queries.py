"""Finding memberships."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.memberships.tables import Membership
from shared import tenancy


async def find(session: AsyncSession, membership_id: UUID) -> Membership | None:
    """The membership, whosever it is."""
    return await session.get(Membership, membership_id)


async def lock(session: AsyncSession, membership_id: UUID) -> Membership | None:
    """The membership as it is now, locked against other changes."""
    return await session.get(Membership, membership_id, with_for_update=True, populate_existing=True)


async def member(session: AsyncSession, identity: str, agency: str) -> Membership | None:
    """The membership proper of an identity in an agency, in force or not."""
    return await session.scalar(
        select(Membership).where(
            col(Membership.identity) == identity,
            col(Membership.agency_code) == agency,
            col(Membership.delegation_of).is_(None),
        )
    )


async def administrator(session: AsyncSession, agency: str, day: date) -> Membership | None:
    """Some administrator of the agency who is one on a day, or will be."""
    return await session.scalar(
        select(Membership)
        .where(
            col(Membership.agency_code) == agency,
            col(Membership.roles).contains(["admin"]),
            or_(col(Membership.valid_to).is_(None), col(Membership.valid_to) > day),
        )
        .limit(1)
    )


async def delegations(session: AsyncSession, membership_id: UUID, day: date) -> list[Membership]:
    """The delegations of a membership that have not ended by a day, locked against other changes."""
    query = select(Membership).where(
        col(Membership.delegation_of) == membership_id, col(Membership.valid_to) > day
    )
    return list(await session.scalars(query.order_by(col(Membership.id)).with_for_update()))


async def within(
    session: AsyncSession,
    agency: str,
    *,
    agency_code: str | None,
    at: date | None,
    after: UUID | None,
    limit: int,
) -> list[Membership]:
    """Memberships in the agencies that `agency` reaches, newest first."""
    reached = tenancy.within(session, col(Membership.agency_code), agency)
    conditions = [reached]
    if agency_code is not None:
        conditions.append(col(Membership.agency_code) == agency_code)
    if at is not None:
        conditions.append(col(Membership.valid_from) <= at)
        conditions.append(or_(col(Membership.valid_to).is_(None), col(Membership.valid_to) > at))
    return await _page(session, *conditions, after=after, limit=limit)


async def of_identity(
    session: AsyncSession, identity: str, *, after: UUID | None, limit: int
) -> list[Membership]:
    """Memberships of an identity, and the delegations of them to others, newest first."""
    own = select(col(Membership.id)).where(col(Membership.identity) == identity)
    delegated = select(col(Membership.id)).where(col(Membership.delegation_of).in_(own))
    # Not an OR of the two: for that PostgreSQL reads all memberships there are.
    return await _page(session, col(Membership.id).in_(own.union(delegated)), after=after, limit=limit)


async def _page(
    session: AsyncSession, *conditions: ColumnElement[bool], after: UUID | None, limit: int
) -> list[Membership]:
    query = select(Membership).where(*conditions)
    if after is not None:
        query = query.where(col(Membership.id) < after)
    return list(await session.scalars(query.order_by(col(Membership.id).desc()).limit(limit)))
