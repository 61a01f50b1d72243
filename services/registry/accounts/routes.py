"""`/v1/accounts`: an agency's official accounts."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.accounts import approving, entering, queries, service
from services.registry.accounts.answers import answered, shown
from services.registry.accounts.problems import (
    AgencyEnded,
    FreshProofNeeded,
    HeldElsewhere,
    NameNeedsTwo,
    NotTheHolder,
    NoValidProof,
    OfficeTaken,
    Renamed,
    SelfApproval,
    SelfRestoration,
)
from services.registry.accounts.schemas import (
    AccountChange,
    AccountCreate,
    AccountRead,
    AccountVersionRead,
    Restoration,
    Retirement,
    ReturnToDraft,
    Suspension,
)
from services.registry.accounts.words import State
from services.registry.policy import POLICY
from shared import tenancy
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import (
    CursorParameter,
    Limit,
    Page,
    decode_id_cursor,
    decode_number_cursor,
    following,
)
from shared.policy import PeopleOnly
from shared.problems import Forbidden, IllegalTransition, Invalid, NotFound, Unauthenticated, responses
from shared.schemas import AgencyCode
from shared.urls import PLATFORMS
from shared.versions import ExpectedVersion, SeenVersion, StaleVersion, VersionNeeded

router = APIRouter(
    prefix="/v1/accounts",
    tags=["accounts"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)

Platform = Annotated[
    Literal[PLATFORMS] | None,  # type: ignore[valid-type]  # a tuple, which grows elsewhere
    Query(description="Only those on this platform."),
]


@router.post(
    "",
    operation_id="createAccount",
    openapi_extra=shows(state="draft", version=1),
    summary="Enter an account",
    status_code=201,
    responses=responses(Forbidden, PeopleOnly, HeldElsewhere, Renamed, InProgress, Invalid, KeyReused),
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
    account = await entering.create(session, actor, body)
    response.headers["Location"] = f"/v1/accounts/{account.id}"
    return await once.keep(session, actor, response, answered(account, response))


@router.get("", operation_id="listAccounts", summary="List accounts")
async def list_accounts(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.list")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    agency_code: Annotated[
        AgencyCode | None,
        Query(description="Only those of this agency and of those below it.", examples=["T82.X30169"]),
    ] = None,
    platform: Platform = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[AccountRead]:
    """Accounts of your agency and of those below it, newest first."""
    accounts = await queries.page(
        session,
        actor.agency,
        below=await tenancy.parameter(session, "agency_code", agency_code),
        platform=platform,
        state=state,
        after=decode_id_cursor(cursor),
        limit=limit,
    )
    return Page(
        items=[shown(account) for account in accounts],
        next_cursor=following(accounts, limit, lambda last: last.id),
    )


@router.get("/{account_id}", operation_id="readAccount", summary="Read one account")
async def read_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.read")],
    response: Response,
) -> AccountRead:
    """An account within your reach."""
    return answered(await service.read(session, actor, account_id), response)


@router.patch(
    "/{account_id}",
    operation_id="changeAccount",
    summary="Correct or change",
    responses=responses(
        Forbidden,
        NotTheHolder,
        IllegalTransition,
        StaleVersion,
        NameNeedsTwo,
        HeldElsewhere,
        Renamed,
        Invalid,
    ),
)
async def change_account(
    account_id: UUID,
    body: AccountChange,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.change")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Correct a draft in anything, or an active account in what is said of it but its name, which takes two people
    (`…/rename`). `null` empties a field that may be.
    """
    return answered(await entering.change(session, actor, account_id, body, expected), response)


@router.delete(
    "/{account_id}",
    operation_id="deleteAccount",
    summary="Delete a draft",
    status_code=204,
    responses=responses(Forbidden, NotTheHolder, IllegalTransition, StaleVersion),
)
async def delete_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.delete")],
    expected: ExpectedVersion,
) -> None:
    """Take back a draft that was a mistake, with its proofs and its history. What was official stays known."""
    await entering.delete(session, actor, account_id, expected)


