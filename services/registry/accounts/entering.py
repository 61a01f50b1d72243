"""Drafts: entered, corrected, deleted. They claim nothing yet."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes, drafting, holding, links, queries
from services.registry.accounts.problems import NameNeedsTwo, require_holder
from services.registry.accounts.schemas import AccountChange, AccountCreate
from services.registry.accounts.tables import Account
from services.registry.proofs import queries as proofs
from shared.audit import trail
from shared.auth import Actor
from shared.events.registry import AccountChanged
from shared.problems import AppError, IllegalTransition, Invalid, Text
from shared.versions import ANY_VERSION, Expected

_LINKS = ("url", "platform_id_url")
_NEVER_EMPTY = ("display_name", "languages")


async def create(session: AsyncSession, actor: Actor, body: AccountCreate) -> Account:
    """Enter a draft. An office's account is that of the person who enters it.

    Raises:
        NotFound: the agency is unknown or not within the actor's reach.
        Invalid: the agency has ended, is yet to begin or has no such office, or a link names no account.
        PeopleOnly: a system holds no office.
        HeldElsewhere, Renamed: the account is registered already.
    """
    (draft,) = await drafting.judge(session, actor, [body])
    if isinstance(draft, AppError):
        raise draft
    await drafting.enter(session, actor, [draft])
    return Account(**draft)


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
        NameNeedsTwo: another name for what is or was official.
        Invalid: nothing was given, the link is not a draft's or names no account, or an office's account is named.
        HeldElsewhere, Renamed: the link is registered already.
    """
    account = await changes.locked(session, actor, account_id, expected)
    require_holder(account, actor)
    given = body.model_dump(exclude_unset=True, exclude={"expected_version"})
    if not given:
        raise Invalid(Text("Không có gì để thay đổi.", "There is nothing to change."))
    different = {
        name: value
        for name, value in given.items()
        if name not in _LINKS
        and value != getattr(account, name)
        and not (value is None and name in _NEVER_EMPTY)
    }
    if "display_name" in different and account.kind == "public_office":
        raise Invalid.at("/display_name", drafting.TITLE_ALONE)
    if "display_name" in different and await queries.was_official(session, account.id):
        raise NameNeedsTwo
    changes.require(account, "change")
    link = await _another_link(session, account, body)
    if not different and not link:
        return account
    changes.move(account, "change")
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
    given = body.model_fields_set & set(_LINKS)
    if not given:
        return {}
    link, shown = links.read(body.url or account.url, body.platform_id_url)
    if given == {"url"} and shown.url == account.url:
        return {}  # as it was read: nothing is said of the id
    columns = drafting.linked(link, shown)
    if all(getattr(account, name) == value for name, value in columns.items()):
        return {}
    if account.state != "draft" or await queries.was_official(session, account.id):
        raise Invalid.at(
            "/url" if body.url is not None else "/platform_id_url", _RENAME, reason="not-a-draft"
        )
    await holding.refuse_when_held(session, link, account.id)
    return columns


_RENAME = Text(
    "Chỉ sửa được liên kết của bản nháp chưa từng chính thức; trang đã đổi tên thì dùng /rename.",
    "Only the link of a draft that was never official can be corrected; for a page that was renamed use /rename.",
)
