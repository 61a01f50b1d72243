"""`/v1/transfers`: accounts that go from one agency to another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.accounts.problems import AgencyEnded, SelfApproval
from services.registry.accounts.tables import Account
from services.registry.policy import POLICY
from services.registry.transfers import queries, service
from services.registry.transfers.schemas import OfferedAccount, Side, TransferCreate, TransferRead
from services.registry.transfers.service import AlreadyOffered, WrongSide
from services.registry.transfers.tables import State, Transfer
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import CursorParameter, Limit, Page, decode_id_cursor, following
from shared.problems import Forbidden, IllegalTransition, Invalid, NotFound, Unauthenticated, responses
from shared.versions import ExpectedVersion, StaleVersion, tag

router = APIRouter(tags=["transfers"], responses=responses(Unauthenticated, Forbidden, NotFound, Invalid))


@router.post(
    "/v1/accounts/{account_id}/transfers",
    operation_id="createTransfer",
    summary="Offer an account to another agency",
    status_code=201,
    responses=responses(IllegalTransition, AlreadyOffered, InProgress, Invalid, KeyReused),
)
async def create_transfer(
    account_id: UUID,
    body: TransferCreate,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("transfers.create")],
    once: Idempotency,
    response: Response,
) -> TransferRead:
    """Offer an official account, or one that ended with its agency. It stays where it is until it is accepted."""
    await once.claim(session, actor)
    transfer, account = await service.offer(session, actor, account_id, body)
    response.headers["Location"] = f"/v1/transfers/{transfer.id}"
    return await once.keep(session, actor, response, _read(transfer, account, response))


@router.get("/v1/transfers", operation_id="listTransfers", summary="List transfers")
async def list_transfers(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("transfers.list")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    side: Annotated[Side | None, Query(description="Only those that your side gives, or receives.")] = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[TransferRead]:
    """Transfers from and to your agency and those below it, newest first."""
    found = await queries.page(
        session, actor.agency, state=state, side=side, after=decode_id_cursor(cursor), limit=limit
    )
    return Page(
        items=[_shown(transfer, account) for transfer, account in found],
        next_cursor=following(found, limit, lambda last: last[0].id),
    )


@router.get("/v1/transfers/{transfer_id}", operation_id="readTransfer", summary="Read one transfer")
async def read_transfer(
    transfer_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("transfers.read")],
    response: Response,
) -> TransferRead:
    """A transfer from or to an agency within your reach."""
    return _read(*await service.read(session, actor, transfer_id), response)


@router.post(
    "/v1/transfers/{transfer_id}/accept",
    operation_id="acceptTransfer",
    openapi_extra=shows(state="accepted", version=2),
    summary="Accept",
    responses=responses(Forbidden, WrongSide, SelfApproval, IllegalTransition, StaleVersion, AgencyEnded),
)
async def accept_transfer(
    transfer_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("transfers.accept")],
    expected: ExpectedVersion,
    response: Response,
) -> TransferRead:
    """Take the account over: for an approver of exactly the receiving agency who did not offer it.

    An active account with a valid proof stays official; any other begins anew as your draft.
    """
    return _read(*await service.accept(session, actor, transfer_id, expected), response)


@router.post(
    "/v1/transfers/{transfer_id}/decline",
    operation_id="declineTransfer",
    openapi_extra=shows(state="declined", version=2),
    summary="Decline",
    responses=responses(Forbidden, WrongSide, SelfApproval, IllegalTransition, StaleVersion),
)
async def decline_transfer(
    transfer_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("transfers.decline")],
    expected: ExpectedVersion,
    response: Response,
) -> TransferRead:
    """Refuse the account: it stays where it is."""
    return _read(*await service.decline(session, actor, transfer_id, expected), response)


@router.post(
    "/v1/transfers/{transfer_id}/withdraw",
    operation_id="withdrawTransfer",
    openapi_extra=shows(state="withdrawn", version=2),
    summary="Take the offer back",
    responses=responses(Forbidden, WrongSide, IllegalTransition, StaleVersion),
)
async def withdraw_transfer(
    transfer_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("transfers.withdraw")],
    expected: ExpectedVersion,
    response: Response,
) -> TransferRead:
    """For an approver of the giving side, as long as nobody has decided."""
    return _read(*await service.withdraw(session, actor, transfer_id, expected), response)


def _read(transfer: Transfer, account: Account, response: Response) -> TransferRead:
    tag(response, transfer.version)
    return _shown(transfer, account)


def _shown(transfer: Transfer, account: Account) -> TransferRead:
    own = TransferRead.model_fields.keys() - {"account"}
    offered = {name: getattr(account, name) for name in OfferedAccount.model_fields}
    return TransferRead(account=OfferedAccount(**offered), **{name: getattr(transfer, name) for name in own})