@router.get("/{account_id}/history", operation_id="readAccountHistory", summary="Read an account's history")
async def read_account_history(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.history")],
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[AccountVersionRead]:
    """Every version of an account, newest first. Who made it is in the audit log."""
    versions = await service.history(
        session, actor, account_id, before=decode_number_cursor(cursor), limit=limit
    )
    return Page(
        items=[
            AccountVersionRead.model_validate(version.model_dump(include={*AccountVersionRead.model_fields}))
            for version in versions
        ],
        next_cursor=following(versions, limit, lambda last: last.version),
    )


@router.post(
    "/{account_id}/submit",
    operation_id="submitAccount",
    openapi_extra=shows(state="submitted", version=2),
    summary="Submit for approval",
    responses=responses(
        Forbidden, NotTheHolder, IllegalTransition, StaleVersion, NoValidProof, FreshProofNeeded
    ),
)
async def submit_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.submit")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Put a draft before a second person. Needs a valid proof of control."""
    return answered(await approving.submit(session, actor, account_id, expected), response)


@router.post(
    "/{account_id}/approve",
    operation_id="approveAccount",
    summary="Approve",
    responses=responses(
        IllegalTransition,
        StaleVersion,
        VersionNeeded,
        SelfApproval,
        AgencyEnded,
        NoValidProof,
        FreshProofNeeded,
        HeldElsewhere,
        Renamed,
        OfficeTaken,
    ),
)
async def approve_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.approve")],
    expected: SeenVersion,
    response: Response,
) -> AccountRead:
    """Make it official. Whoever submitted it cannot approve it.

    Needs the version that you have seen (`If-Match`): it may have been returned, changed and submitted again since.
    """
    return answered(await approving.approve(session, actor, account_id, expected), response)


@router.post(
    "/{account_id}/return",
    operation_id="returnAccount",
    openapi_extra=shows(state="draft", reason="incomplete"),
    summary="Return to draft",
    responses=responses(IllegalTransition, StaleVersion),
)
async def return_account(
    account_id: UUID,
    body: ReturnToDraft,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.return")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Hand a submitted account back to those who drafted it, with a word that says why."""
    return answered(await approving.send_back(session, actor, account_id, body.reason, expected), response)


@router.post(
    "/{account_id}/suspend",
    operation_id="suspendAccount",
    openapi_extra=shows(state="suspended", reason="security"),
    summary="Suspend",
    responses=responses(IllegalTransition, StaleVersion),
)
async def suspend_account(
    account_id: UUID,
    body: Suspension,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.suspend")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Stop vouching for an account, at once. Somebody else, an approver, can restore it."""
    return answered(await service.suspend(session, actor, account_id, body.reason, expected), response)


@router.post(
    "/{account_id}/restore",
    operation_id="restoreAccount",
    openapi_extra=shows(state="active", reason="recovered"),
    summary="Restore after a suspension",
    responses=responses(IllegalTransition, StaleVersion, SelfRestoration),
)
async def restore_account(
    account_id: UUID,
    body: Restoration,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.restore")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Declare a suspended account safe again, for instance after a hijacked page was won back.

    Whoever suspended it cannot restore it. Without a proof that stands, or an approval, it is `lapsed` then.
    """
    return answered(await service.restore(session, actor, account_id, body.reason, expected), response)


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
    return answered(await service.retire(session, actor, account_id, body.reason, expected), response)


@router.post(
    "/{account_id}/withdraw",
    operation_id="withdrawAccount",
    openapi_extra=shows(
        kind="public_office", office="commune_chair", state="retired", reason="withdrawn_by_holder"
    ),
    summary="Withdraw one's office's account",
    responses=responses(Forbidden, NotTheHolder, IllegalTransition, StaleVersion),
)
async def withdraw_account(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.withdraw")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """End the account of the office that you hold: at any time, and nobody has to approve.

    In any role and from any agency, also when you act for none any more.
    """
    return answered(await service.withdraw(session, actor, account_id, expected), response)
