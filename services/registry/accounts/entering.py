"""Drafts: entered, corrected, deleted. They claim nothing yet."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes, holding, links, queries
from services.registry.accounts.problems import require_holder
from services.registry.accounts.schemas import AccountChange, AccountCreate
from services.registry.accounts.tables import Account
from services.registry.agencies import queries as agencies
from services.registry.offices.catalogue import OFFICES
from services.registry.proofs import queries as proofs
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id
from shared.events.registry import AccountChanged
from shared.policy import PeopleOnly
from shared.problems import IllegalTransition, Invalid, NotFound, Text
from shared.urls import Canonical
from shared.versions import ANY_VERSION, Expected

_LINKS = ("url", "platform_id_url")
_NEVER_EMPTY = ("display_name", "languages")


async def create(session: AsyncSession, actor: Actor, body: AccountCreate) -> Account:
    """Enter a draft. An office's account is that of the person who enters it.

    Raises:
        NotFound: the agency is unknown or not within the actor's reach.
        Invalid: the agency has ended or has no such office, or a link names no account.
        PeopleOnly: a system holds no office.
        HeldElsewhere, Renamed: the account is registered already.
    """
    agency = await agencies.find(session, body.agency_code)
    if agency is None or not await tenancy.reaches(session, actor.agency, agency.code):
        raise NotFound(
            Text("Không có cơ quan này trong phạm vi của bạn.", "No such agency within your reach.")
        )
    if not tenancy.in_force(agency):
        raise Invalid.at(
            "/agency_code",
            Text("Cơ quan đã kết thúc hoạt động.", "The agency has ended."),
            successors=list(agency.successors),
        )
    name = _office_name(actor, body, agency) if body.kind == "public_office" else _name(body, agency)
    link, shown = links.read(body.url, body.platform_id_url)
    await holding.refuse_when_held(session, link)
    moment = clock.now()
    holder = actor.identity if body.kind == "public_office" else (None, None)
    account = Account(
        id=new_id(),
        agency_code=agency.code,
        kind=body.kind,
        office=body.office,
        holder_issuer=holder[0],
        holder_subject=holder[1],
        display_name=name,
        languages=body.languages,
        purpose=body.purpose,
        contact_email=body.contact_email,
        contact_phone=body.contact_phone,
        state="draft",
        created_at=moment,
        updated_at=moment,
        **_linked(link, shown),
    )
    session.add(account)
    await changes.keep(session, actor, account, "create")
    return account


async def change(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    body: AccountChange,
    expected: Expected = ANY_VERSION,
) -> Account:
    """Correct a draft, or what is said of an active account; nothing happens when nothing is different.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        NotTheHolder: it is an office's account, and the actor does not hold the office.
        Invalid: the link is not a draft's, names no account, or an office's account is given a name.
        HeldElsewhere, Renamed: the link is registered already.
    """
    account = await changes.locked(session, actor, account_id, expected)
    require_holder(account, actor)
    changes.require(account, "change")
    given = body.model_dump(exclude_unset=True, exclude={"expected_version"})
    different = {
        name: value
        for name, value in given.items()
        if name not in _LINKS
        and value != getattr(account, name)
        and not (value is None and name in _NEVER_EMPTY)
    }
    if "display_name" in different and account.kind == "public_office":
        raise Invalid.at("/display_name", _TITLE_ALONE)
    link = await _another_link(session, account, body)
    if not different and not link:
        return account
    changes.move(account, "change", account.reason)
    for name, value in {**different, **link}.items():
        setattr(account, name, value)
    if link:
        await proofs.remove_all(session, account.id)  # they show control of what the draft was before
    event = AccountChanged if account.state == "active" else None
    await changes.keep(session, actor, account, "change", event)
    return account


async def delete(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> None:
    """Take back a draft that was a mistake, with all that was written of it; only the audit log knows.

    Raises:
        NotFound, StaleVersion: as ever.
        IllegalTransition: it is no draft, or it was official once.
        NotTheHolder: it is an office's account, and the actor does not hold the office.
    """
    account = await changes.locked(session, actor, account_id, expected)
    require_holder(account, actor)
    changes.require(account, "delete")
    if await queries.was_official(session, account.id):
        raise IllegalTransition(account.state, sorted(changes.allowed(account) - {"delete"}))
    await proofs.remove_all(session, account.id)
    await queries.delete(session, account.id)
    await trail.record(
        session, actor, "accounts.delete", "account", account.id, account.agency_code, account.version
    )


async def _another_link(session: AsyncSession, account: Account, body: AccountChange) -> dict[str, Any]:
    """What a draft's link is to be, as columns of the account; nothing when it stays the same."""
    if body.url is None and body.platform_id_url is None:
        return {}
    link, shown = links.read(body.url or account.url, body.platform_id_url)
    columns = _linked(link, shown)
    if all(getattr(account, name) == value for name, value in columns.items()):
        return {}
    if account.state != "draft" or await queries.was_official(session, account.id):
        raise Invalid.at(
            "/url" if body.url is not None else "/platform_id_url", _RENAME, reason="not-a-draft"
        )
    await holding.refuse_when_held(session, link, account.id)
    return columns


def _linked(link: Canonical, shown: Canonical) -> dict[str, Any]:
    return {
        "platform": link.platform,
        "handle": link.handle,
        "platform_id": link.platform_id,
        "identity": shown.key,
        "url": shown.url,
    }


def _name(body: AccountCreate, agency: Any) -> str:
    if body.office is not None:
        raise Invalid.at("/office", Text("Chỉ dành cho `public_office`.", "For `public_office` only."))
    return body.display_name or str(agency.short_name)[:200]


def _office_name(actor: Actor, body: AccountCreate, agency: Any) -> str:
    """The title that the account of an office bears, whoever holds it."""
    if actor.system:
        raise PeopleOnly
    office = OFFICES.get(body.office or "")
    if office is None or agency.level not in office.levels:
        raise Invalid.at(
            "/office",
            Text("Cơ quan này không có chức danh đó.", "The agency has no such office."),
            offices=[each.code for each in OFFICES.values() if agency.level in each.levels],
        )
    if body.display_name is not None:
        raise Invalid.at("/display_name", _TITLE_ALONE)
    return f"{office.title.vi} – {agency.short_name}"[:200]


_TITLE_ALONE = Text(
    "Tài khoản của chức danh chỉ mang tên chức danh.",
    "An office's account bears its title and no other name.",
)
_RENAME = Text(
    "Chỉ sửa được liên kết của bản nháp chưa từng chính thức; trang đã đổi tên thì dùng /rename.",
    "Only the link of a draft that was never official can be corrected; for a page that was renamed use /rename.",
)
