"""A page that was renamed on its platform: one person says so, another approves, the old handle is let go."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes, holding, links, queries
from services.registry.accounts.problems import NoPlatformId, SelfApproval, require_holder
from services.registry.accounts.tables import Account
from shared.auth import Actor
from shared.events.registry import AccountChanged
from shared.versions import ANY_VERSION, Expected


async def propose(
    session: AsyncSession, actor: Actor, account_id: UUID, url: str, expected: Expected = ANY_VERSION
) -> Account:
    """Say under which handle the account is found now. Until it is approved nothing else changes.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        NotTheHolder: it is an office's account, and the actor does not hold the office.
        NoPlatformId: nothing shows that it is the same account.
        Invalid: the link has no handle, the same one, or another platform's.
        HeldElsewhere: the handle is another account's.
    """
    account = await changes.moved(session, actor, account_id, "propose_rename", expected)
    require_holder(account, actor)
    if account.platform_id is None:
        raise NoPlatformId
    link = links.read_handle(url, account.platform, account.platform_id)
    if link.handle == account.handle:
        raise links.same_handle()
    await holding.refuse_when_held(session, link, account.id)
    account.new_handle, account.new_url = link.handle, link.url
    account.renamer_issuer, account.renamer_subject = actor.identity
    account.rename_approver_issuer = account.rename_approver_subject = None
    await changes.keep(session, actor, account, "propose_rename")
    return account


async def approve(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Take over the new handle; the old one is a tombstone from now on.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever; also when no rename was proposed.
        SelfApproval: the actor proposed it.
        FreshProofNeeded: the new handle was somebody's before, and no proof is younger than its release.
        HeldElsewhere: another account has become its holder meanwhile.
    """
    account = await changes.moved(session, actor, account_id, "rename", expected)
    if (account.renamer_issuer, account.renamer_subject) == actor.identity:
        raise SelfApproval
    kept = account.identities[:1]  # the immutable one
    account.handle, account.url = account.new_handle, account.new_url or ""
    account.identity = account.identities[-1]
    account.new_handle = account.new_url = None
    account.rename_approver_issuer, account.rename_approver_subject = actor.identity
    await holding.require_fresh_proof(session, account, account.identities[1:])
    await queries.release(session, account.id, account.updated_at, kept)
    await holding.claim(session, account, held=kept)
    await changes.keep(session, actor, account, "rename", AccountChanged)
    return account


async def withdraw(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Take a proposal back, or refuse it: the account stays as it is.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever; also when no rename was proposed.
    """
    account = await changes.moved(session, actor, account_id, "withdraw_rename", expected)
    account.new_handle = account.new_url = None
    await changes.keep(session, actor, account, "withdraw_rename")
    return account
