"""Whether a succession can be: the same questions when it is proposed, approved, and on its day."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries as agencies
from services.registry.successions import queries
from services.registry.successions.plan import Plan
from services.registry.successions.words import CONFLICTS
from shared.problems import AppError, Text


class SuccessionConflict(AppError):
    """What is asked for contradicts what is recorded, or another succession."""

    status, slug = 422, "succession-conflict"
    title = Text("Việc kế thừa mâu thuẫn với dữ liệu hiện có", "The succession contradicts what is recorded")
    advice = Text(
        "`conflict` là mâu thuẫn, `agencies` là các cơ quan liên quan, `succession_ids` là những đề nghị khác "
        "liên quan nếu có. Hãy đọc chúng, sửa đề nghị hoặc huỷ đề nghị kia trước; chưa có gì được ghi.",
        "`conflict` names the contradiction, `agencies` those it is about, and `succession_ids` the other successions "
        "in it, if any. Read them, then correct yours or cancel the other one first; nothing was written.",
    )
    example_members: ClassVar[Mapping[str, Any]] = {
        "conflict": "children_left",
        "agencies": ["T82.X30169"],
        "succession_ids": [],
    }

    def __init__(self, conflict: str, codes: Sequence[str], others: Sequence[str] = ()) -> None:
        self.conflict = conflict
        super().__init__(
            CONFLICTS[conflict],
            conflict=conflict,
            agencies=sorted(set(codes)),
            succession_ids=sorted(set(others)),
        )


async def examine(session: AsyncSession, plan: Plan) -> dict[str, dict[str, Any]]:
    """The rows of all agencies concerned, if the plan can be carried out. The tree has to be locked.

    Raises:
        SuccessionConflict: it cannot.
    """
    rows = await agencies.by_code(session, plan.concerned)
    _refuse_loops(plan)
    _refuse_what_is_not_there(plan, rows)
    last = await agencies.last_changes(session, plan.changed)
    _refuse("changed_later", [code for code, day in last.items() if day > plan.day])
    await _refuse_clashes(session, plan)
    below = await queries.children(session, plan.ended, on=plan.day) if plan.ended else {}
    _refuse("children_left", below.keys() - plan.moves.keys() - set(plan.ended))
    await _refuse_cycles(session, plan)
    return rows


def _refuse(conflict: str, codes: Any, others: Sequence[str] = ()) -> None:
    if codes:
        raise SuccessionConflict(conflict, list(codes), others)


def _refuse_others(conflict: str, found: Sequence[Row[str, UUID]]) -> None:
    others = [str(row.succession_id) for row in found]
    _refuse(conflict, [row.agency_code for row in found], others)


def _refuse_loops(plan: Plan) -> None:
    _refuse("same_agency", set(plan.ended) & set(plan.counted_on))
    _refuse("same_agency", [code for code, parent in plan.moves.items() if code == parent])


def _refuse_what_is_not_there(plan: Plan, rows: Mapping[str, Mapping[str, Any]]) -> None:
    """What ends or is renamed existed the day before; what takes over exists on the day, and after it."""

    def was_there(row: Mapping[str, Any]) -> bool:
        return row["valid_to"] is None and (row["valid_from"] is None or row["valid_from"] < plan.day)

    def is_there(row: Mapping[str, Any]) -> bool:
        return row["valid_to"] is None and (row["valid_from"] is None or row["valid_from"] <= plan.day)

    _refuse("not_in_force", [code for code in plan.predecessors if not was_there(rows[code])])
    _refuse("not_in_force", [code for code in plan.counted_on if not is_there(rows[code])])
    _refuse("not_in_force", [code for code in plan.moves if rows[code]["valid_to"] is not None])


async def _refuse_clashes(session: AsyncSession, plan: Plan) -> None:
    """One thing at a time for each agency, and nobody relies on one that will be gone."""
    own = plan.succession_id
    _refuse_others("pending", await queries.changing(session, plan.changed, own))
    _refuse_others("ending", await queries.ending(session, plan.successors, by=plan.day, but=own))
    # Whatever came to stand under it would be left there: it is not among those that its end moves.
    _refuse_others("ending", await queries.ending(session, set(plan.moves.values()), but=own))
    if plan.ended:
        needed = await queries.counting_on(session, plan.ended, since=plan.day, but=own)
        _refuse_others("awaited", needed)


async def _refuse_cycles(session: AsyncSession, plan: Plan) -> None:
    """Nothing comes to stand below itself, whichever of the moves to come are made first."""
    if not plan.moves:
        return
    moves = {**await queries.moves_to_come(session), **plan.moves}
    above: dict[str, set[str]] = {}
    level = set(plan.moves.values())
    while level:
        present = await queries.parents(session, level)
        for code in level:
            above[code] = {parent for parent in (present.get(code), moves.get(code)) if parent}
        level = {parent for code in level for parent in above[code]} - above.keys()
    for code, parent in plan.moves.items():
        _refuse("cycle", [code] if code in _all_above(parent, above) else [])


def _all_above(code: str, above: Mapping[str, set[str]]) -> set[str]:
    found, level = {code}, {code}
    while level:
        level = {parent for each in level for parent in above[each]} - found
        found |= level
    return found
