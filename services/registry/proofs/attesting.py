"""What people attest to: a code seen in a profile, a letter compared. Two persons, always."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import queries as accounts
from services.registry.accounts.tables import Account
from services.registry.proofs import booking, profile_code, queries
from services.registry.proofs.examining import Finding, subject_of
from services.registry.proofs.methods import METHODS
from services.registry.proofs.pages import identity_of
from services.registry.proofs.schemas import Attestation
from services.registry.proofs.tables import Proof
from services.registry.settings import Settings
from shared.auth import Actor
from shared.problems import Conflict, Forbidden, Invalid, NotFound, Text
from shared.versions import Expected


class SelfAttestation(Forbidden):
    """Two people are needed: whoever asked for the proof cannot attest it."""

    slug = "self-attestation"
    title = Text(
        "Người tạo bằng chứng không được tự xác nhận", "Whoever asked for the proof cannot attest it"
    )
    advice = Text(
        "Cần hai người: hãy để một người duyệt khác xem và xác nhận.",
        "Two people are needed: let another approver look and attest.",
    )


class OtherMethod(Conflict):
    """This is not how a proof by this method is shown; `method` names it."""

    slug = "other-proof-method"
    title = Text("Bằng chứng này được kiểm tra theo cách khác", "This proof is shown in another way")
    advice = Text(
        "Bằng chứng do máy kiểm tra (`well_known`, `backlink`, `dns_txt`) dùng …/check; `profile_code` dùng …/attest; "
        "`document` dùng …/confirm. `method` là phương thức của bằng chứng này.",
        "Proofs that machines look at (`well_known`, `backlink`, `dns_txt`) take …/check, `profile_code` takes "
        "…/attest, `document` takes …/confirm. `method` is that of this proof.",
    )


async def attest(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    account_id: UUID,
    proof_id: UUID,
    body: Attestation,
    expected: Expected,
) -> tuple[Proof, Account]:
    """Record that a second person saw the code in the account's own profile.

    Raises:
        NotFound, StaleVersion, OtherMethod, SelfAttestation: as in `_locked`.
        Invalid: it is another profile, another code, or another id.
    """
    account, proof = await _locked(session, actor, account_id, proof_id, expected, "profile_code")
    if identity_of(body.url) not in subject_of(account, proof).identities:
        raise Invalid.at(
            "/url",
            Text("Đây không phải trang của tài khoản này.", "This is not the profile of the account."),
        )
    if not profile_code.same(proof.token or "", body.code):
        raise Invalid.at(
            "/code", Text("Không đúng mã của bằng chứng này.", "This is not the code of this proof.")
        )
    known = (account.platform_id or "").rpartition("/")[2]
    if body.platform_id and known not in ("", body.platform_id):
        raise Invalid.at(
            "/platform_id",
            Text(
                "Mã số khác với mã đã đăng ký của tài khoản.", "The account is registered under another id."
            ),
        )
    proof.seen_platform_id = body.platform_id
    return await _attested(session, settings, actor, account, proof, "proofs.attest")


async def confirm(
    session: AsyncSession,
    settings: Settings,
    actor: Actor,
    account_id: UUID,
    proof_id: UUID,
    expected: Expected,
) -> tuple[Proof, Account]:
    """Record that a second person compared the letter.

    A letter of another agency, confirmed by that agency's own approver, counts as `medium`: somebody outside says
    whose the account is.

    Raises:
        NotFound, StaleVersion, OtherMethod, SelfAttestation: as in `_locked`.
    """
    account, proof = await _locked(session, actor, account_id, proof_id, expected, "document")
    return await _attested(session, settings, actor, account, proof, "proofs.confirm")


async def _locked(
    session: AsyncSession, actor: Actor, account_id: UUID, proof_id: UUID, expected: Expected, method: str
) -> tuple[Account, Proof]:
    account = await accounts.find(session, account_id, actor.agency, lock=True)
    if account is None:
        raise NotFound
    proof = await queries.find(session, account_id, proof_id, lock=True)
    if proof is None:
        raise NotFound
    expected.require(proof.version)
    if proof.method != method:
        raise OtherMethod(method=proof.method)
    if (proof.creator_issuer, proof.creator_subject) == actor.identity:
        raise SelfAttestation
    return account, proof


async def _attested(
    session: AsyncSession, settings: Settings, actor: Actor, account: Account, proof: Proof, action: str
) -> tuple[Proof, Account]:
    outside = proof.document_issuer not in (None, account.agency_code)
    by_issuer = outside and actor.agency == proof.document_issuer
    strength = "medium" if by_issuer else METHODS[proof.method].strength
    proof.attester_issuer, proof.attester_subject = actor.identity
    await booking.book(session, settings, actor, action, account, proof, Finding(None, strength))
    return proof, account
