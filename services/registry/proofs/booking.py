"""Recording what a look has found: the proof's state, its next look, and what follows for the account."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.lapsing import RECOVERY, settle
from services.registry.accounts.tables import Account
from services.registry.proofs import queries, schedule
from services.registry.proofs.examining import Finding
from services.registry.proofs.methods import METHODS
from services.registry.proofs.tables import Proof
from services.registry.settings import Settings
from shared import clock
from shared.audit import trail
from shared.auth import Actor
from shared.events.registry import ProofFailing
from shared.messaging import outbox

OFFICIAL = ("active", "lapsed", "suspended")
"""Accounts whose proofs are looked at again and have a time of grace. A draft has nothing to lose yet."""


async def book(
    session: AsyncSession,
    settings: Settings,
    actor: Actor | None,
    action: str,
    account: Account,
    proof: Proof,
    finding: Finding,
) -> None:
    """Record a finding. Account and proof are locked, in this order.

    Args:
        session: the transaction of the record.
        settings: how long proofs hold and failures are borne with.
        actor: who had it looked at, or attested; None for the schedule.
        action: what was done, for the audit log. The schedule leaves a row only where something has changed.
        account: whose proof it is.
        proof: the proof.
        finding: what was found.
    """
    before = (proof.state, proof.failing_since)
    proof.checked_at = clock.now()
    proof.lease_until = None
    proof.version += 1
    if finding.failure is None:
        _good(proof, finding, settings, proof.checked_at)
    else:
        _bad(proof, finding.failure, settings, proof.checked_at, account.state in OFFICIAL)
    await session.flush()
    if actor or before != (proof.state, proof.failing_since):
        await trail.record(session, actor, action, "proof", proof.id, account.agency_code, proof.version)
    if before == ("valid", None) and proof.state == "valid" and proof.failing_since:
        await warn(session, account, proof, proof.failing_since + grace(settings))
    await settle(session, account)


async def warn(session: AsyncSession, account: Account, proof: Proof, ends_at: datetime) -> None:
    """Tell the agency in time that a proof will stop to count."""
    event = ProofFailing(
        agency_code=account.agency_code,
        account_id=account.id,
        proof_id=proof.id,
        method=proof.method,
        failure=proof.failure or "expired",
        ends_at=ends_at,
        is_last=not await queries.has_other_valid(session, account.id, proof.id),
    )
    await outbox.emit(session, event, subject=proof.id, version=proof.version)


def grace(settings: Settings) -> timedelta:
    """How long failures of an official account's proof are borne with."""
    return timedelta(days=settings.proof_grace_days)


def _good(proof: Proof, finding: Finding, settings: Settings, now: datetime) -> None:
    proof.state, proof.strength = "valid", finding.strength
    proof.confirmed_both_ways = finding.confirmed_both_ways
    proof.failure = proof.failing_since = None
    proof.expires_at = schedule.expiry(proof.method, now, settings)
    proof.next_check_at = schedule.next_look(proof.method, now, proof.expires_at, settings)


def _bad(proof: Proof, failure: str, settings: Settings, now: datetime, official: bool) -> None:
    proof.failure, proof.failing_since = failure, proof.failing_since or now
    end = proof.failing_since + grace(settings)
    by_machine = METHODS[proof.method].look is not None
    if proof.state == "valid" and official and now < end:
        proof.next_check_at = schedule.next_try(now, proof.failing_since, end) if by_machine else end
        return
    proof.state, proof.strength, proof.expires_at = "failed", None, None
    given_up = end + RECOVERY
    again = by_machine and official and now < given_up
    proof.next_check_at = schedule.next_try(now, proof.failing_since, given_up) if again else None
