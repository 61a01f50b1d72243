"""Orphans within reach, as items and as a file."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries as agencies
from services.registry.orphans import queries
from services.registry.orphans.schemas import Orphan
from shared import tenancy
from shared.auth import Actor
from shared.problems import NotFound
from shared.spreadsheets import csv_pieces

COLUMNS = tuple(Orphan.model_fields)


async def within_reach(session: AsyncSession, actor: Actor, code: str) -> str:
    """The code of the agency with this code or official code, if the actor reaches it.

    Raises:
        NotFound: there is no such agency within reach.
    """
    agency = await agencies.find(session, code)
    if agency is None or not await tenancy.reaches(session, actor.agency, agency.code):
        raise NotFound
    return str(agency.code)


def as_csv(session: AsyncSession, agency: str, platform: str | None) -> AsyncIterator[bytes]:
    """Every orphan as CSV (RFC 4180, UTF-8), a piece at a time."""
    found = queries.all_of(session, agency, platform)
    return csv_pieces(COLUMNS, (_cells(orphan(row)) async for row in found))


def orphan(row: queries.Orphan) -> Orphan:
    """What is shown of an account and its agency."""
    account, agency_name, successors = row
    return Orphan(
        account_id=account.id,
        platform=account.platform,
        url=account.url,
        display_name=account.display_name,
        agency_code=account.agency_code,
        agency_name=agency_name,
        successors=successors,
        retired_at=account.updated_at,
    )


def _cells(item: Orphan) -> list[str]:
    values = {**item.model_dump(mode="json"), "successors": " ".join(item.successors)}
    return list(values.values())
