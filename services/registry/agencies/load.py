"""Entering the gazetteer: the agencies in force, and those that were."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries
from services.registry.agencies.gazetteer import Unit, read_units
from services.registry.agencies.publishing import told
from shared.events.registry import AgencyCreated
from shared.messaging import outbox

log = logging.getLogger(__name__)
_BATCH = 1000


async def load_gazetteer(session: AsyncSession) -> int:
    """Enter every unit of the gazetteer that is not in the table yet; returns how many.

    Agencies that are there stay as they are: since the first load they have a life of their own. Only
    those that an older release loaded, without the kind of organisation, a name to search by and their
    history, are loaded anew. All are published as states, not as news. Two at once wait for each other.
    """
    await queries.lock(session)
    known = await queries.codes(session)
    units = [unit for unit in read_units() if not known.get(unit.code)]
    if not units:
        return 0
    await _store(session, [_row(unit, 2 if unit.code in known else 1) for unit in units])
    if past := [_past(unit) for unit in units if unit.renamed_on]:
        await queries.remember(session, past)
    log.info("gazetteer loaded", extra={"agencies": len(units)})
    return len(units)


async def _store(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    await queries.write(session, rows)
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        await outbox.emit_states(session, await told(session, AgencyCreated, batch))


def _row(unit: Unit, version: int) -> dict[str, Any]:
    return {
        "code": unit.code,
        "official_code": None,  # the sources do not carry it
        "name": unit.name,
        "short_name": unit.short_name,
        "level": unit.level,
        "organisation_type": "peoples_committee",
        "area_code": unit.area_code,
        "parent_code": unit.parent_code,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "successors": list(unit.successors),
        "version": version,
    }


def _past(unit: Unit) -> dict[str, Any]:
    """The name until the unit became of another kind, which changed nothing else."""
    return {
        "agency_code": unit.code,
        "until": unit.renamed_on,
        "since": unit.valid_from,
        "name": unit.former_name,
        "short_name": unit.former_short_name,
        "parent_code": unit.parent_code,
    }
