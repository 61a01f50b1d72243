"""What a draft has to be, for one and for a thousand at once: `POST /v1/accounts` and imports have one rule set."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import queries
from services.registry.accounts.problems import HeldElsewhere
from services.registry.accounts.schemas import AccountCreate
from services.registry.accounts.tables import Account
from services.registry.agencies import queries as agencies
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id
from shared.problems import AppError, Invalid, NotFound, Text
from shared.urls import Canonical, UnusableLink, canonicalise


async def judge(
    session: AsyncSession, actor: Actor, bodies: Sequence[AccountCreate]
) -> list[Account | AppError]:
    """For each body the draft that it would become, or why it cannot: nothing is written yet.

    NotFound: the agency is unknown or not within the actor's reach. Invalid: it has ended, or the link names no
    account. HeldElsewhere: the link is held already.
    """
    known = await agencies.find_many(session, {body.agency_code for body in bodies})
    reached = await tenancy.reached(session, actor.agency, {agency.code for agency in known.values()})
    judged = [_draft(body, known, reached) for body in bodies]
    held = await queries.holders(session, [each.identity for each in judged if isinstance(each, Account)])
    return [_unless_held(each, held) if isinstance(each, Account) else each for each in judged]


async def enter(session: AsyncSession, actor: Actor, drafts: Sequence[Account]) -> None:
    """Enter drafts that `judge` made."""
    if not drafts:
        return
    await queries.insert(session, drafts)
    entries = [(draft.id, draft.agency_code, draft.version) for draft in drafts]
    await trail.record_many(session, actor, "accounts.create", "account", entries)


def _draft(body: AccountCreate, known: Mapping[str, Any], reached: frozenset[str]) -> Account | AppError:
    agency = known.get(body.agency_code)
    if agency is None or agency.code not in reached:
        return NotFound(
            Text("Không có cơ quan này trong phạm vi của bạn.", "No such agency within your reach.")
        )
    if not tenancy.in_force(agency):
        return Invalid.at(
            "/agency_code",
            Text("Cơ quan đã kết thúc hoạt động.", "The agency has ended."),
            successors=list(agency.successors),
        )
    try:
        link = canonicalise(body.url)
    except UnusableLink as error:
        return Invalid.at(
            "/url",
            Text(
                f"Liên kết không chỉ tới một tài khoản ({error.code}).", f"Names no account ({error.code})."
            ),
            reason=error.code,
        )
    return _account(body, agency.code, link)


def _account(body: AccountCreate, agency: str, link: Canonical) -> Account:
    moment = clock.now()
    return Account(
        id=new_id(),
        agency_code=agency,
        kind=body.kind,
        platform=link.platform,
        handle=link.handle,
        platform_id=link.platform_id,
        identity=link.key,
        url=link.url,
        display_name=body.display_name,
        languages=body.languages,
        state="draft",
        created_at=moment,
        updated_at=moment,
    )


def _unless_held(draft: Account, held: Mapping[str, Account]) -> Account | AppError:
    holder = held.get(draft.identity)
    if holder is None:
        return draft
    return HeldElsewhere(holder={"account_id": str(holder.id), "agency_code": holder.agency_code})
