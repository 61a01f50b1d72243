"""Carrying a succession out."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import service as accounts
from services.registry.agencies import publishing
from services.registry.agencies import queries as agencies
from services.registry.successions.plan import Plan
from services.registry.successions.tables import Succession
from shared.events.registry import AgencySucceeded, LegalAct
from shared.messaging import outbox


async def carry_out(
    session: AsyncSession, succession: Succession, plan: Plan, rows: dict[str, dict[str, Any]]
) -> None:
    """Change the agencies as planned, keep what they were, and tell everybody. `rows` are their present ones."""
    await _keep_the_past(session, succession, plan, rows)
    for code in plan.ended:
        rows[code] |= {"valid_to": plan.day, "successors": list(plan.successors)}
    for code, parent in plan.moves.items():
        rows[code]["parent_code"] = parent
    if succession.kind == "rename":
        rows[plan.predecessors[0]] |= {"name": succession.name, "short_name": succession.short_name}
    await publishing.change(session, [rows[code] for code in plan.changed])
    await _tell(session, succession, plan)
    await accounts.retire_with_agencies(session, plan.ended, plan.successors)


async def _keep_the_past(
    session: AsyncSession, succession: Succession, plan: Plan, rows: dict[str, dict[str, Any]]
) -> None:
    """What is renamed or moved was something else until that day, if only for a day."""
    otherwise = [*plan.moves, *(plan.predecessors if succession.kind == "rename" else ())]
    last = await agencies.last_changes(session, otherwise)
    past = []
    for code in otherwise:
        since = last.get(code, rows[code]["valid_from"])
        if since is None or since < plan.day:
            names = {name: rows[code][name] for name in ("name", "short_name", "parent_code")}
            past.append({"agency_code": code, "since": since, "until": plan.day, **names})
    if past:
        await agencies.remember(session, past)


async def _tell(session: AsyncSession, succession: Succession, plan: Plan) -> None:
    act = LegalAct(number=succession.act_number, date=succession.act_date, issuer=succession.act_issuer)
    paths = await agencies.paths(session, plan.predecessors)
    succeeded = [
        AgencySucceeded(
            agency_code=code,
            succession_id=succession.id,
            kind=succession.kind,
            legal_act=act,
            effective_on=plan.day,
            predecessors=list(plan.predecessors),
            successors=list(plan.successors),
        )
        for code in plan.predecessors
    ]
    await outbox.emit_many(
        session,
        [(each, succession.id, succession.version, paths[each.agency_code], None) for each in succeeded],
    )
