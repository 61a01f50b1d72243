"""What a question to the directory means."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries as agencies
from services.registry.directory import queries
from services.registry.directory.queries import Filter
from services.registry.directory.schemas import DirectoryEntry, DirectoryPageQuery, DirectoryQuery
from shared import clock
from shared.pagination import Page, decode_id_cursor, following
from shared.problems import Invalid, Text

UNKNOWN_AGENCY = Text("Không có cơ quan nào mang mã này.", "No agency has this code.")


async def page(session: AsyncSession, asked: DirectoryPageQuery) -> Page[DirectoryEntry]:
    """One page of the directory.

    Raises:
        Invalid: the agency is not known, or the cursor is none.
    """
    which = await meant(session, asked)
    rows = await queries.page(session, which, after=decode_id_cursor(asked.cursor), limit=asked.limit)
    return Page(
        items=[entry(row) for row in rows],
        next_cursor=following(rows, asked.limit, lambda last: last.id),
    )


async def meant(session: AsyncSession, asked: DirectoryQuery) -> Filter:
    """The accounts that are asked for.

    Raises:
        Invalid: the agency is not known.
    """
    agency = None
    if asked.agency_code is not None:
        agency = await agencies.find(session, asked.agency_code)
        if agency is None:
            raise Invalid.at("/query/agency_code", UNKNOWN_AGENCY)
    return Filter(
        states=(asked.status,) if asked.status else queries.OFFICIAL,
        q=asked.q,
        platform=asked.platform,
        agency=agency and agency.code,
        below=asked.include_below,
        area_code=asked.area_code,
        language=asked.language,
        purpose=asked.purpose,
        # A day that has not ended is shown as it is.
        day=asked.at if asked.at and asked.at < clock.today() else None,
        sort=asked.sort,
    )


def entry(row: Row[Any]) -> DirectoryEntry:
    """An account as everybody may see it."""
    return DirectoryEntry.model_validate({name: getattr(row, name) for name in DirectoryEntry.model_fields})
