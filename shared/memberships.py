"""Who acts for which agency: what the token claims, else the memberships of its holder (ADR 30).

The registry keeps memberships in its table `memberships`; every other service has a table of that name with
the columns of `declare`, kept by `shared.membership_projection`. Issuer and subject stay in the registry:
elsewhere there is only a digest of both.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, ClassVar

import orjson
from fastapi import Header
from sqlalchemy import Column, Date, Integer, MetaData, Table, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock, tenancy
from shared.auth import Actor, Holder
from shared.db import code, insert_many
from shared.problems import Forbidden, Text
from shared.schemas import AgencyCode


class ChooseAgency(Forbidden):
    """The holder is a member of several agencies, and did not say for which one they act."""

    slug = "choose-agency"
    title = Text("Cần chọn cơ quan", "An agency has to be chosen")
    default_detail = Text(
        "Bạn là thành viên của nhiều cơ quan, được nêu trong `agencies`.",
        "You are a member of several agencies; `agencies` names them.",
    )
    advice = Text(
        "Gửi lại yêu cầu với tiêu đề `X-Acting-For` mang một trong các mã nêu trong `agencies`: cơ quan mà bạn thay "
        "mặt lần này.",
        "Send the request again with the header `X-Acting-For` and one of the codes in `agencies`: the agency that "
        "you act for this time.",
    )
    example_members: ClassVar[Mapping[str, Any]] = {"agencies": ["T82", "T82.X30169"]}


class NoMembership(Forbidden):
    """A good token, whose holder acts for no agency, or not for the one in `X-Acting-For`."""

    slug = "no-membership"
    title = Text("Không thay mặt cơ quan nào", "Acting for no agency")
    default_detail = Text(
        "Mã truy cập hợp lệ nhưng không nêu cơ quan, và hôm nay chủ của nó không là thành viên của cơ quan nào.",
        "The token is good but names no agency, and today its holder is a member of none.",
    )
    advice = Text(
        "Quản trị viên của cơ quan ghi bạn làm thành viên tại `POST /v1/memberships` của registry, với `iss` và `sub` "
        "trong mã truy cập của bạn; thay đổi có hiệu lực sau khoảng một giây. Nếu đã gửi `X-Acting-For`, hãy kiểm tra "
        "mã cơ quan trong đó.",
        "An administrator of the agency enters you as a member at `POST /v1/memberships` of the registry, with `iss` "
        "and `sub` of your token; it takes about a second. If you sent `X-Acting-For`, check the agency's code in it.",
    )


_NOT_THIS_ONE = Text(
    "Bạn không thay mặt cơ quan nêu trong X-Acting-For.", "You do not act for the agency in X-Acting-For."
)

ActingFor = Annotated[
    AgencyCode | None,
    Header(
        description="The agency you act for, by its code or official code: needed when you are a member of several. "
        "With a token that claims an agency it can only be that one.",
        examples=["T82.X30169"],
    ),
]
"""The header `X-Acting-For`."""


def digest(issuer: str, subject: str) -> str:
    """Under what an identity is found: SHA-256 of both as a JSON array, in hexadecimal."""
    return sha256(orjson.dumps([issuer, subject])).hexdigest()


def declare(metadata: MetaData) -> Table:
    """The read model `memberships`, in the schema of a service other than the registry."""
    return Table(
        "memberships",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("identity", code(64), nullable=False, index=True),
        Column("agency_code", code(35), nullable=False),
        Column("roles", ARRAY(code(16)), nullable=False),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date),
        Column("version", Integer, nullable=False),
    )


async def store(session: AsyncSession, memberships: Sequence[dict[str, Any]]) -> None:
    """Keep the newest version of each; rows of the read model."""
    table: Table = session.info["memberships"]
    newest = {each["id"]: each for each in sorted(memberships, key=lambda each: int(each["version"]))}
    statement = insert_many(table, list(newest.values()))
    statement = statement.on_conflict_do_update(
        index_elements=["id"],
        set_={column.name: statement.excluded[column.name] for column in table.c if column.name != "id"},
        where=table.c.version < statement.excluded.version,
    )
    await session.execute(statement)


# The agency comes along, so that it costs no second look; it may not have been heard of yet.
_HELD = text("""
    SELECT held.agency_code, held.roles, agencies.code, agencies.official_code,
           agencies.valid_from, agencies.valid_to, agencies.successors
    FROM memberships AS held LEFT JOIN agencies ON agencies.code = held.agency_code
    WHERE held.identity = :identity AND held.valid_from <= :today
      AND (held.valid_to IS NULL OR held.valid_to > :today)
""")


async def acting(
    session: AsyncSession, holder: Holder, wanted: str | None = None
) -> tuple[Actor, Any | None] | None:
    """For whom the holder acts, and that agency's row (code, validity, successors) if it is known.

    None when the token names no agency and there is no membership in force. Asked at every request and
    kept nowhere, so that what is revoked works no longer than it takes to be heard of.

    Raises:
        ChooseAgency: there are several, and `wanted` does not say which one.
        NoMembership: `wanted` is none of the holder's.
    """
    if holder.agency is not None:
        agency = await tenancy.find(session, holder.agency)
        codes = {holder.agency, agency.code, agency.official_code} if agency else {holder.agency}
        if wanted is not None and wanted not in codes:
            raise NoMembership(_NOT_THIS_ONE)
        return holder.acting_for(agency.code if agency else holder.agency, holder.roles), agency
    identity = {"identity": digest(holder.issuer, holder.subject), "today": clock.today()}
    held = (await session.execute(_HELD, identity)).all()
    if wanted is not None:
        held = [each for each in held if wanted in (each.agency_code, each.official_code)]
        if not held:
            raise NoMembership(_NOT_THIS_ONE)
    # Who has moved to a successor is not asked for ever which of the two they mean.
    held = [each for each in held if tenancy.in_force(each)] or list(held)
    codes = {each.agency_code for each in held}
    if len(codes) > 1:
        raise ChooseAgency(agencies=sorted(codes))
    if not held:
        return None
    roles = {role for each in held for role in each.roles}
    return holder.acting_for(held[0].agency_code, roles), held[0] if held[0].code else None
