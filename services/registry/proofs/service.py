"""Adding and checking proofs."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import queries as accounts
from services.registry.accounts.tables import Account
from services.registry.proofs import queries, well_known
from services.registry.proofs.schemas import ProofCreate
from services.registry.proofs.tables import Proof
from services.registry.settings import Settings
from shared import clock
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id, pause
from shared.outbound import address
from shared.outbound.client import Outbound
from shared.problems import Invalid, NotFound, Text


def outbound_policy(settings: Settings) -> address.Policy:
    """Where proofs may be fetched from: public addresses, by https or plain http."""
    return address.Policy(
        allow_loopback=settings.allow_loopback_targets, schemes=frozenset({"https", "http"})
    )


async def create(
    session: AsyncSession, settings: Settings, actor: Actor, account_id: UUID, body: ProofCreate
) -> tuple[Proof, Account]:
    """Announce a proof; the answer tells what to publish.

    Raises:
        NotFound: no such account within reach.
        Invalid: the site is no address of a site, or not a public one.
    """
    account = await _account(session, actor, account_id)
    parts = urlsplit(body.site)
    if parts.path or parts.query or parts.fragment:
        raise Invalid.at("/site", Text("Chỉ gồm giao thức và tên máy chủ.", "Scheme and host only, no path."))
    await pause(session)
    try:
        await address.check(body.site, outbound_policy(settings))
    except address.Blocked as refused:
        raise Invalid.at("/site", well_known.explain(refused.code), reason=refused.code) from refused
    proof = Proof(
        id=new_id(),
        account_id=account.id,
        method=body.method,
        site=body.site,
        state="pending",
        created_at=clock.now(),
    )
    session.add(proof)
    await session.flush()
    await trail.record(session, actor, "proofs.create", "proof", proof.id, account.agency_code, proof.version)
    return proof, account


async def check(
    session: AsyncSession,
    settings: Settings,
    outbound: Outbound,
    actor: Actor,
    account_id: UUID,
    proof_id: UUID,
) -> tuple[Proof, Account]:
    """Fetch what the agency published and record whether it proves control.

    Raises:
        NotFound: no such proof within reach.
    """
    account = await _account(session, actor, account_id)
    proof = await queries.find(session, account_id, proof_id)
    if proof is None:
        raise NotFound
    await pause(session)
    failure = await well_known.look(outbound, proof.site, account.identity, settings.proof_timeout_seconds)

    proof = await queries.find(session, account_id, proof_id, lock=True)
    if proof is None:
        raise NotFound
    proof.state = "failed" if failure else "valid"
    proof.failure = failure
    proof.checked_at = clock.now()
    proof.expires_at = None if failure else proof.checked_at + timedelta(days=settings.proof_valid_days)
    proof.version += 1
    await session.flush()
    await trail.record(session, actor, "proofs.check", "proof", proof.id, account.agency_code, proof.version)
    return proof, account


async def listed(session: AsyncSession, actor: Actor, account_id: UUID) -> tuple[list[Proof], Account]:
    """All proofs of an account within reach."""
    account = await _account(session, actor, account_id)
    return await queries.of_account(session, account_id), account


async def _account(session: AsyncSession, actor: Actor, account_id: UUID) -> Account:
    account = await accounts.find(session, account_id, actor.agency)
    if account is None:
        raise NotFound
    return account
