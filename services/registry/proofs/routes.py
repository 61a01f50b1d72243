"""`/v1/accounts/{account_id}/proofs`: showing that an account is the agency's own."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from services.registry.accounts.tables import Account
from services.registry.policy import POLICY
from services.registry.proofs import attesting, service
from services.registry.proofs.examining import subject_of
from services.registry.proofs.failures import explain
from services.registry.proofs.methods import METHODS
from services.registry.proofs.schemas import Attestation, Document, Failure, ProofCreate, ProofRead, Publish
from services.registry.proofs.tables import Proof
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import Page
from shared.problems import Forbidden, Invalid, Language, NotFound, Unauthenticated, responses
from shared.versions import ExpectedVersion, StaleVersion, tag

router = APIRouter(
    prefix="/v1/accounts/{account_id}/proofs",
    tags=["proofs"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)


@router.post(
    "",
    operation_id="createProof",
    openapi_extra=shows(
        state="pending", strength=None, checked_at=None, expires_at=None, next_check_at=None, version=1
    ),
    summary="Add a proof",
    status_code=201,
    responses=responses(InProgress, Invalid, KeyReused),
)
async def create_proof(
    account_id: UUID,
    body: Annotated[ProofCreate, Body()],
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("proofs.create")],
    once: Idempotency,
    language: Language,
    response: Response,
) -> ProofRead:
    """Announce how control will be shown. `publish` says what to do; have it checked, or attested, afterwards.

    A site has to be the agency's: one that is registered to an agency which does not stand above yours is refused
    with 422, and `holder` names that agency. A site outside `.gov.vn` that nobody has registered counts for less.
    """
    await once.claim(session, actor)
    state = request.app.state
    made = await service.create(session, state.settings, state.probe, actor, account_id, body)
    return await once.keep(session, actor, response, _read(*made, language, response))


@router.get("", operation_id="listProofs", summary="List an account's proofs")
async def list_proofs(
    account_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("proofs.list")],
    language: Language,
) -> Page[ProofRead]:
    """All proofs of an account, newest first."""
    proofs, account = await service.listed(session, actor, account_id)
    return Page(items=[_shown(proof, account, language) for proof in proofs], next_cursor=None)


@router.post(
    "/{proof_id}/check",
    operation_id="checkProof",
    summary="Check a proof now",
    responses=responses(attesting.OtherMethod),
)
async def check_proof(
    account_id: UUID,
    proof_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("proofs.check")],
    language: Language,
    response: Response,
) -> ProofRead:
    """Look at what the agency published. `failure` says why it did not prove anything.

    It is looked at again by itself every few days, and the agency is told when something is wrong.
    """
    state = request.app.state
    found = await service.check(session, state.settings, state.probe, actor, account_id, proof_id)
    return _read(*found, language, response)


@router.post(
    "/{proof_id}/attest",
    operation_id="attestProof",
    openapi_extra=shows(method="profile_code", site=None, strength="medium"),
    summary="Attest to a code in the profile",
    responses=responses(attesting.OtherMethod, attesting.SelfAttestation, StaleVersion),
)
async def attest_proof(
    account_id: UUID,
    proof_id: UUID,
    body: Attestation,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("proofs.attest")],
    expected: ExpectedVersion,
    language: Language,
    response: Response,
) -> ProofRead:
    """Say what you saw on the account's own profile. Whoever asked for the code cannot attest to it."""
    settings = request.app.state.settings
    attested = await attesting.attest(session, settings, actor, account_id, proof_id, body, expected)
    return _read(*attested, language, response)


@router.post(
    "/{proof_id}/confirm",
    operation_id="confirmProof",
    openapi_extra=shows(
        method="document",
        site=None,
        strength="weak",
        document={"number": "05/TB-UBND", "issued_on": "2026-02-18", "issued_by": "T82"},
    ),
    summary="Confirm an official letter",
    responses=responses(attesting.OtherMethod, attesting.SelfAttestation, StaleVersion),
)
async def confirm_proof(
    account_id: UUID,
    proof_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("proofs.confirm")],
    expected: ExpectedVersion,
    language: Language,
    response: Response,
) -> ProofRead:
    """Say that you compared the letter. It counts for more when its issuer, another agency, does so itself."""
    settings = request.app.state.settings
    confirmed = await attesting.confirm(session, settings, actor, account_id, proof_id, expected)
    return _read(*confirmed, language, response)


def _read(proof: Proof, account: Account, language: str, response: Response) -> ProofRead:
    tag(response, proof.version)
    return _shown(proof, account, language)


def _shown(proof: Proof, account: Account, language: str) -> ProofRead:
    method, subject = METHODS[proof.method], subject_of(account, proof)
    failure, number, dated, issuer = (
        proof.failure,
        proof.document_number,
        proof.document_date,
        proof.document_issuer,
    )
    own = {"document", "failure", "publish"}
    return ProofRead(
        **{name: getattr(proof, name) for name in ProofRead.model_fields.keys() - own},
        document=Document(number=number, issued_on=dated, issued_by=issuer)
        if number and dated and issuer
        else None,
        failure=Failure(code=failure, detail=explain(failure, method.failures).in_language(language))
        if failure
        else None,
        publish=Publish(
            instructions=method.instructions.in_language(language),
            places=method.places(subject),
            line=method.line(subject),
        ),
    )
