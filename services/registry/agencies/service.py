"""Entering agencies, and correcting what is recorded of them."""

from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies import entering, publishing, queries
from services.registry.agencies.entering import CodeTaken
from services.registry.agencies.schemas import AgencyChange, AgencyCreate
from shared import tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.problems import AppError, Invalid, NotFound, Text
from shared.versions import Expected

_NEVER_NULL = ("name", "short_name", "organisation_type")


async def create(session: AsyncSession, actor: Actor, body: AgencyCreate) -> dict[str, Any]:
    """Enter an agency under one that the actor reaches; returns its row.

    Raises:
        NotFound: the parent is unknown or not within the actor's reach.
        Invalid: the parent is not in force on the first day, is about to end, or is not above the level;
            no code, or two.
        CodeTaken: the code or the official code is somebody's.
    """
    await queries.lock(session)
    (made,) = await entering.judge(session, actor, [body])
    if isinstance(made, AppError):
        raise made
    await entering.enter(session, actor, [made])
    return made


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


async def _refuse_when_taken(session: AsyncSession, codes: dict[str, str | None], *, but: str = "") -> None:
    """A code means one agency, whether it is its code or its official code; `but` is the agency itself."""
    for name, code in codes.items():
        if code is not None and await queries.taken(session, code, but=but):
            raise CodeTaken(Text(f"`{name}` là mã của cơ quan khác.", f"`{name}` is another agency's."))
