"""Adding and checking proofs."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import queries as accounts
from services.registry.accounts.tables import Account
from services.registry.agencies import queries as agencies
from services.registry.proofs import booking, profile_code, queries
from services.registry.proofs.attesting import OtherMethod
from services.registry.proofs.examining import examine, subject_of
from services.registry.proofs.failures import explain
from services.registry.proofs.method import Probe, Standing, host_of
from services.registry.proofs.methods import METHODS
from services.registry.proofs.schemas import (
    BacklinkProof,
    DnsTxtProof,
    DocumentProof,
    ProofCreate,
    WellKnownProof,
)
from services.registry.proofs.sites import standing
from services.registry.proofs.tables import Proof
from services.registry.settings import Settings
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id, pause
from shared.outbound import address
from shared.problems import Invalid, NotFound, Text
from shared.urls.domains import registrable


def outbound_policy(settings: Settings) -> address.Policy:
    """Where proofs may be fetched from: public addresses, by https or plain http."""
    return address.Policy(
        allow_loopback=settings.allow_loopback_targets, schemes=frozenset({"https", "http"})
    )


async def create(
    session: AsyncSession,
    settings: Settings,
    probe: Probe,
    actor: Actor,
    account_id: UUID,
    body: ProofCreate,
) -> tuple[Proof, Account]:
    """Announce a proof; the answer tells what to do.

    Raises:
        NotFound: no such account within reach.
        Invalid: the site is no address of a site, not a public one, or another agency's; or the letter is of
            nobody, or of the future; or too many proofs of the account stand already.
    """
    account = await _account(session, actor, account_id)
    proof = Proof(
        id=new_id(),
        account_id=account.id,
        method=body.method,
        token=profile_code.new_code() if METHODS[body.method].has_code else None,
        state="pending",
        creator_issuer=actor.issuer,
        creator_subject=actor.subject,
        created_at=clock.now(),
    )
    if isinstance(body, WellKnownProof | BacklinkProof | DnsTxtProof):
        proof.site = _origin(settings, body.site)
        proof.host = host_of(proof.site)
        proof.path = body.path if isinstance(body, BacklinkProof) else None
        _refuse(await standing(session, account, proof.site))
        await pause(session)
        await _reachable(probe, proof)
        account = await _account(session, actor, account_id, lock=True)  # it may be gone by now
    elif isinstance(body, DocumentProof):
        proof.document_issuer = await _issuer(session, body)
        proof.document_number, proof.document_date = body.number, body.issued_on
    if not await queries.make_room(session, account_id):
        raise Invalid.at("/method", _TOO_MANY, reason="too-many-proofs")
    session.add(proof)
    await session.flush()
    await trail.record(session, actor, "proofs.create", "proof", proof.id, account.agency_code, proof.version)
    return proof, account


async def check(
    session: AsyncSession, settings: Settings, probe: Probe, actor: Actor, account_id: UUID, proof_id: UUID
) -> tuple[Proof, Account]:
    """Look at what the agency published and record whether it proves control.

    Raises:
        NotFound: no such proof within reach.
        OtherMethod: people attest to it.
    """
    account = await _account(session, actor, account_id)
    proof = await queries.find(session, account_id, proof_id)
    if proof is None:
        raise NotFound
    if METHODS[proof.method].look is None:
        raise OtherMethod(method=proof.method)
    subject = subject_of(account, proof)
    site = await standing(session, account, subject.site)
    await pause(session)
    finding = await examine(probe, proof.method, subject, site)

    account = await _account(session, actor, account_id, lock=True)
    proof = await queries.find(session, account_id, proof_id, lock=True)
    if proof is None:
        raise NotFound
    if (
        subject_of(account, proof) != subject
    ):  # renamed or handed over meanwhile: something else has to be shown
        return await check(session, settings, probe, actor, account_id, proof_id)
    await booking.book(session, settings, actor, "proofs.check", account, proof, finding)
    return proof, account


async def listed(session: AsyncSession, actor: Actor, account_id: UUID) -> tuple[list[Proof], Account]:
    """All proofs of an account within reach."""
    account = await _account(session, actor, account_id)
    return await queries.of_account(session, account_id), account


async def _account(session: AsyncSession, actor: Actor, account_id: UUID, *, lock: bool = False) -> Account:
    account = await accounts.find(session, account_id, actor.agency, lock=lock)
    if account is None:
        raise NotFound
    return account


def _origin(settings: Settings, site: str) -> str:
    """Scheme and host of a site, in the one form that they have.

    Raises:
        Invalid: it is no such address.
    """
    try:
        url = address.admit(site, outbound_policy(settings))
    except address.Blocked as refused:
        raise _refusal(refused.code) from refused
    if url.raw_path_qs not in ("", "/") or url.raw_fragment:
        raise Invalid.at("/site", Text("Chỉ gồm giao thức và tên máy chủ.", "Scheme and host only, no path."))
    # Whoever may run a program on a machine can open a high port there; the local stack has no others.
    if not url.is_default_port() and not settings.allow_loopback_targets:
        raise _refusal("bad-port")
    host = (url.raw_host or "").removesuffix(".")  # a name with its root is the same name
    return str(url.with_host(host).origin())


def _refuse(site: Standing) -> None:
    if site.refused:
        holder = {"holder": {"agency_code": site.holder}} if site.holder else {}
        raise _refusal(site.refused, **holder)


async def _reachable(probe: Probe, proof: Proof) -> None:
    """Refuse a site that could never be looked at."""
    site = proof.site or ""
    if proof.method == "dns_txt":
        if registrable(host_of(site)) is None:
            raise Invalid.at(
                "/site",
                Text("Cần một tên miền, không phải địa chỉ số.", "A domain name is needed, not an address."),
            )
        return
    try:
        await probe.outbound.check(site)
    except address.Blocked as refused:
        raise _refusal(refused.code) from refused


async def _issuer(session: AsyncSession, body: DocumentProof) -> str:
    """The code of the agency that a letter is of."""
    agency = await agencies.find(session, body.issued_by)
    if body.issued_on > clock.today():
        raise Invalid.at(
            "/issued_on", Text("Ngày văn bản ở tương lai.", "The letter's date is in the future.")
        )
    if agency is None or not tenancy.in_force(agency, body.issued_on):
        raise Invalid.at(
            "/issued_by",
            Text(
                "Không có cơ quan này vào ngày của văn bản.", "There was no such agency on the letter's day."
            ),
        )
    return str(agency.code)


_TOO_MANY = Text(
    f"Tài khoản đã có {queries.MOST} bằng chứng còn hiệu lực.",
    f"The account has {queries.MOST} proofs that stand.",
)


def _refusal(code: str, **members: object) -> Invalid:
    return Invalid.at("/site", explain(code), reason=code, **members)
