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
    await outbox.emit_many(session, await told(session, AgencyCreated, rows))


async def change(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Store agencies that were changed, as their next versions, and tell of each; returns the new rows.

    The rows are those that were locked, with the changes made.
    """
    newer = [{**row, "version": row["version"] + 1} for row in rows]
    await queries.write(session, newer)
    await outbox.emit_many(session, await told(session, AgencyChanged, newer))
    return newer


async def told(
    session: AsyncSession, event: type[AgencyState], rows: Sequence[Mapping[str, Any]]
) -> list[outbox.Told]:
    """What is told of agencies that are stored: their public states."""
    paths = await queries.paths(session, [row["code"] for row in rows])
    return [
        (
            event.model_validate(_public(row)),
            row["code"],
            row["version"],
            paths[row["code"]],
            f"agency.{row['code']}",
        )
        for row in rows
    ]


def _public(row: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: row[name] for name in AgencyState.model_fields if name != "agency_code"}
    return {"agency_code": row["code"], **named}
