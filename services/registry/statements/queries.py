"""The agencies around an agency."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies.queries import agencies
from shared import clock, tenancy


async def above_and_below(session: AsyncSession, agency: Row[Any]) -> tuple[Row[Any] | None, list[Row[Any]]]:
    """The agency directly above, and those directly below; only what is in force."""
    query = select(agencies).where(
        (agencies.c.code == agency.parent_code) | (agencies.c.parent_code == agency.code)
    )
    day = clock.today()
    found = [
        row for row in await session.execute(query.order_by(agencies.c.code)) if tenancy.in_force(row, day)
    ]
    above = next((row for row in found if row.code == agency.parent_code), None)
    return above, [row for row in found if row.parent_code == agency.code]


async def names(session: AsyncSession, codes: list[str]) -> list[Row[Any]]:
    """Codes and names of these agencies."""
    query = select(agencies.c.code, agencies.c.name).where(agencies.c.code.in_(codes))
    return list((await session.execute(query.order_by(agencies.c.code))).all())
