"""Reading the tree of agencies."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import SESSION_INFO
from shared import tenancy

agencies = SESSION_INFO["tenancy"].agencies


async def find(session: AsyncSession, code: str) -> Row[Any] | None:
    """The agency with this code, or with this official code."""
    result = await session.execute(
        select(agencies).where(or_(agencies.c.code == code, agencies.c.official_code == code))
    )
    return result.one_or_none()


async def find_many(session: AsyncSession, codes: Collection[str]) -> dict[str, Row[Any]]:
    """The agencies with these codes or official codes, by the code that was asked for."""
    found = await session.execute(
        select(agencies).where(or_(agencies.c.code.in_(codes), agencies.c.official_code.in_(codes)))
    )
    return {code: row for row in found for code in (row.official_code, row.code) if code in codes}


async def page(
    session: AsyncSession,
    *,
    at: date,
    parent_code: str | None,
    level: str | None,
    after: str | None,
    limit: int,
) -> list[Row[Any]]:
    """Agencies in force on a day, in the order of their codes."""
    query = select(agencies).where(
        or_(agencies.c.valid_from.is_(None), agencies.c.valid_from <= at),
        or_(agencies.c.valid_to.is_(None), agencies.c.valid_to > at),
    )
    if parent_code is not None:
        query = query.where(agencies.c.parent_code == parent_code)
    if level is not None:
        query = query.where(agencies.c.level == level)
    if after is not None:
        query = query.where(agencies.c.code > after)
    return list((await session.execute(query.order_by(agencies.c.code).limit(limit))).all())


async def predecessors(session: AsyncSession, code: str) -> list[str]:
    """Codes of the ended agencies that name this one as a successor."""
    result = await session.scalars(
        select(agencies.c.code).where(agencies.c.successors.contains([code])).order_by(agencies.c.code)
    )
    return list(result)


async def codes(session: AsyncSession) -> set[str]:
    """Codes of all agencies."""
    return set(await session.scalars(select(agencies.c.code)))


async def paths(session: AsyncSession) -> dict[str, list[str]]:
    """For every agency, the codes of all that reach its records."""
    reach = tenancy.of(session).reach
    path = func.array_agg(aggregate_order_by(reach.c.ancestor, reach.c.ancestor.asc()))
    rows = await session.execute(select(reach.c.descendant, path).group_by(reach.c.descendant))
    return dict(rows.tuples().all())
