"""The life of an account: who may move it from one state to the next, and what that tells others."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import drafting, queries
from services.registry.accounts.problems import HeldElsewhere
from services.registry.accounts.schemas import AccountCreate
from services.registry.accounts.tables import Account
from services.registry.proofs import queries as proofs
from shared import clock
from shared.audit import trail
from shared.auth import Actor
from shared.db import violated_constraint
from shared.events.registry import (
    AccountActivated,
    AccountRestored,
    AccountRetired,
    AccountState,
    AccountSubmitted,
    AccountSuspended,
)
from shared.messaging import outbox
from shared.problems import AppError, Conflict, Forbidden, IllegalTransition, NotFound, Text
from shared.versions import ANY_VERSION, Expected

TRANSITIONS: dict[str, dict[str, str]] = {
    "draft": {"submit": "submitted", "retire": "retired"},
    "submitted": {"approve": "active", "return": "draft", "retire": "retired"},
    "active": {"suspend": "suspended", "retire": "retired"},
    "suspended": {"restore": "active", "retire": "retired"},
    "retired": {},
}
"""State → action → next state. There is no other way."""

_BY_EVENT = frozenset({"suspend"})
"""Actions that no request can ask for."""


class SelfApproval(Forbidden):
    """Two people are needed: the one who submitted cannot approve."""

    slug = "self-approval"
    title = Text("Người trình không được tự duyệt", "Whoever submitted cannot approve")
    advice = Text(
        "Cần hai người: hãy để một người duyệt khác của cơ quan thực hiện bước này.",
        "Two people are needed: let another approver of the agency take this step.",
    )


class NoValidProof(Conflict):
    """Nothing shows yet that the agency controls the account."""

    slug = "no-valid-proof"
    title = Text("Chưa có bằng chứng quyền kiểm soát còn hiệu lực", "No valid proof of control")
    default_detail = Text(
        "Hãy thêm và kiểm tra bằng chứng tại /v1/accounts/{id}/proofs trước.",
        "Add a proof at /v1/accounts/{id}/proofs and have it checked first.",
    )
    advice = Text(
        "Công bố dòng được yêu cầu trên trang của cơ quan, rồi cho kiểm tra bằng chứng; bằng chứng đã quá hạn cần "
        "được kiểm tra lại. Sau đó hãy lặp lại bước này.",
        "Publish the line asked for on the agency's site, then have the proof checked; one that has expired has "
        "to be checked again. Then repeat this step.",
    )


async def create(session: AsyncSession, actor: Actor, body: AccountCreate) -> Account:
    """Enter a draft.

    Raises:
        NotFound: the agency is unknown or not within the actor's reach.
        Invalid: the agency has ended, or the link names no account.
        HeldElsewhere: the link is held already.
    """
    (draft,) = await drafting.judge(session, actor, [body])
    if isinstance(draft, AppError):
        raise draft
    await drafting.enter(session, actor, [draft])
    return draft


async def read(session: AsyncSession, actor: Actor, account_id: UUID) -> Account:
    """An account within the actor's reach.

    Raises:
        NotFound: there is none.
    """
    account = await queries.find(session, account_id, actor.agency)
    if account is None:
        raise NotFound
    return account


async def submit(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Put a draft before a second person.

    Raises:
        NotFound, IllegalTransition: as ever.
        NoValidProof: control is not shown yet.
    """
    account = await _moved(session, actor, account_id, "submit", expected)
    await _require_proof(session, account)
    account.submitter_issuer, account.submitter_subject = actor.identity
    await _tell(session, account, AccountSubmitted)
    return account


async def approve(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Make a submitted account official.

    Raises:
        NotFound, IllegalTransition: as ever.
        SelfApproval: the actor submitted it.
        NoValidProof: the proof has lapsed meanwhile.
        HeldElsewhere: somebody else's account was approved first.
    """
    account = await _moved(session, actor, account_id, "approve", expected)
    if (account.submitter_issuer, account.submitter_subject) == actor.identity:
        raise SelfApproval
    await _require_proof(session, account)
    account.approver_issuer, account.approver_subject = actor.identity
    try:
        await _tell(session, account, AccountActivated)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_accounts_identity":
            raise HeldElsewhere from error
        raise
    return account


async def send_back(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Return a submitted account to its draft."""
    account = await _moved(session, actor, account_id, "return", expected)
    account.submitter_issuer = account.submitter_subject = None
    await session.flush()
    return account


async def restore(
    session: AsyncSession, actor: Actor, account_id: UUID, expected: Expected = ANY_VERSION
) -> Account:
    """Declare a suspended account safe again."""
    account = await _moved(session, actor, account_id, "restore", expected)
    account.reason = None
    await _tell(session, account, AccountRestored)
    return account


async def retire(
    session: AsyncSession, actor: Actor, account_id: UUID, reason: str, expected: Expected = ANY_VERSION
) -> Account:
    """End an account; one that was official is told to everybody as former."""
    account = await _moved(session, actor, account_id, "retire", expected, reason)
    if account.approver_subject is not None:
        await _tell(session, account, AccountRetired)
    await session.flush()
    return account


async def suspend_after_takeover(session: AsyncSession, account_id: UUID, agency: str, cause: UUID) -> None:
    """Stop vouching for an account that its holder reports hijacked.

    Called for a confirmed takeover; without effect on an account that is not active or not `agency`'s.
    """
    account = await queries.lock(session, account_id)
    if account is None or account.agency_code != agency or account.state != "active":
        return
    _move(account, "suspend", "takeover")
    await trail.record(
        session, None, "accounts.suspend", "account", account.id, agency, account.version, cause=cause
    )
    await _tell(session, account, AccountSuspended, cause)


async def _moved(
    session: AsyncSession,
    actor: Actor,
    account_id: UUID,
    action: str,
    expected: Expected,
    reason: str | None = None,
) -> Account:
    """The account, locked and moved to its next state, which is recorded."""
    account = await queries.find(session, account_id, actor.agency, lock=True)
    if account is None:
        raise NotFound
    expected.require(account.version)
    _move(account, action, reason)
    act, agency = f"accounts.{action}", account.agency_code
    await trail.record(session, actor, act, "account", account.id, agency, account.version)
    return account


def _move(account: Account, action: str, reason: str | None = None) -> None:
    allowed = TRANSITIONS[account.state]
    if action not in allowed:
        raise IllegalTransition(account.state, sorted(allowed.keys() - _BY_EVENT))
    account.state = allowed[action]
    account.reason = reason
    account.version += 1
    account.updated_at = clock.now()


async def _require_proof(session: AsyncSession, account: Account) -> None:
    if not await proofs.has_valid(session, account.id, clock.now()):
        raise NoValidProof


async def _tell(
    session: AsyncSession, account: Account, event: type[AccountState], cause: UUID | None = None
) -> None:
    """Write the change and its event; whatever is public also becomes the account's current state."""
    await session.flush()
    data = event.model_validate({"account_id": account.id, **account.model_dump()})
    await outbox.emit(
        session,
        data,
        subject=account.id,
        version=account.version,
        cause=cause,
        state_key=f"account.{account.id}" if event.audience == "public" else None,
    )
