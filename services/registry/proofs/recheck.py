"""The worker's job: proofs are looked at again before anybody has to ask, politely, and the agency is told in time.

Each turn claims what is due, looks, and records it. A process that dies leaves leases behind; when they have run out
somebody else looks. Whatever was recorded meanwhile, by a person say, stands: a lease is the claim's name.
"""

import asyncio
import logging
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import prometheus_client
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import lapsing
from services.registry.accounts import queries as accounts
from services.registry.accounts.tables import Account
from services.registry.proofs import booking, queries, schedule
from services.registry.proofs.dns_txt import resolver
from services.registry.proofs.examining import Finding, examine, subject_of
from services.registry.proofs.method import Probe, Standing, Subject
from services.registry.proofs.methods import METHODS
from services.registry.proofs.service import outbound_policy
from services.registry.proofs.sites import standing
from services.registry.proofs.tables import Proof
from services.registry.settings import Settings
from shared import clock
from shared.db import Database
from shared.outbound.client import Outbound
from shared.problems import Unavailable
from shared.telemetry import continue_trace

log = logging.getLogger(__name__)

AT_ONCE = 16
SPACING = timedelta(seconds=1)
"""Between two looks at one host, whichever replica looks."""
POLL_SECONDS = 15.0
SWEEP_SECONDS = 3600.0
_SWEPT_AT_ONCE = 1000
_LONGEST_LOOKS = 4  # fetches of one look: two names or paths, the way back, and room
_ROOM = timedelta(seconds=60)
_PUT_OFF = timedelta(hours=1)
_LATEST = 20
_UNREACHED = frozenset({"timeout", "dns", "connect"})

RECHECKS = prometheus_client.Counter("proof_rechecks", "Scheduled looks at proofs.", ["outcome"])


@dataclass(frozen=True)
class Rechecker:
    """Looks at the proofs that are due."""

    database: Database
    settings: Settings
    probe: Probe
    spacing: timedelta = SPACING
    reached: deque[bool] = field(default_factory=lambda: deque(maxlen=_LATEST))
    """Of the latest sites that had answered before, whether they did; as many as it takes to suspect oneself."""

    async def run(self) -> None:
        """Look for ever."""
        swept = float("-inf")
        while True:
            found = 0
            try:
                if time.monotonic() - swept >= SWEEP_SECONDS:
                    await self.sweep()
                    swept = time.monotonic()
                found = await self.turn()
            except Unavailable:
                log.warning("no proof looked at, the database is away")
            await asyncio.sleep(SPACING.total_seconds() if found else POLL_SECONDS)

    async def turn(self) -> int:
        """Look at what is due, a few at once; returns at how many."""
        claims = await self.claim()
        await asyncio.gather(*(self.look(claim) for claim in claims))
        return len(claims)

    async def sweep(self) -> None:
        """Settle active accounts without any proof. There should be none: this is the net below the other rules."""
        async with self.database.transaction() as session:
            unproven = await queries.unproven(session, _SWEPT_AT_ONCE)
        for account_id in unproven:
            async with self.database.transaction() as session:
                account = await accounts.lock(session, account_id)
                if account is not None:
                    await lapsing.settle(session, account)

    async def claim(self) -> Any:
        """Lease what is due."""
        lease = _ROOM + _LONGEST_LOOKS * timedelta(seconds=self.settings.proof_timeout_seconds)
        async with self.database.transaction() as session:
            return await queries.claim_due(
                session, clock.now(), lease=lease, spacing=self.spacing, limit=AT_ONCE
            )

    async def look(self, claim: Any) -> None:
        """Look at what one claim names, and record it if the claim still holds."""
        continue_trace(None)
        try:
            finding, subject = await self._find(claim)
            if finding and finding.failure in _UNREACHED and self._is_cut_off():
                log.error("no site answers any more: proofs are not judged until one does")
                await self._put_off(claim)
                return
            await self._record(claim, finding, subject)
        except Unavailable:
            log.warning("what a proof shows was not recorded, the database is away")
        except Exception as failure:  # noqa: BLE001 - one proof must not keep the others from being looked at
            # Only the kind: what the message says could name the site.
            log.error("a look at a proof broke", extra={"error": type(failure).__name__})  # noqa: TRY400
            await self._put_off(claim)

    async def _find(self, claim: Any) -> tuple[Finding, Subject] | tuple[None, None]:
        """What a look finds, and of what; nothing where there is nothing for a machine to look at."""
        async with self.database.transaction() as session:
            asked = await _asked(session, claim)
        if asked is None:
            return None, None
        method, subject, site, was_good = asked
        finding = await examine(self.probe, method, subject, site)
        RECHECKS.labels(finding.failure or "good").inc()
        if was_good:
            self.reached.append(finding.failure not in _UNREACHED)
        return finding, subject

    def _is_cut_off(self) -> bool:
        """Whether it is this side that reaches nobody. Nobody's account shall lapse for that."""
        return len(self.reached) == self.reached.maxlen and not any(self.reached)

    async def _record(self, claim: Any, finding: Finding | None, subject: Subject | None) -> None:
        async with self.database.transaction() as session:
            account, proof = await _claimed(session, claim)
            if account is None or proof is None:
                return
            if subject and subject != subject_of(account, proof):
                proof.lease_until = None  # renamed or handed over meanwhile: it is still due
                return
            if finding is None and proof.expires_at and proof.expires_at > clock.now():
                await self._wait(session, account, proof, proof.expires_at)
                return
            found = finding or Finding("expired")
            await booking.book(session, self.settings, None, "proofs.recheck", account, proof, found)

    async def _wait(
        self, session: AsyncSession, account: Account, proof: Proof, expires_at: datetime
    ) -> None:
        """Come again: when its term ends for what people attested to; as ever for what is not official (yet)."""
        by_machine = METHODS[proof.method].look is not None
        next_look = schedule.next_look(proof.method, clock.now(), expires_at, self.settings)
        proof.next_check_at, proof.lease_until = next_look if by_machine else expires_at, None
        await session.flush()
        if account.state in booking.OFFICIAL and not by_machine:
            await booking.warn(session, account, proof, expires_at)

    async def _put_off(self, claim: Any) -> None:
        async with self.database.transaction() as session:
            _, proof = await _claimed(session, claim)
            if proof is not None:
                proof.next_check_at, proof.lease_until = clock.now() + _PUT_OFF, None


async def _asked(session: AsyncSession, claim: Any) -> tuple[str, Subject, Standing, bool] | None:
    account = await accounts.read(session, claim.account_id)
    proof = await queries.find(session, claim.account_id, claim.id)
    if account is None or proof is None:
        return None
    if account.state not in booking.OFFICIAL or METHODS[proof.method].look is None:
        return None
    subject = subject_of(account, proof)
    site = await standing(session, account, subject.site)
    return proof.method, subject, site, proof.state == "valid" and proof.failing_since is None


async def _claimed(session: AsyncSession, claim: Any) -> tuple[Account | None, Proof | None]:
    """Account and proof, locked in this order; no proof when it has changed hands since."""
    account = await accounts.lock(session, claim.account_id)
    proof = await queries.find(session, claim.account_id, claim.id, lock=True)
    return account, proof if proof and proof.lease_until == claim.lease_until else None


async def recheck(database: Database, settings: Settings) -> None:
    """The worker's job: look for ever."""
    async with Outbound(outbound_policy(settings)) as outbound:
        probe = Probe(outbound, resolver(settings.proof_dns_servers), settings.proof_timeout_seconds)
        await Rechecker(database, settings, probe).run()
