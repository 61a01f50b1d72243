"""A service's own copy of the tree of agencies, kept from the registry's state stream.

No service asks the registry anything: each knows who stands above whom by itself, and goes on
while the registry is down.
"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import tenancy
from shared.events.envelope import Envelope
from shared.events.registry import AgencyState
from shared.messaging.bus import Projection


def agency_projection(service: str) -> Projection:
    """Keeps the tables of `shared.tenancy` in a service other than the registry."""
    return Projection(
        durable=f"{service}-agencies",
        stream="REGISTRY_STATE",
        subjects=("state.registry.agency.>",),
        apply=_store,
        is_empty=_is_empty,
    )


async def _store(session: AsyncSession, envelopes: list[Envelope]) -> None:
    await tenancy.store(session, [_row(session, envelope) for envelope in envelopes])


def _row(session: AsyncSession, envelope: Envelope) -> dict[str, Any]:
    """What the service stores of a state: the registry tells more than others need."""
    state = AgencyState.model_validate(envelope.data).model_dump()
    row = {"code": state.pop("agency_code"), **state, "version": envelope.version}
    stored = tenancy.of(session).agencies.c
    return {name: value for name, value in row.items() if name in stored}


async def _is_empty(session: AsyncSession) -> bool:
    agencies = tenancy.of(session).agencies
    return await session.scalar(select(agencies.c.code).limit(1)) is None
