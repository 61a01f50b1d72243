"""Finding successions, and what is still to come of them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.agencies.queries import agencies
from services.registry.successions.tables import Succession, SuccessionAgency
from services.registry.successions.words import ENDING, OPEN
from shared import tenancy

_part = SuccessionAgency


async def find(session: AsyncSession, succession_id: UUID, agency: str) -> Succession | None:
    """The succession, if `agency` reaches any of those concerned."""
    return await session.scalar(_reached(session, agency).where(col(Succession.id) == succession_id))


async def get(session: AsyncSession, succession_id: UUID) -> Succession | None:
    """The succession, whoever asks."""
    return await session.get(Succession, succession_id)


async def page(
    session: AsyncSession,
    agency: str,
    *,
    state: str | None,
    kind: str | None,
    about: str | None,
    after: UUID | None,
    limit: int,
) -> list[Succession]:
    """Successions that concern an agency which `agency` reaches, newest first; `about` is one concerned."""
    query = _reached(session, agency)
    if state is not None:
        query = query.where(col(Succession.state) == state)
    if kind is not None:
        query = query.where(col(Succession.kind) == kind)
    if about is not None:
        named = or_(col(_part.agency_code) == about, col(_part.parent_code) == about)
        query = query.where(col(Succession.id).in_(select(col(_part.succession_id)).where(named)))
    if after is not None:
        query = query.where(col(Succession.id) < after)
    return list(await session.scalars(query.order_by(col(Succession.id).desc()).limit(limit)))


async def parts(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, list[SuccessionAgency]]:
    """The parts of agencies in each of these successions."""
    found: dict[UUID, list[SuccessionAgency]] = {succession_id: [] for succession_id in ids}
    for part in await session.scalars(select(_part).where(col(_part.succession_id).in_(list(found)))):
        found[part.succession_id].append(part)
    return found


async def due(session: AsyncSession, day: date) -> list[UUID]:
    """Approved successions whose day has come, the oldest first."""
    query = select(col(Succession.id)).where(
        col(Succession.state) == "approved", col(Succession.effective_on) <= day
    )
    return list(await session.scalars(query.order_by(col(Succession.effective_on), col(Succession.id))))


async def changing(session: AsyncSession, codes: Sequence[str], but: UUID) -> Sequence[Row[str, UUID]]:
    """(agency_code, succession_id) where another open succession ends, renames or moves one of these."""
    query = _open_parts(but).where(
        col(_part.agency_code).in_(codes), col(_part.role).in_(("predecessor", "moved"))
    )
    return (await session.execute(query)).all()


async def ending(
    session: AsyncSession, codes: Collection[str], *, by: date | None = None, but: UUID | None = None
) -> Sequence[Row[str, UUID]]:
    """(agency_code, succession_id) where an open succession ends one of these, `by` a day if given."""
    query = _open_parts(but).where(
        col(_part.agency_code).in_(codes),
        col(_part.role) == "predecessor",
        col(Succession.kind).in_(ENDING),
    )
    if by is not None:
        query = query.where(col(Succession.effective_on) <= by)
    return (await session.execute(query)).all()


async def counting_on(
    session: AsyncSession, codes: Sequence[str], *, since: date, but: UUID
) -> Sequence[Row[str, UUID]]:
    """(agency_code, succession_id) where another open succession needs one of these: to take over, `since` a
    day, or as the parent of what it moves.
    """
    as_successor = _open_parts(but).where(
        col(_part.agency_code).in_(codes),
        col(_part.role) == "successor",
        col(Succession.effective_on) >= since,
    )
    as_parent: Select[str, UUID] = (
        _open_parts(but).with_only_columns(
            col(_part.parent_code).label("agency_code"), col(_part.succession_id)
        )
    ).where(col(_part.parent_code).in_(codes))
    return (await session.execute(as_successor.union(as_parent))).all()


async def children(session: AsyncSession, codes: Sequence[str], *, on: date) -> dict[str, str]:
    """Agencies that still stand under one of these on a day, by all that is known now: code to level."""
    gone = (
        _open_parts(None)
        .with_only_columns(col(_part.agency_code))
        .where(
            col(_part.role) == "predecessor",
            col(Succession.kind).in_(ENDING),
            col(Succession.effective_on) <= on,
        )
    )
    query = select(agencies.c.code, agencies.c.level).where(
        agencies.c.parent_code.in_(codes),
        or_(agencies.c.valid_to.is_(None), agencies.c.valid_to > on),
        agencies.c.code.not_in(gone),
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def moves_to_come(session: AsyncSession) -> dict[str, str]:
    """The new parent of each agency that an open succession moves."""
    query = (
        _open_parts(None)
        .with_only_columns(col(_part.agency_code), col(_part.parent_code))
        .where(col(_part.role) == "moved")
    )
    return {row.agency_code: row.parent_code for row in await session.execute(query)}


async def parents(session: AsyncSession, codes: Iterable[str]) -> dict[str, str | None]:
    """The present parent of each."""
    query = select(agencies.c.code, agencies.c.parent_code).where(agencies.c.code.in_(list(codes)))
    return {row[0]: row[1] for row in await session.execute(query)}


async def store(session: AsyncSession, succession: Succession, rows: Sequence[SuccessionAgency]) -> None:
    """Add a succession and the parts in it."""
    session.add(succession)
    await session.flush()
    session.add_all(rows)
    await session.flush()


def _reached(session: AsyncSession, agency: str) -> Select[Succession]:
    reached = select(col(_part.succession_id)).where(
        or_(
            tenancy.within(session, col(_part.agency_code), agency),
            tenancy.within(session, col(_part.parent_code), agency),
        )
    )
    return select(Succession).where(col(Succession.id).in_(reached))


def _open_parts(but: UUID | None) -> Select[str, UUID]:
    """(agency_code, succession_id) of what has yet to take effect; the succession `but` does not count."""
    query = (
        select(col(_part.agency_code), col(_part.succession_id))
        .join(Succession, col(Succession.id) == col(_part.succession_id))
        .where(col(Succession.state).in_(OPEN))
    )
    return query if but is None else query.where(col(Succession.id) != but)
