"""Another handle or another name of an account: one person proposes it, another approves, the old handle is let go."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes, drafting, holding, links, queries
from services.registry.accounts.problems import NoPlatformId, SelfApproval, require_holder
from services.registry.accounts.schemas import AccountRename
from services.registry.accounts.tables import Account
from services.registry.proofs import queries as proofs
from shared.auth import Actor
from shared.events.registry import AccountChanged
from shared.problems import Invalid, Text
from shared.versions import ANY_VERSION, Expected


async def propose(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    body: AccountRename,
    expected: Expected = ANY_VERSION,
) -> Account:
    """Say under which handle the account is found now, or which immutable id it has, where none is known; which
    name it is to show; or both. It takes the place of what was proposed before.

    Until it is approved nothing else changes. Not a handle and an id at once: nothing would show that it is the
    same account.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        NotTheHolder: it is an office's account, and the actor does not hold the office.
        NoPlatformId: another handle, and no id is known.
        Invalid: nothing is given or new, the link has no handle or is another account's, or an office is named.
        HeldElsewhere, Renamed: the handle or the id is another account's.
    """
    account = await changes.moved(session, actor, account_id, "propose_rename", expected)
    require_holder(account, actor)
    if body.url is None and body.platform_id_url is not None:
        raise Invalid.at("/url", _ALONE)
    if body.url is None and body.display_name is None:
        raise Invalid(_NOTHING)
    account.forget_proposal()
    if body.url is not None:
        await _propose_link(session, account, body.url, body.platform_id_url)
    if body.display_name is not None:
        _propose_name(account, body.display_name)
    account.renamer_issuer, account.renamer_subject = actor.identity
    account.rename_approver_issuer = account.rename_approver_subject = None
    await changes.keep(session, actor, account, "propose_rename")
    return account


async def approve(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Take over what was proposed; an old handle is a tombstone from now on.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever; also when nothing was proposed.
        VersionNeeded: the actor does not say which version was seen.
        SelfApproval: the actor proposed it.
        FreshProofNeeded: what is new was somebody's before, and no proof is younger than its release.
        HeldElsewhere, Renamed: another account has become its holder meanwhile.
    """
    account = await changes.moved(session, actor, account_id, "rename", expected)
    if (account.renamer_issuer, account.renamer_subject) == actor.identity:
        raise SelfApproval
    account.rename_approver_issuer, account.rename_approver_subject = actor.identity
    account.display_name = account.new_display_name or account.display_name
    has_new_link = account.new_url is not None
    if has_new_link:
        await _take_over_link(session, account)
    account.forget_proposal()
    await changes.keep(session, actor, account, "rename", AccountChanged)
    if has_new_link:
        await proofs.look_soon(session, account.id, account.updated_at)
    return account


async def withdraw(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Take a proposal back, or refuse it: the account stays as it is.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever; also when nothing was proposed.
    """
    account = await changes.moved(session, actor, account_id, "withdraw_rename", expected)
    account.forget_proposal()
    await changes.keep(session, actor, account, "withdraw_rename")
    return account


async def _propose_link(
    session: AsyncSession, account: Account, url: str, platform_id_url: str | None
) -> None:
    link, shown = links.read_handle(url, platform_id_url, account.platform, account.platform_id)
    if (link.handle, link.platform_id) == (account.handle, account.platform_id):
        raise Invalid.at("/url", _SAME_HANDLE, reason="same-handle")
    if account.platform_id is None and (link.handle != account.handle or link.platform_id is None):
        raise NoPlatformId
    await holding.refuse_when_held(session, link, account.id)
    account.new_handle, account.new_platform_id, account.new_url = link.handle, link.platform_id, shown


def _propose_name(account: Account, name: str) -> None:
    if account.kind == "public_office":
        raise Invalid.at("/display_name", drafting.TITLE_ALONE)
    if name == account.display_name:
        raise Invalid.at("/display_name", _SAME_NAME, reason="same-name")
    account.new_display_name = name


async def _take_over_link(session: AsyncSession, account: Account) -> None:
    before = account.identities
    account.handle, account.platform_id = account.new_handle, account.new_platform_id
    account.url = account.new_url or account.url
    account.identity = account.identities[-1]
    new = [identity for identity in account.identities if identity not in before]
    await holding.require_fresh_proof(session, account, new)
    await queries.release(session, account.id, account.updated_at, kept=account.identities)
    await holding.claim(session, account, held=before)


_NOTHING = Text("Hãy nêu `url`, `display_name`, hoặc cả hai.", "Name `url`, `display_name`, or both.")
_ALONE = Text("`platform_id_url` chỉ đi cùng `url`.", "`platform_id_url` comes with `url` only.")
_SAME_HANDLE = Text("Tài khoản đang mang tên này.", "The account has this handle.")
_SAME_NAME = Text("Tài khoản đang hiển thị tên này.", "The account shows this name.")
