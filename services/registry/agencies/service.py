"""Entering agencies, and correcting what is recorded of them."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import publishing, queries
from services.registry.agencies.schemas import AgencyChange, AgencyCreate
from services.registry.agencies.words import TOP_DOWN
from services.registry.successions import queries as successions
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.problems import Conflict, Invalid, NotFound, Text
from shared.versions import Expected

_SEVERAL_BELOW_ONE_ANOTHER = frozenset({"central", "department", "unit"})
"""Levels that an agency can share with its parent: a ministry's agency, a department's branch, a school's site."""
_TOP_DOWN: tuple[str, ...] = TOP_DOWN
_LONGEST_CODE = 35
_NEVER_NULL = ("name", "short_name", "organisation_type")


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


async def create(session: AsyncSession, actor: Actor, body: AgencyCreate) -> dict[str, Any]:
    """Enter an agency under one that the actor reaches; returns its row.

    Raises:
        NotFound: the parent is unknown or not within the actor's reach.
        Invalid: the parent is not in force on the first day, is about to end, or is not above the level;
            no code, or two.
        CodeTaken: the code or the official code is somebody's.
    """
    parent = await _within_reach(session, actor, body.parent_code)
    first_day = body.valid_from or clock.today()
    if not tenancy.in_force(parent, first_day):
        raise Invalid.at(
            "/parent_code",
            Text("Cơ quan cấp trên không hoạt động vào ngày đó.", "The parent is not in force on that day."),
            successors=list(parent.successors),
        )
    if not may_stand_under(body.level, parent.level):
        raise Invalid.at(
            "/level",
            Text(f"Không thể đặt dưới cấp {parent.level}.", f"Cannot stand under a {parent.level}."),
        )
    if ends := await successions.ending(session, [parent.code]):
        raise Invalid.at(
            "/parent_code",
            Text("Cơ quan cấp trên sắp kết thúc.", "The parent is about to end."),
            succession_id=str(ends[0].succession_id),
        )
    row = {
        "code": _code(body, parent.code),
        "official_code": body.official_code,
        "name": body.name,
        "short_name": body.short_name or body.name,
        "level": body.level,
        "organisation_type": body.organisation_type,
        "area_code": body.area_code,
        "parent_code": parent.code,
        "valid_from": first_day,
        "valid_to": None,
        "successors": [],
        "version": 1,
    }
    await _refuse_when_taken(session, {"code": row["code"], "official_code": row["official_code"]})
    await publishing.enter(session, [row])
    await trail.record(session, actor, "agencies.create", "agency", row["code"], row["code"], 1)
    return row


async def change(
    session: AsyncSession, actor: Actor, code: str, body: AgencyChange, expected: Expected
) -> dict[str, Any]:
    """Correct an agency within the actor's reach; returns its row.

    Raises:
        NotFound, StaleVersion: as ever.
        Invalid: nothing was given, or null for what cannot be without a value.
        CodeTaken: the official code is somebody's.
    """
    row = queries.as_dict(await _within_reach(session, actor, code))
    expected.require(row["version"])
    given = body.model_dump(include=body.model_fields_set - {"expected_version"})
    if not given:
        raise Invalid(Text("Không có gì để thay đổi.", "There is nothing to change."))
    for name in _NEVER_NULL:
        if name in given and given[name] is None:
            raise Invalid.at(f"/{name}", Text("Không được để trống.", "Cannot be null."))
    row |= given
    await _refuse_when_taken(session, {"official_code": row["official_code"]}, but=row["code"])
    (row,) = await publishing.change(session, [row])
    await trail.record(session, actor, "agencies.change", "agency", row["code"], row["code"], row["version"])
    return row


async def _within_reach(session: AsyncSession, actor: Actor, code: str) -> Row[Any]:
    """The agency with this code or official code, if the actor reaches it; the tree is locked."""
    await queries.lock(session)
    found = await queries.find(session, code)
    if found is None or not await tenancy.reaches(session, actor.agency, found.code):
        raise NotFound(
            Text("Không có cơ quan này trong phạm vi của bạn.", "No such agency within your reach.")
        )
    return found


def may_stand_under(level: str, parent: str) -> bool:
    """Whether an agency of one level can have a parent of another."""
    if level == parent:
        return level in _SEVERAL_BELOW_ONE_ANOTHER
    return _TOP_DOWN.index(parent) < _TOP_DOWN.index(level)


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


async def _refuse_when_taken(session: AsyncSession, codes: dict[str, str | None], *, but: str = "") -> None:
    """A code means one agency, whether it is its code or its official code; `but` is the agency itself."""
    for name, code in codes.items():
        if code is not None and await queries.taken(session, code, but=but):
            raise CodeTaken(Text(f"`{name}` là mã của cơ quan khác.", f"`{name}` is another agency's."))
