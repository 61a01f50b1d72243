"""`/v1/accounts/{account_id}/proofs`: showing that an account is the agency's own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.registry.accounts.tables import Account
from services.registry.policy import POLICY
from services.registry.proofs import service, well_known
from services.registry.proofs.schemas import Failure, ProofCreate, ProofRead, Publish
from services.registry.proofs.tables import Proof
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import Page
from shared.problems import Forbidden, Invalid, Language, NotFound, Unauthenticated, responses

router = APIRouter(
    prefix="/v1/accounts/{account_id}/proofs",
    tags=["proofs"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)


@router.post(
    "",
    operation_id="createProof",
    openapi_extra=shows(state="pending", checked_at=None, expires_at=None, version=1),
    summary="Add a proof",
    status_code=201,
    responses=responses(InProgress, Invalid, KeyReused),
)
async def create_proof(
    account_id: UUID,
    body: ProofCreate,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("proofs.create")],
    once: Idempotency,
    language: Language,
    response: Response,
) -> ProofRead:
    """Announce how control will be shown. The answer says what to publish; have it checked afterwards."""
    await once.claim(session, actor)
    proof, account = await service.create(session, request.app.state.settings, actor, account_id, body)
    return await once.keep(session, actor, response, _read(proof, account, language))


@router.get("", operation_id="listProofs", summary="List an account's proofs")
async def list_proofs(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("proofs.list")],
    language: Language,
) -> Page[ProofRead]:
    """All proofs of an account, newest first."""
    proofs, account = await service.listed(session, actor, account_id)
    return Page(items=[_read(proof, account, language) for proof in proofs], next_cursor=None)


@router.post("/{proof_id}/check", operation_id="checkProof", summary="Check a proof now")
async def check_proof(
    account_id: UUID,
    proof_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("proofs.check")],
    language: Language,
) -> ProofRead:
    """Fetch the agency's trust.txt and look for the account. `failure` says why it did not prove anything."""
    state = request.app.state
    proof, account = await service.check(session, state.settings, state.outbound, actor, account_id, proof_id)
    return _read(proof, account, language)


def _read(proof: Proof, account: Account, language: str) -> ProofRead:
    failure = proof.failure and Failure(
        code=proof.failure, detail=well_known.explain(proof.failure).in_language(language)
    )
    return ProofRead(
        **proof.model_dump(exclude={"failure"}),
        failure=failure or None,
        publish=Publish(paths=list(well_known.PATHS), line=f"social={account.url}"),
    )
