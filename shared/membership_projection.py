"""A service's own copy of the registry's memberships, kept from its state stream (ADR 30)."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import memberships
from shared.events.envelope import Envelope
from shared.events.registry import MembershipChanged
from shared.messaging.bus import Projection


def membership_projection(service: str) -> Projection:
    """Keeps the table of `shared.memberships` in a service other than the registry."""
    return Projection(
        durable=f"{service}-memberships",
        stream="REGISTRY_STATE",
        subjects=("state.registry.membership.>",),
        apply=_store,
        is_empty=_is_empty,
    )


async def _store(session: AsyncSession, envelopes: list[Envelope]) -> None:
    await memberships.store(session, [_row(envelope) for envelope in envelopes])


def _row(envelope: Envelope) -> dict[str, Any]:
    state = MembershipChanged.model_validate(envelope.data).model_dump()
    return {"id": state.pop("membership_id"), **state, "version": envelope.version}


async def _is_empty(session: AsyncSession) -> bool:
    table = session.info["memberships"]
    return await session.scalar(select(table.c.id).limit(1)) is None
