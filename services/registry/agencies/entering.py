"""What a new agency has to be, for one and for a thousand: `POST /v1/agencies` and imports have one rule set."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import publishing, queries
from services.registry.agencies.schemas import AgencyCreate
from services.registry.agencies.words import LEVEL_NAMES, TOP_DOWN
from services.registry.successions import queries as successions
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.problems import AppError, Conflict, Invalid, NotFound, Text

Agency = dict[str, Any]
"""A row of the table `agencies`."""

_SEVERAL_BELOW_ONE_ANOTHER = frozenset({"central", "department", "unit"})
"""Levels that an agency can share with its parent: a ministry's agency, a department's branch, a school's site."""
_TOP_DOWN: tuple[str, ...] = TOP_DOWN
_LONGEST_CODE = 35


class CodeTaken(Conflict):
    """A code or official code that is some agency's already."""

    slug = "code-taken"
    title = Text("Mã này đã được dùng", "This code is in use")
    advice = Text(
        "Một cơ quan khác, còn hoạt động hoặc đã kết thúc, có mã hoặc mã định danh này; mã không bao giờ được dùng "
        "lại. Hãy đọc cơ quan đó tại `/v1/agencies/<code>`, rồi chọn mã khác.",
        "Another agency, in force or ended, has this as its code or official code; codes are never used again. Read "
        "it at `/v1/agencies/<code>`, then choose another one.",
    )


async def judge(
    session: AsyncSession,
    actor: Actor,
    bodies: Sequence[AgencyCreate],
    planned: Mapping[str, Agency] | None = None,
) -> list[Agency | AppError]:
    """For each body the agency that it would become, or why it cannot; nothing is written yet.

    Agencies of bodies further up, and those `planned` by code, can be parents. Before anything is entered take
    the lock of the tree (`queries.lock`).

    NotFound: the parent is unknown or not within the actor's reach. Invalid: the parent is not in force on the
    first day, is about to end, or is not above the level; no code, or two. CodeTaken: the code or the official
    code is somebody's.
    """
    asked = {body.parent_code for body in bodies}
    resolved = await queries.resolve(session, asked)
    rows = await queries.by_code(session, resolved.values())
    reached = await tenancy.reached(session, actor.agency, set(rows))
    parents = {name: rows[code] for name, code in resolved.items() if code in reached}
    parents |= {code: row for code, row in (planned or {}).items() if code not in resolved}
    ending = {row.agency_code: row.succession_id for row in await successions.ending(session, list(rows))}
    codes = {code for body in bodies for code in (_code_of(body, parents), body.official_code) if code}
    taken = set(await queries.resolve(session, codes))
    judged: list[Agency | AppError] = []
    for body in bodies:
        try:
            row = _row(body, parents.get(body.parent_code), ending)
            _refuse_when_taken(row, taken)
        except AppError as refusal:
            judged.append(refusal)
            continue
        taken |= {code for code in (row["code"], row["official_code"]) if code}
        parents.setdefault(row["code"], row)
        judged.append(row)
    return judged


async def enter(session: AsyncSession, actor: Actor, agencies: Sequence[Agency]) -> None:
    """Enter agencies that `judge` made, and tell of each."""
    if not agencies:
        return
    await publishing.enter(session, agencies)
    entered = [(each["code"], each["code"], each["version"]) for each in agencies]
    await trail.record_many(session, actor, "agencies.create", "agency", entered)


def may_stand_under(level: str, parent: str) -> bool:
    """Whether an agency of one level can have a parent of another."""
    if level == parent:
        return level in _SEVERAL_BELOW_ONE_ANOTHER
    return _TOP_DOWN.index(parent) < _TOP_DOWN.index(level)


def _row(body: AgencyCreate, parent: Agency | None, ending: Mapping[str, Any]) -> Agency:
    if parent is None:
        raise NotFound(
            Text("Không có cơ quan này trong phạm vi của bạn.", "No such agency within your reach.")
        )
    first_day = body.valid_from or clock.today()
    starts, ends = parent["valid_from"], parent["valid_to"]
    if (starts is not None and starts > first_day) or (ends is not None and ends <= first_day):
        raise Invalid.at(
            "/parent_code",
            Text("Cơ quan cấp trên không hoạt động vào ngày đó.", "The parent is not in force on that day."),
            successors=list(parent["successors"]),
        )
    if not may_stand_under(body.level, parent["level"]):
        raise Invalid.at(
            "/level",
            _not_under(LEVEL_NAMES[parent["level"]]),
        )
    if parent["code"] in ending:
        raise Invalid.at(
            "/parent_code",
            Text("Cơ quan cấp trên sắp kết thúc.", "The parent is about to end."),
            succession_id=str(ending[parent["code"]]),
        )
    return {
        "code": _code(body, parent["code"]),
        "official_code": body.official_code,
        "name": body.name,
        "short_name": body.short_name or body.name,
        "level": body.level,
        "organisation_type": body.organisation_type,
        "area_code": body.area_code,
        "parent_code": parent["code"],
        "valid_from": first_day,
        "valid_to": None,
        "successors": [],
        "version": 1,
    }


def _code(body: AgencyCreate, parent: str) -> str:
    if (body.code is None) == (body.suffix is None):
        raise Invalid.at(
            "/code", Text("Hãy cho `code` hoặc `suffix`, chỉ một.", "Give either `code` or `suffix`.")
        )
    code = body.code or f"{parent}.{body.suffix}"
    if len(code) > _LONGEST_CODE:
        raise Invalid.at(
            "/suffix",
            Text(
                f"Mã sẽ dài quá {_LONGEST_CODE} ký tự.", f"The code would exceed {_LONGEST_CODE} characters."
            ),
        )
    return code


def _code_of(body: AgencyCreate, parents: Mapping[str, Agency]) -> str | None:
    """The code that a body would lead to, as far as that can be told before it is judged."""
    if body.code is not None:
        return body.code
    parent = parents.get(body.parent_code)
    return f"{parent['code']}.{body.suffix}" if parent is not None else None


def _refuse_when_taken(row: Agency, taken: set[str]) -> None:
    """A code means one agency, whether it is its code or its official code."""
    for name in ("code", "official_code"):
        if row[name] is not None and row[name] in taken:
            raise CodeTaken(Text(f"`{name}` là mã của cơ quan khác.", f"`{name}` is another agency's."))


def _not_under(level: Text) -> Text:
    return Text(f"Không thể đặt dưới cấp {level.vi}.", f"Cannot stand under a {level.en}.")
