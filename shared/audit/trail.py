"""Writing the audit log: one row for each act, in the transaction of the act."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock
from shared.audit.tables import Audit
from shared.auth import Actor
from shared.db import insert_many
from shared.telemetry import trace_id

SYSTEM = "system"
"""Issuer and subject where nobody acted but an event had an effect; no issuer has this name."""


def tables(session: AsyncSession) -> Audit:
    """The audit log of the service that the session belongs to."""
    audit: Audit = session.info["audit"]
    return audit


async def record(
    session: AsyncSession,
    actor: Actor | None,
    action: str,
    object_type: str,
    object_id: UUID | str,
    agency: str,
    version: int | None = None,
    *,
    cause: UUID | None = None,
) -> None:
    """Record an act: ids and closed words, never what was written, whom it was about, or a value.

    Args:
        session: the transaction of the act.
        actor: who acted; None for the effect of an event.
        action: `<resource>.<action>`, as in the service's policy.
        object_type: what kind of thing was acted upon.
        object_id: which one.
        agency: code of the agency whose thing it is: those who reach it may read the row.
        version: the thing's version after the act, if it has one.
        cause: id of the event that had this effect.
    """
    row = _row(actor, action, object_type, object_id, agency, version, cause)
    # inline: without the id, which nobody needs here.
    await session.execute(insert(tables(session).log).inline(), row)


async def record_many(
    session: AsyncSession,
    actor: Actor | None,
    action: str,
    object_type: str,
    things: Sequence[tuple[UUID | str, str, int | None]],
) -> None:
    """Record the same act on many things, each as (id, agency, version), in one statement."""
    if not things:
        return
    rows = [_row(actor, action, object_type, *thing, cause=None) for thing in things]
    await session.execute(insert_many(tables(session).log, rows).inline())


def _row(
    actor: Actor | None,
    action: str,
    object_type: str,
    object_id: UUID | str,
    agency: str,
    version: int | None,
    cause: UUID | None,
) -> dict[str, Any]:
    issuer, subject = actor.identity if actor else (SYSTEM, SYSTEM)
    return {
        "at": clock.now(),
        "actor_issuer": issuer,
        "actor_subject": subject,
        "actor_agency": (actor.agency or None) if actor else None,
        "agency_code": agency,
        "action": action,
        "object_type": object_type,
        "object_id": str(object_id),
        "version": version,
        "cause": cause,
        "trace_id": trace_id(),
    }
