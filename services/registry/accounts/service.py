"""The life of an official account: suspended, restored, ended."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes, lapsing, queries
from services.registry.accounts.problems import NotTheHolder, SelfRestoration
from services.registry.accounts.tables import Account, AccountVersion
from shared.auth import Actor
from shared.events.registry import AccountRestored, AccountRetired, AccountSuspended
from shared.problems import NotFound
from shared.versions import ANY_VERSION, Expected

_AT_ONCE = 200


async def read(session: AsyncSession, actor: Actor, account_id: UUID) -> Account:
    """An account within the actor's reach.

    Raises:
        NotFound: there is none.
    """
    account = await queries.find(session, account_id, actor.agency)
    if account is None:
        raise NotFound
    return account


async def history(
    session: AsyncSession, actor: Actor, account_id: UUID, *, before: int | None, limit: int
) -> list[AccountVersion]:
    """What an account within the actor's reach has been, newest first.

    Raises:
        NotFound: there is no such account.
    """
    account = await read(session, actor, account_id)
    return await queries.history(session, account.id, before=before, limit=limit)


async def suspend(
    session: AsyncSession, actor: Actor, account_id: UUID, reason: str, expected: Expected = ANY_VERSION
) -> Account:
    """Stop vouching for an account, at once: waiting for a second signature would serve a hijacker.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
    """
    account = await changes.moved(session, actor, account_id, "suspend", expected, reason)
    _suspended_by(account, actor.identity)
    await changes.keep(session, actor, account, "suspend", AccountSuspended)
    return account


async def suspend_after_takeover(session: AsyncSession, account_id: UUID, agency: str, cause: UUID) -> None:
    """Stop vouching for an account that its holder reports hijacked.

    Called for a confirmed takeover; without effect on an account that nobody vouched for, or that is not `agency`'s,
    or that everybody is warned of as strongly already.
    """
    account = await queries.lock(session, account_id)
    if account is None or account.agency_code != agency or "suspend" not in changes.allowed(account):
        return
    changes.move(account, "suspend", "takeover")
    _suspended_by(account, (None, None))
    await changes.keep(session, None, account, "suspend", AccountSuspended, cause)


async def restore(
    session: AsyncSession, actor: Actor, account_id: UUID, reason: str, expected: Expected = ANY_VERSION
) -> Account:
    """Declare a suspended account safe again: official, if it was approved and any proof still stands, else lapsed.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        SelfRestoration: the actor suspended it.
    """
    account = await changes.moved(session, actor, account_id, "restore", expected, reason)
    if (account.suspender_issuer, account.suspender_subject) == actor.identity:
        raise SelfRestoration
    account.restorer_issuer, account.restorer_subject = actor.identity
    await changes.keep(session, actor, account, "restore", AccountRestored)
    await lapsing.settle(session, account)
    return account


async def retire(
    session: AsyncSession, actor: Actor, account_id: UUID, reason: str, expected: Expected = ANY_VERSION
) -> Account:
    """End an account; one that was official is told to everybody as former, and lets go of its links.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
    """
    account = await changes.moved(session, actor, account_id, "retire", expected, reason)
    await _end(session, actor, account, "retire")
    return account


async def withdraw(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """End the account of an office because its holder wishes it: at any time, and asking nobody.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        NotTheHolder: the actor does not hold the office.
    """
    account = await queries.of_holder(session, account_id, actor.identity)
    if account is None:
        await read(session, actor, account_id)
        raise NotTheHolder
    expected.require(account.version)
    changes.move(account, "retire", "withdrawn_by_holder")
    await _end(session, actor, account, "withdraw")
    return account


async def retire_with_agencies(
    session: AsyncSession, agencies: Sequence[str], successors: Sequence[str]
) -> None:
    """End the official accounts of agencies that have ended; their successors are named to everybody.

    A successor can have them offered and take them over (`/v1/transfers`).
    """
    while accounts := await queries.official_of(session, agencies, _AT_ONCE):
        for account in accounts:
            changes.move(account, "retire", "agency_ended")
            account.forget_proposal()
        await session.flush()
        await queries.release_all(session, [account.id for account in accounts])
        await changes.keep_many(session, accounts, "retire", AccountRetired, {"successors": successors})


async def _end(session: AsyncSession, actor: Actor | None, account: Account, action: str) -> None:
    was_official = await queries.was_official(session, account.id)
    await queries.release(session, account.id, account.updated_at)
    account.forget_proposal()
    await changes.keep(session, actor, account, action, AccountRetired if was_official else None)


def _suspended_by(account: Account, who: tuple[str, str] | tuple[None, None]) -> None:
    account.suspender_issuer, account.suspender_subject = who
    account.restorer_issuer = account.restorer_subject = None
