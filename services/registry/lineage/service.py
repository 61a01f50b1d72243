"""Lineage put together, and the crosswalk as a file."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries as agencies
from services.registry.agencies.gazetteer import reform_act
from services.registry.lineage import queries
from services.registry.lineage.schemas import AgencyName, Lineage, LineageStep
from services.registry.successions.schemas import LegalAct
from shared.problems import NotFound
from shared.spreadsheets import csv_pieces

COLUMNS = (
    "old_code",
    "old_official_code",
    "old_name",
    "new_code",
    "new_official_code",
    "new_name",
    "day",
    "kind",
)


async def lineage(session: AsyncSession, code: str, at: date) -> Lineage:
    """Whom an agency comes from, and what became of it, as of a day.

    Raises:
        NotFound: there is no such agency.
    """
    row = await agencies.find(session, code)
    if row is None:
        raise NotFound
    steps = await queries.steps(session, row.code, at)
    return Lineage(
        code=row.code,
        at=at,
        predecessors=[_step(step) for step in steps if not step.forward],
        successors=[_step(step) for step in steps if step.forward],
        complete=len(steps) < queries.MOST_STEPS,
    )


def crosswalk_csv(session: AsyncSession, at: date) -> AsyncIterator[bytes]:
    """The crosswalk as CSV (RFC 4180, UTF-8), a piece at a time, all of it as of one moment."""
    return csv_pieces(COLUMNS, queries.crosswalk(session, at))


def _step(row: Row[Any]) -> LineageStep:
    return LineageStep.model_validate(
        {
            "from": AgencyName(code=row.from_code, name=row.from_name),
            "to": AgencyName(code=row.to_code, name=row.to_name),
            "on": row.day,
            "distance": row.distance,
            "kind": row.kind,
            "legal_act": _act(row),
            "succession_id": row.succession_id,
        }
    )


def _act(row: Row[Any]) -> LegalAct | None:
    if row.succession_id is not None:
        return LegalAct(number=row.act_number, date=row.act_date, issuer=row.act_issuer)
    known = reform_act(row.level, row.day)
    return LegalAct(number=known.number, date=known.date, issuer=known.issuer) if known else None
