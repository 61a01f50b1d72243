"""From a draft to an official account: two people, and a proof of control."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes, holding, queries, service
from services.registry.accounts.problems import AgencyEnded, SelfApproval, require_holder
from services.registry.accounts.tables import Account
from services.registry.agencies import queries as agencies
from shared import tenancy
from shared.auth import Actor
from shared.events.registry import AccountActivated, AccountSubmitted
from shared.versions import ANY_VERSION, Expected


async def submit(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Put a draft before a second person.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        NotTheHolder: it is an office's account, and the actor does not hold the office.
        NoValidProof, FreshProofNeeded: control is not shown yet.
    """
    account = await changes.moved(session, actor, account_id, "submit", expected)
    require_holder(account, actor)
    await holding.require_proof(session, account)
    account.submitter_issuer, account.submitter_subject = actor.identity
    account.approver_issuer = account.approver_subject = None  # of one that has lapsed, and is approved anew
    await changes.keep(session, actor, account, "submit", AccountSubmitted)
    return account


async def approve(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Make a submitted account official: from now on it holds its links.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        VersionNeeded: the actor does not say which version was seen.
        SelfApproval: the actor submitted it.
        AgencyEnded: there is no agency any more that it could be official for.
        NoValidProof, FreshProofNeeded: the proof has lapsed meanwhile, or the link was let go since.
        HeldElsewhere, Renamed: somebody else's account was approved first.
        OfficeTaken: the office has another one on the platform.
    """
    found = await service.read(session, actor, account_id)
    # The agency before its account: so does whoever ends or renames it, and neither waits for the other.
    agency = await agencies.held(session, found.agency_code)
    account = await changes.moved(session, actor, account_id, "approve", expected)
    if (account.submitter_issuer, account.submitter_subject) == actor.identity:
        raise SelfApproval
    if not tenancy.in_force(agency):
        raise AgencyEnded(successors=list(agency.successors))
    await holding.require_proof(session, account)
    account.approver_issuer, account.approver_subject = actor.identity
    await holding.claim(session, account, held=await queries.held(session, account.id))
    await changes.keep(session, actor, account, "approve", AccountActivated)
    return account


async def send_back(
    session: AsyncSession, actor: Actor, account_id: UUID, reason: str, expected: Expected = ANY_VERSION
) -> Account:
    """Return a submitted account to its draft, saying why; one that has lapsed, to that.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
    """
    account = await changes.moved(session, actor, account_id, "return", expected, reason)
    await changes.keep(session, actor, account, "return")
    return account
