"""Agencies are stored and told of together: whatever changes one goes through here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries
from shared.events.registry import AgencyChanged, AgencyCreated, AgencyState
from shared.messaging import outbox


async def enter(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add agencies, whole rows of the table, and tell of each."""
    await queries.write(session, rows)
    for row in rows:
        await _tell(session, AgencyCreated, row)


async def change(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Store agencies that were changed, as their next versions, and tell of each; returns the new rows.

    The rows are those that were locked, with the changes made.
    """
    newer = [{**row, "version": row["version"] + 1} for row in rows]
    await queries.write(session, newer)
    for row in newer:
        await _tell(session, AgencyChanged, row)
    return newer


def public(row: Mapping[str, Any]) -> dict[str, Any]:
    """The public state of an agency, as its events carry it."""
    named = {name: row[name] for name in AgencyState.model_fields if name != "agency_code"}
    return {"agency_code": row["code"], **named}


async def _tell(session: AsyncSession, event: type[AgencyState], row: Mapping[str, Any]) -> None:
    code = row["code"]
    data = event.model_validate(public(row))
    await outbox.emit(session, data, subject=code, version=row["version"], state_key=f"agency.{code}")
