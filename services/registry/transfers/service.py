"""Offering an account to another agency, and what that agency makes of the offer."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes
from services.registry.accounts import queries as accounts
from services.registry.accounts.problems import AgencyEnded, SelfApproval, require_in_force
from services.registry.accounts.tables import Account
from services.registry.agencies import queries as agencies
from services.registry.proofs import queries as proofs
from services.registry.transfers import queries
from services.registry.transfers.schemas import TransferCreate
from services.registry.transfers.tables import Transfer
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id, violated_constraint
from shared.events.registry import AccountTransferred
from shared.problems import Conflict, Forbidden, IllegalTransition, Invalid, NotFound, Text
from shared.versions import ANY_VERSION, Expected

TRANSITIONS: dict[str, dict[str, str]] = {
    "offered": {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"},
    "accepted": {},
    "declined": {},
    "withdrawn": {},
}
"""State → action → next state. There is no other way."""


class AlreadyOffered(Conflict):
    """The account is offered to somebody; one at a time."""

    slug = "already-offered"
    title = Text("Tài khoản đang được đề nghị chuyển giao", "The account is being offered already")
    advice = Text(
        "Mỗi tài khoản chỉ có một đề nghị chuyển giao đang chờ. Hãy chờ trả lời, hoặc rút đề nghị cũ trước.",
        "An account has one open offer at a time. Wait for the answer, or withdraw that offer first.",
    )


class WrongSide(Forbidden):
    """The transfer is known to the actor, and this step is for the other side to take."""

    slug = "wrong-side"
    title = Text("Bước này thuộc về bên kia", "This step is for the other side")
    advice = Text(
        "Chỉ người duyệt của chính cơ quan nhận mới nhận hoặc từ chối, và chỉ bên giao mới rút lại đề nghị.",
        "Only an approver of exactly the receiving agency accepts or declines, and only the giving side withdraws.",
    )


async def offer(
    session: AsyncSession, actor: Actor, account_id: UUID, body: TransferCreate
) -> tuple[Transfer, Account]:
    """Offer an account to another agency; nothing changes until it accepts.

    Raises:
        NotFound: no such account within reach.
        IllegalTransition: it was never official, its holder's own, or ended for another reason than its agency.
        Invalid: no such agency, or one that cannot take it.
        AlreadyOffered: somebody is asked already.
    """
    found = await accounts.find(session, account_id, actor.agency)
    if found is None:
        raise NotFound
    changes.require(found, "transfer")
    giver, receiver = found.agency_code, await _receiver(session, found, body.to_agency_code)
    # Agencies before their account, as everywhere: nobody waits in a circle.
    for code in sorted({giver, receiver}):
        await agencies.held(session, code)
    account = await changes.locked(session, actor, account_id, ANY_VERSION)
    if account.agency_code != giver:
        raise NotFound
    changes.require(account, "transfer")
    moment = clock.now()
    transfer = Transfer(
        id=new_id(),
        account_id=account.id,
        from_agency_code=account.agency_code,
        to_agency_code=receiver,
        reason=body.reason,
        state="offered",
        giver_issuer=actor.issuer,
        giver_subject=actor.subject,
        created_at=moment,
        updated_at=moment,
    )
    session.add(transfer)
    try:
        await session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "uq_transfers_open":
            raise AlreadyOffered from error
        raise
    await _record(session, actor, "create", transfer, transfer.from_agency_code)
    return transfer, account


async def read(session: AsyncSession, actor: Actor, transfer_id: UUID) -> tuple[Transfer, Account]:
    """A transfer from or to what the actor reaches.

    Raises:
        NotFound: there is none.
    """
    found = await queries.find(session, transfer_id, actor.agency)
    if found is None:
        raise NotFound
    transfer, account = found
    return transfer, account


async def accept(
    session: AsyncSession, actor: Actor, transfer_id: UUID, expected: Expected = ANY_VERSION
) -> tuple[Transfer, Account]:
    """Take an account over. Without a valid proof of control it begins anew, as a draft of the new agency.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever; also when the account has ended meanwhile.
        WrongSide, SelfApproval: the actor is not of the receiving agency, or is who offered it.
        AgencyEnded: the receiving agency has ended at this moment.
    """
    transfer, _ = await read(session, actor, transfer_id)
    # The agency before the account, and that before its transfer.
    agency = await agencies.held(session, transfer.to_agency_code)
    account = await accounts.lock(session, transfer.account_id)
    transfer = await _decided(session, actor, transfer_id, "accept", expected)
    if not tenancy.in_force(agency):
        raise AgencyEnded(successors=list(agency.successors))
    if account is None or account.agency_code != transfer.from_agency_code:
        raise NotFound
    active = account.state == "active"
    changes.move(account, "transfer")
    if active and not await proofs.has_valid(session, account.id, clock.now()):
        account.state, account.reason = "draft", None
    if account.state == "draft":
        account.submitter_issuer = account.submitter_subject = None
        account.approver_issuer = account.approver_subject = None
        await accounts.release(session, account.id, account.updated_at)
    else:
        account.submitter_issuer, account.submitter_subject = transfer.giver_issuer, transfer.giver_subject
        account.approver_issuer, account.approver_subject = actor.identity
    account.agency_code = transfer.to_agency_code
    account.forget_proposal()
    account.contact_email = account.contact_phone = None  # of the unit that had it
    await changes.keep(
        session,
        actor,
        account,
        "transfer",
        AccountTransferred,
        also={"from_agency_code": transfer.from_agency_code},
    )
    return transfer, account


async def decline(
    session: AsyncSession, actor: Actor, transfer_id: UUID, expected: Expected = ANY_VERSION
) -> tuple[Transfer, Account]:
    """Refuse an account: it stays where it is.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        WrongSide, SelfApproval: the actor is not of the receiving agency, or is who offered it.
    """
    await _decided(session, actor, transfer_id, "decline", expected)
    return await read(session, actor, transfer_id)


async def withdraw(
    session: AsyncSession, actor: Actor, transfer_id: UUID, expected: Expected = ANY_VERSION
) -> tuple[Transfer, Account]:
    """Take an offer back.

    Raises:
        NotFound, StaleVersion, IllegalTransition: as ever.
        WrongSide: the actor does not reach the giving agency.
    """
    transfer = await _locked(session, actor, transfer_id, expected)
    if not await tenancy.reaches(session, actor.agency, transfer.from_agency_code):
        raise WrongSide
    _move(transfer, "withdraw")
    await session.flush()
    await _record(session, actor, "withdraw", transfer, transfer.from_agency_code)
    return await read(session, actor, transfer_id)


async def _decided(
    session: AsyncSession, actor: Actor, transfer_id: UUID, action: str, expected: Expected
) -> Transfer:
    """The transfer, decided by a second person of the receiving agency, which is recorded."""
    transfer = await _locked(session, actor, transfer_id, expected)
    if actor.agency != transfer.to_agency_code:
        raise WrongSide
    _move(transfer, action)
    if (transfer.giver_issuer, transfer.giver_subject) == actor.identity:
        raise SelfApproval
    transfer.decider_issuer, transfer.decider_subject = actor.identity
    await session.flush()
    await _record(session, actor, action, transfer, transfer.to_agency_code)
    return transfer


async def _locked(session: AsyncSession, actor: Actor, transfer_id: UUID, expected: Expected) -> Transfer:
    transfer = await queries.lock(session, transfer_id, actor.agency)
    if transfer is None:
        raise NotFound
    expected.require(transfer.version)
    return transfer


def _move(transfer: Transfer, action: str) -> None:
    allowed = TRANSITIONS[transfer.state]
    if action not in allowed:
        raise IllegalTransition(transfer.state, sorted(allowed))
    transfer.state = allowed[action]
    transfer.version += 1
    transfer.updated_at = clock.now()


async def _receiver(session: AsyncSession, account: Account, code: str) -> str:
    """The code of the agency that can take the account."""
    agency = await agencies.find(session, code)
    if agency is None:
        raise Invalid.at("/to_agency_code", Text("Không có cơ quan này.", "There is no such agency."))
    require_in_force(agency, "/to_agency_code")
    if agency.code == account.agency_code:
        raise Invalid.at(
            "/to_agency_code", Text("Cơ quan này đang giữ tài khoản.", "The agency has it already.")
        )
    return str(agency.code)


async def _record(session: AsyncSession, actor: Actor, action: str, transfer: Transfer, agency: str) -> None:
    await trail.record(
        session, actor, f"transfers.{action}", "transfer", transfer.id, agency, transfer.version
    )
