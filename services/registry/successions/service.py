"""The life of a succession: proposed, approved by a second person, effective on its day."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.problems import SelfApproval
from services.registry.agencies import queries as agencies
from services.registry.successions import queries
from services.registry.successions.checks import examine
from services.registry.successions.effect import carry_out
from services.registry.successions.plan import Plan, plan_of
from services.registry.successions.proposal import plan_for
from services.registry.successions.schemas import SuccessionCreate
from services.registry.successions.tables import Succession
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.problems import IllegalTransition, NotFound, Text
from shared.versions import Expected

TRANSITIONS: dict[str, dict[str, str]] = {
    "proposed": {"approve": "approved", "cancel": "cancelled"},
    "approved": {"cancel": "cancelled"},
    "effective": {},
    "cancelled": {},
}
"""State → action → next state. An approved one becomes effective on its day, by itself."""


async def propose(session: AsyncSession, actor: Actor, body: SuccessionCreate) -> tuple[Succession, Plan]:
    """Enter a succession, which a second person has to approve.

    Raises:
        NotFound: an agency is unknown or not within the actor's reach.
        Invalid: the kind does not go with what is given.
        SuccessionConflict: it cannot be carried out.
    """
    await agencies.lock(session)
    plan = await plan_for(session, body)
    await _require_reach(session, actor, plan)
    await examine(session, plan)
    moment = clock.now()
    succession = Succession(
        id=plan.succession_id,
        kind=body.kind,
        act_number=body.legal_act.number,
        act_date=body.legal_act.date,
        act_issuer=body.legal_act.issuer,
        effective_on=body.effective_on,
        name=body.name,
        short_name=body.name and (body.short_name or body.name),
        state="proposed",
        proposer_issuer=actor.issuer,
        proposer_subject=actor.subject,
        created_at=moment,
        updated_at=moment,
    )
    await queries.store(session, succession, plan.rows())
    await _record(session, actor, "create", succession, plan)
    return succession, plan


async def read(session: AsyncSession, actor: Actor, succession_id: UUID) -> tuple[Succession, Plan]:
    """A succession that concerns an agency within the actor's reach.

    Raises:
        NotFound: there is none.
    """
    succession = await queries.find(session, succession_id, actor.agency)
    if succession is None:
        raise NotFound
    return succession, await _plan(session, succession)


async def approve(
    session: AsyncSession, actor: Actor, succession_id: UUID, expected: Expected
) -> tuple[Succession, Plan]:
    """Approve what somebody else proposed; when its day is there already, it takes effect at once.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        SelfApproval: the actor proposed it.
        SuccessionConflict: it can no longer be carried out.
    """
    succession, plan = await _moved(session, actor, succession_id, "approve", expected)
    if (succession.proposer_issuer, succession.proposer_subject) == actor.identity:
        raise SelfApproval
    rows = await examine(session, plan)
    succession.approver_issuer, succession.approver_subject = actor.identity
    await session.flush()
    await _record(session, actor, "approve", succession, plan)
    if plan.day <= clock.today():
        await _take_effect(session, succession, plan, rows)
    return succession, plan


async def cancel(
    session: AsyncSession, actor: Actor, succession_id: UUID, expected: Expected
) -> tuple[Succession, Plan]:
    """Give up a succession that has not taken effect.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
    """
    succession, plan = await _moved(session, actor, succession_id, "cancel", expected)
    succession.conflict = None
    await session.flush()
    await _record(session, actor, "cancel", succession, plan)
    return succession, plan


async def effect(session: AsyncSession, succession_id: UUID) -> None:
    """Carry out an approved succession whose day has come; without effect on any other.

    Raises:
        SuccessionConflict: it cannot be carried out.
    """
    await agencies.lock(session)
    succession = await queries.get(session, succession_id)
    if succession is None or succession.state != "approved" or succession.effective_on > clock.today():
        return
    plan = await _plan(session, succession)
    await _take_effect(session, succession, plan, await examine(session, plan))


async def hold_up(session: AsyncSession, succession_id: UUID, conflict: str) -> bool:
    """Show why a succession did not take effect on its day; returns whether that is news. It is tried again."""
    await agencies.lock(session)
    succession = await queries.get(session, succession_id)
    if succession is None or succession.state != "approved" or succession.conflict == conflict:
        return False
    succession.conflict = conflict
    _touch(succession)
    await session.flush()
    return True


async def _take_effect(
    session: AsyncSession, succession: Succession, plan: Plan, rows: dict[str, dict[str, Any]]
) -> None:
    succession.state, succession.conflict = "effective", None
    succession.effective_at = clock.now()
    _touch(succession)
    await session.flush()
    await carry_out(session, succession, plan, rows)
    await _record(session, None, "effect", succession, plan)


async def _moved(
    session: AsyncSession, actor: Actor, succession_id: UUID, action: str, expected: Expected
) -> tuple[Succession, Plan]:
    """The succession, with the tree locked, moved to its next state."""
    await agencies.lock(session)
    succession, plan = await read(session, actor, succession_id)
    await _require_reach(session, actor, plan)
    expected.require(succession.version)
    allowed = TRANSITIONS[succession.state]
    if action not in allowed:
        raise IllegalTransition(succession.state, sorted(allowed))
    succession.state = allowed[action]
    _touch(succession)
    return succession, plan


async def _plan(session: AsyncSession, succession: Succession) -> Plan:
    return plan_of(succession, (await queries.parts(session, [succession.id]))[succession.id])


async def _require_reach(session: AsyncSession, actor: Actor, plan: Plan) -> None:
    if await tenancy.reached(session, actor.agency, plan.concerned) != set(plan.concerned):
        raise NotFound(
            Text(
                "Không phải mọi cơ quan liên quan đều trong phạm vi của bạn.",
                "Not all agencies concerned are within your reach.",
            )
        )


def _touch(succession: Succession) -> None:
    succession.version += 1
    succession.updated_at = clock.now()


async def _record(
    session: AsyncSession, actor: Actor | None, act: str, succession: Succession, plan: Plan
) -> None:
    await trail.record(
        session,
        actor,
        f"successions.{act}",
        "succession",
        succession.id,
        plan.predecessors[0],
        succession.version,
    )
