"""Entering the gazetteer: the agencies in force, and those that were."""

import logging
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries
from services.registry.agencies.gazetteer import Unit, read_units
from shared import tenancy
from shared.events.registry import AgencyCreated
from shared.messaging import outbox

log = logging.getLogger(__name__)
_BATCH = 1000


async def load_gazetteer(session: AsyncSession) -> int:
    """Enter every unit of the gazetteer that is not in the table yet; returns how many.

    Agencies that are there stay as they are: since the first load they have a life of their own.
    The new ones are published as states, not as news.
    """
    known = await queries.codes(session)
    units = [unit for unit in read_units() if unit.code not in known]
    if not units:
        return 0
    await tenancy.store(session, [_row(unit) for unit in units])
    paths = await queries.paths(session)
    states = [
        (AgencyCreated(agency_code=u.code, **_public(u)), u.code, 1, paths[u.code], f"agency.{u.code}")
        for u in units
    ]
    for start in range(0, len(states), _BATCH):
        await outbox.emit_states(session, states[start : start + _BATCH])
    log.info("gazetteer loaded", extra={"agencies": len(units)})
    return len(units)


def _public(unit: Unit) -> dict[str, Any]:
    return {
        "official_code": None,  # the sources do not carry it
        "name": unit.name,
        "short_name": unit.short_name,
        "level": unit.level,
        "area_code": unit.area_code,
        "parent_code": unit.parent_code,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "successors": list(unit.successors),
    }


def _row(unit: Unit) -> dict[str, Any]:
    return {"code": unit.code, **_public(unit), "version": 1}
