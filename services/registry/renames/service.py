"""A page that was renamed on its platform: one person says so, another approves, the old handle is let go."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes, holding, links, queries
from services.registry.accounts.problems import NoPlatformId, SelfApproval, require_holder
from services.registry.accounts.schemas import NewHandle
from services.registry.accounts.tables import Account
from services.registry.proofs import queries as proofs
from shared.auth import Actor
from shared.events.registry import AccountChanged
from shared.versions import ANY_VERSION, Expected


async def propose(
    session: AsyncSession, actor: Actor, account_id: UUID, body: NewHandle, expected: Expected = ANY_VERSION
) -> Account:
    """Say under which handle the account is found now, or which immutable id it has, where none is known.

    Until it is approved nothing else changes. Not both at once: nothing would show that it is the same account.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        NotTheHolder: it is an office's account, and the actor does not hold the office.
        NoPlatformId: another handle, and no id is known.
        Invalid: the link has no handle, nothing new, or is another account's.
        HeldElsewhere, Renamed: the handle or the id is another account's.
    """
    account = await changes.moved(session, actor, account_id, "propose_rename", expected)
    require_holder(account, actor)
    link, url = links.read_handle(body.url, body.platform_id_url, account.platform, account.platform_id)
    if account.platform_id is None and (link.handle != account.handle or link.platform_id is None):
        raise NoPlatformId
    if (link.handle, link.platform_id) == (account.handle, account.platform_id):
        raise links.nothing_new()
    await holding.refuse_when_held(session, link, account.id)
    account.new_handle, account.new_platform_id, account.new_url = link.handle, link.platform_id, url
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
        FreshProofNeeded: what is new was somebody's before, and no proof is younger than its release.
        HeldElsewhere, Renamed: another account has become its holder meanwhile.
    """
    account = await changes.moved(session, actor, account_id, "rename", expected)
    if (account.renamer_issuer, account.renamer_subject) == actor.identity:
        raise SelfApproval
    before = account.identities
    account.handle, account.platform_id = account.new_handle, account.new_platform_id
    account.url = account.new_url or account.url
    account.identity = account.identities[-1]
    account.forget_proposal()
    account.rename_approver_issuer, account.rename_approver_subject = actor.identity
    new = [identity for identity in account.identities if identity not in before]
    await holding.require_fresh_proof(session, account, new)
    await queries.release(session, account.id, account.updated_at, kept=account.identities)
    await holding.claim(session, account, held=before)
    await changes.keep(session, actor, account, "rename", AccountChanged)
    await proofs.look_soon(session, account.id, account.updated_at)
    return account


async def withdraw(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Take a proposal back, or refuse it: the account stays as it is.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever; also when no rename was proposed.
    """
    account = await changes.moved(session, actor, account_id, "withdraw_rename", expected)
    account.forget_proposal()
    await changes.keep(session, actor, account, "withdraw_rename")
    return account
