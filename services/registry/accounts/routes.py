"""`/v1/accounts`: an agency's official accounts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.accounts import queries, service
from services.registry.accounts.problems import HeldElsewhere
from services.registry.accounts.schemas import AccountCreate, AccountRead, Retirement, State
from services.registry.accounts.tables import Account
from services.registry.policy import POLICY
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import CursorParameter, Limit, Page, decode_id_cursor, encode_cursor
from shared.problems import Forbidden, IllegalTransition, Invalid, NotFound, Unauthenticated, responses
from shared.versions import ExpectedVersion, StaleVersion, tag

router = APIRouter(
    prefix="/v1/accounts",
    tags=["accounts"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)


@router.post(
    "",
    operation_id="createAccount",
    openapi_extra=shows(state="draft", version=1),
    summary="Enter an account",
    status_code=201,
    responses=responses(HeldElsewhere, InProgress, Invalid, KeyReused),
)
async def create_account(
    body: AccountCreate,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.create")],
    once: Idempotency,
    response: Response,
) -> AccountRead:
    """Enter a draft for an agency within your reach. Its link is brought to its canonical form."""
    await once.claim(session, actor)
    account = await service.create(session, actor, body)
    response.headers["Location"] = f"/v1/accounts/{account.id}"
    return await once.keep(session, actor, response, _read(account, response))


@router.get("", operation_id="listAccounts", summary="List accounts")
async def list_accounts(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.list")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[AccountRead]:
    """Accounts of your agency and of those below it, newest first."""
    accounts = await queries.page(
        session, actor.agency, state=state, after=decode_id_cursor(cursor), limit=limit
    )
    return Page(
        items=[_shown(account) for account in accounts],
        next_cursor=encode_cursor(str(accounts[-1].id)) if len(accounts) == limit else None,
    )


@router.get("/{account_id}", operation_id="readAccount", summary="Read one account")
async def read_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.read")],
    response: Response,
) -> AccountRead:
    """An account within your reach."""
    return _read(await service.read(session, actor, account_id), response)


@router.post(
    "/{account_id}/submit",
    operation_id="submitAccount",
    openapi_extra=shows(state="submitted", version=2),
    summary="Submit for approval",
    responses=responses(IllegalTransition, StaleVersion, service.NoValidProof),
)
async def submit_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.submit")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Put a draft before a second person. Needs a valid proof of control."""
    return _read(await service.submit(session, actor, account_id, expected), response)


@router.post(
    "/{account_id}/approve",
    operation_id="approveAccount",
    summary="Approve",
    responses=responses(
        IllegalTransition, StaleVersion, service.SelfApproval, service.NoValidProof, HeldElsewhere
    ),
)
async def approve_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.approve")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Make it official. Whoever submitted it cannot approve it."""
    return _read(await service.approve(session, actor, account_id, expected), response)


@router.post(
    "/{account_id}/return",
    operation_id="returnAccount",
    openapi_extra=shows(state="draft"),
    summary="Return to draft",
    responses=responses(IllegalTransition, StaleVersion),
)
async def return_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.return")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Hand a submitted account back to those who drafted it."""
    return _read(await service.send_back(session, actor, account_id, expected), response)


@router.post(
    "/{account_id}/restore",
    operation_id="restoreAccount",
    summary="Restore after a suspension",
    responses=responses(IllegalTransition, StaleVersion),
)
async def restore_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.restore")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Declare a suspended account safe again, for instance after a hijacked page was won back."""
    return _read(await service.restore(session, actor, account_id, expected), response)


@router.post(
    "/{account_id}/retire",
    operation_id="retireAccount",
    openapi_extra=shows(state="retired", reason="closed_by_agency"),
    summary="Retire",
    responses=responses(IllegalTransition, StaleVersion),
)
async def retire_account(
    account_id: UUID,
    body: Retirement,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.retire")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """End an account. From now on its link is verified as `former`."""
    return _read(await service.retire(session, actor, account_id, body.reason, expected), response)


def _read(account: Account, response: Response) -> AccountRead:
    tag(response, account.version)
    return _shown(account)


def _shown(account: Account) -> AccountRead:
    return AccountRead.model_validate({name: getattr(account, name) for name in AccountRead.model_fields})
