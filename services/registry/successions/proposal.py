"""From what is asked for to a plan: codes resolved, and every move named."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import queries as agencies
from services.registry.agencies.entering import may_stand_under
from services.registry.successions import queries
from services.registry.successions.plan import Plan
from services.registry.successions.schemas import SuccessionCreate
from services.registry.successions.words import ENDING
from shared import clock
from shared.db import new_id
from shared.problems import Invalid, NotFound, Text


@dataclass(frozen=True)
class _Form:
    """How many agencies a kind takes: at least and at most."""

    predecessors: tuple[int, int]
    successors: tuple[int, int]


_MANY = 200
_MOST_YEARS = 10
"""A day further ahead is a slip of the pen, and would block the agencies until somebody notices."""
_FORMS = {
    "merge": _Form((1, _MANY), (1, 1)),
    "split": _Form((1, 1), (2, _MANY)),
    "rename": _Form((1, 1), (0, 0)),
    "dissolve": _Form((1, _MANY), (0, _MANY)),
    "reparent": _Form((1, _MANY), (0, 0)),
}


_NAME_AND_RENAME = Text(
    "Đổi tên thì phải nêu tên mới, và chỉ khi đổi tên.",
    "A rename needs the new name, and nothing else has one.",
)


async def plan_for(session: AsyncSession, body: SuccessionCreate) -> Plan:
    """The plan that a request describes.

    Children of what ends go to `parent_code`, but for those that `moves` sends elsewhere.

    Raises:
        Invalid: the kind does not go with what is given, or a level with its new parent.
        NotFound: an agency is unknown.
    """
    _check_form(body)
    _check_days(body)
    named = [*body.from_, *body.to, *(code for move in body.moves for code in (move.code, move.parent_code))]
    codes = await agencies.resolve(session, [*named, *([body.parent_code] if body.parent_code else [])])
    if {*named, body.parent_code} - {None} - codes.keys():
        raise NotFound(Text("Có cơ quan không tồn tại.", "One of the agencies does not exist."))
    predecessors = _each_once("/from", [codes[code] for code in body.from_])
    successors = _each_once("/to", [codes[code] for code in body.to])
    _each_once("/moves", [codes[move.code] for move in body.moves])
    moves = {codes[move.code]: codes[move.parent_code] for move in body.moves}
    children = await queries.children(session, predecessors, on=body.effective_on)
    if moves.keys() - children.keys():
        raise Invalid.at(
            "/moves",
            Text("Chỉ chuyển được cơ quan trực thuộc của `from`.", "Only children of `from` can be moved."),
            agencies=sorted(moves.keys() - children.keys()),
        )
    if body.parent_code:
        parent = codes[body.parent_code]
        moved = predecessors if body.kind == "reparent" else children.keys() - {*predecessors, parent}
        moves = {**dict.fromkeys(moved, parent), **moves}
    await _check_levels(session, moves)
    return Plan(new_id(), body.kind, body.effective_on, predecessors, successors, moves)


def _check_form(body: SuccessionCreate) -> None:
    form = _FORMS[body.kind]
    for pointer, codes, (least, most) in (
        ("/from", body.from_, form.predecessors),
        ("/to", body.to, form.successors),
    ):
        if not least <= len(set(codes)) <= most:
            raise Invalid.at(pointer, _wanted(body.kind, least, most))
    if (body.kind == "rename") != (body.name is not None):
        raise Invalid.at("/name", _NAME_AND_RENAME)
    if body.short_name is not None and body.name is None:
        raise Invalid.at("/short_name", Text("Cần cả `name`.", "Goes with `name`."))
    if body.kind == "reparent" and body.parent_code is None:
        raise Invalid.at("/parent_code", Text("Cần cơ quan cấp trên mới.", "Say which is the new parent."))
    if body.kind == "rename" and body.parent_code is not None:
        raise Invalid.at("/parent_code", Text("Không dùng khi đổi tên.", "Does not go with a rename."))
    if body.moves and body.kind not in ENDING:
        raise Invalid.at(
            "/moves", Text("Chỉ dùng khi có cơ quan kết thúc.", "Goes only with agencies that end.")
        )


def _wanted(kind: str, least: int, most: int) -> Text:
    if most == 0:
        return Text(f"Để trống khi là “{kind}”.", f"Leave it empty for a {kind}.")
    number = str(least) if least == most else f"{least}–{most}"
    return Text(f"“{kind}” cần {number} cơ quan ở đây.", f"For a {kind} name {number} here.")


def _check_days(body: SuccessionCreate) -> None:
    if body.legal_act.date > clock.today():
        raise Invalid.at(
            "/legal_act/date", Text("Ngày ký văn bản ở tương lai.", "The act was signed in the future.")
        )
    if body.effective_on.year > clock.today().year + _MOST_YEARS:
        raise Invalid.at(
            "/effective_on",
            Text(f"Cách hôm nay quá {_MOST_YEARS} năm.", f"More than {_MOST_YEARS} years from now."),
        )


def _each_once(pointer: str, codes: list[str]) -> tuple[str, ...]:
    """The codes in their order; one that is named twice, by code and official code perhaps, is a mistake."""
    once = tuple(sorted(set(codes)))
    if len(once) < len(codes):
        twice = [code for code in once if codes.count(code) > 1]
        named = Text("Một cơ quan được nêu hai lần.", "An agency is named twice.")
        raise Invalid.at(pointer, named, agencies=twice)
    return once


async def _check_levels(session: AsyncSession, moves: dict[str, str]) -> None:
    rows = await agencies.by_code(session, {*moves, *moves.values()})
    wrong = [
        code
        for code, parent in moves.items()
        if not may_stand_under(rows[code]["level"], rows[parent]["level"])
    ]
    if wrong:
        raise Invalid.at(
            "/parent_code",
            Text("Cấp của cơ quan không thể đặt dưới cấp đó.", "An agency of its level cannot stand there."),
            agencies=sorted(wrong),
        )
