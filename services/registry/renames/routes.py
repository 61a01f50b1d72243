"""`/v1/accounts/{account_id}/rename`: the new handle or name of an account, or an id that was not known."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.registry.accounts.answers import answered
from services.registry.accounts.problems import (
    FreshProofNeeded,
    HeldElsewhere,
    NoPlatformId,
    NotTheHolder,
    Renamed,
    SelfApproval,
)
from services.registry.accounts.schemas import AccountRead, AccountRename
from services.registry.policy import POLICY
from services.registry.renames import service
from shared.auth import Actor
from shared.db import Session
from shared.openapi import shows
from shared.problems import Forbidden, IllegalTransition, Invalid, NotFound, Unauthenticated, responses
from shared.versions import ExpectedVersion, SeenVersion, StaleVersion, VersionNeeded

router = APIRouter(
    prefix="/v1/accounts/{account_id}/rename",
    tags=["accounts"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)


@router.post(
    "",
    operation_id="proposeAccountRename",
    openapi_extra=shows(new_url="https://www.facebook.com/ubndlapvo", new_display_name="UBND xã Lấp Vò"),
    summary="Propose another handle or name",
    responses=responses(
        Forbidden,
        NotTheHolder,
        IllegalTransition,
        StaleVersion,
        NoPlatformId,
        HeldElsewhere,
        Renamed,
        Invalid,
    ),
)
async def propose_account_rename(
    account_id: UUID,
    body: AccountRename,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.propose_rename")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Name the new handle of the same account, or its immutable id where none is known so far; its new display name;
    or both. It takes the place of what was proposed before, and counts once a second person has approved it.
    """
    return answered(await service.propose(session, actor, account_id, body, expected), response)


@router.post(
    "/approve",
    operation_id="approveAccountRename",
    summary="Approve the new handle or name",
    responses=responses(
        Forbidden,
        SelfApproval,
        IllegalTransition,
        StaleVersion,
        VersionNeeded,
        FreshProofNeeded,
        HeldElsewhere,
        Renamed,
    ),
)
async def approve_account_rename(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.rename")],
    expected: SeenVersion,
    response: Response,
) -> AccountRead:
    """Let the account be found by its new handle and show its new name, whichever was proposed. The old handle is
    verified as `former` from now on.

    Needs the version that you have seen (`If-Match`): whoever proposed it can put another proposal in its place.
    """
    return answered(await service.approve(session, actor, account_id, expected), response)


@router.post(
    "/withdraw",
    operation_id="withdrawAccountRename",
    summary="Drop the new handle or name",
    responses=responses(IllegalTransition, StaleVersion),
)
async def withdraw_account_rename(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("accounts.withdraw_rename")],
    expected: ExpectedVersion,
    response: Response,
) -> AccountRead:
    """Take the proposal back, or refuse it: the account keeps handle and name."""
    return answered(await service.withdraw(session, actor, account_id, expected), response)
