"""The dispatcher: takes due deliveries, makes them, and books how they ended.

One loop turns: each turn is one transaction that books what has ended and claims what is due. The
deliveries themselves run beside it, many at a time. A process that dies leaves leases behind, and
when they run out somebody else takes the deliveries up: nothing is lost, and what arrives twice
carries the same `webhook-id`.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
import prometheus_client

from services.notifications.base import SCHEMA
from services.notifications.deliveries.leases import Booking, book, claim_due
from services.notifications.deliveries.schedule import next_try
from services.notifications.deliveries.signing import signature_headers
from services.notifications.settings import Settings
from services.notifications.subscriptions import queries as subscriptions
from services.notifications.subscriptions.sealing import Receiver, open_receiver
from services.notifications.subscriptions.service import outbound_policy, switch_off
from shared import clock
from shared.crypto import KeyRing, Unsealable, key_ring
from shared.db import Database
from shared.messaging.listen import listen
from shared.outbound.address import Blocked
from shared.outbound.client import FetchFailed, Outbound
from shared.problems import Unavailable
from shared.tasks import stop
from shared.telemetry import continue_trace

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
POLL_SECONDS = 1.0
BOOKING_DELAY_SECONDS = 0.01  # what ends together is booked together
UNDER_WAY = 512
UNDER_WAY_PER_SUBSCRIPTION = 64
UNDER_WAY_PER_FAILING = 4

DELIVERIES = prometheus_client.Counter("webhook_deliveries", "Tries to deliver.", ["outcome"])
DELIVERING = prometheus_client.Gauge("webhook_deliveries_under_way", "Deliveries under way.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended. `error` is None when it arrived."""

    claim: Any
    at: datetime
    duration_ms: int
    status: int | None
    error: str | None
    retry_after: str | None

    def booking(self) -> Booking:
        """What to record, and when to try again."""
        state, next_at = "delivered", None
        if self.error is not None:
            if self.status != HTTPStatus.GONE:
                next_at = next_try(
                    self.claim.step, clock.now(), status=self.status, retry_after=self.retry_after
                )
            state = "pending" if next_at else "dead"
        return Booking(
            self.claim.delivery_id,
            self.claim.lease_until,
            state,
            next_at,
            self.at,
            self.duration_ms,
            self.status,
            self.error,
        )

    def hopeless(self, limit: timedelta) -> bool:
        """Whether there is nobody there any more: the receiver says so, or nothing arrived for so long."""
        since = self.claim.failing_since
        failing = self.error is not None and since is not None and self.at - since >= limit
        return failing or self.status == HTTPStatus.GONE


@dataclass
class Dispatcher:
    """Makes the deliveries of all subscriptions."""

    database: Database
    settings: Settings
    ring: KeyRing
    outbound: Outbound
    under_way: Counter[UUID] = field(default_factory=Counter)
    ended: list[Outcome] = field(default_factory=list)
    tasks: "set[asyncio.Task[None]]" = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Deliver for ever."""
        listening = asyncio.create_task(listen(self.settings, f"{SCHEMA}_deliveries", self.woken.set))
        try:
            while True:
                self.woken.clear()
                try:
                    await self._turn()
                except Unavailable:
                    await asyncio.sleep(0.5)
                    continue
                await self._rest()
        finally:
            await stop(listening, *self.tasks)

    async def _rest(self) -> None:
        """Until something was entered or has ended; else until it is time to look for what is due."""
        with suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self.woken.wait()

    async def _turn(self) -> None:
        """Book what has ended, claim what is due, and set out with it."""
        ended, self.ended = self.ended, []
        try:
            async with self.database.transaction() as session:
                if ended:
                    await book(session, [outcome.booking() for outcome in ended])
                    await subscriptions.note_health(session, _health(ended), clock.now())
                claims = await claim_due(
                    session,
                    total=UNDER_WAY - self.under_way.total(),
                    well=UNDER_WAY_PER_SUBSCRIPTION,
                    failing=UNDER_WAY_PER_FAILING,
                    busy=self.under_way,
                    lease=LEASE,
                )
        except Unavailable:
            self.ended = ended + self.ended
            raise
        one_of_each = {claim.id: claim for claim in claims}
        receivers = {key: self._open(claim) for key, claim in one_of_each.items()}
        for claim in claims:
            self.under_way[claim.id] += 1
            task = asyncio.create_task(self._deliver(claim, receivers[claim.id]))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        DELIVERING.set(self.under_way.total())
        await self._switch_off_the_hopeless(ended)

    def _open(self, claim: Any) -> Receiver | None:
        """Where the deliveries of a subscription go; None when its key does not open it."""
        try:
            return open_receiver(self.ring, claim, clock.now())
        except Unsealable:
            log.error("subscription cannot be opened", extra={"subscription": str(claim.id)})  # noqa: TRY400
            return None

    async def _deliver(self, claim: Any, receiver: Receiver | None) -> None:
        """Make one delivery. Whatever happens, it has an outcome."""
        at, began = clock.now(), time.perf_counter()
        status = error = retry_after = None
        try:
            if receiver is None:
                raise Unsealable  # noqa: TRY301 - told below like everything that breaks
            body = claim.envelope.encode()
            answer = await self.outbound.post(
                receiver.url,
                body=body,
                headers={
                    **signature_headers(receiver.secrets, str(claim.event_id), at, body),
                    "content-type": "application/json",
                    "chinh-danh-sequence": str(claim.seq),
                    "traceparent": orjson.loads(body)["traceparent"],
                },
                timeout=self.settings.delivery_timeout_seconds,
            )
            status, retry_after = answer.status, answer.headers.get("retry-after")
            error = None if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else "http-status"
        except (Blocked, FetchFailed) as refused:
            error = refused.code
        except Exception as failure:  # noqa: BLE001 - a delivery must not end without an outcome
            # Only the kind: what the message says could name the receiver.
            log.error("delivery broke", extra={"error": type(failure).__name__})  # noqa: TRY400
            error = "internal"
        self._end(Outcome(claim, at, round((time.perf_counter() - began) * 1000), status, error, retry_after))

    def _end(self, outcome: Outcome) -> None:
        DELIVERIES.labels(outcome.error or "delivered").inc()
        self.under_way[outcome.claim.id] -= 1
        if not self.under_way[outcome.claim.id]:
            del self.under_way[outcome.claim.id]
        if not self.ended:
            asyncio.get_running_loop().call_later(BOOKING_DELAY_SECONDS, self.woken.set)
        self.ended.append(outcome)

    async def _switch_off_the_hopeless(self, ended: Sequence[Outcome]) -> None:
        """Each in a transaction of its own: the turn's holds locks on subscriptions already."""
        limit = timedelta(days=self.settings.disable_after_days)
        hopeless = {outcome.claim.id: outcome for outcome in ended if outcome.hopeless(limit)}
        for subscription, outcome in hopeless.items():
            continue_trace(orjson.loads(outcome.claim.envelope)["traceparent"])
            reason = "gone" if outcome.status == HTTPStatus.GONE else "failing"
            async with self.database.transaction() as session:
                await switch_off(session, subscription, reason, outcome.claim.event_id)


def _health(ended: Sequence[Outcome]) -> dict[UUID, bool]:
    """Of each subscription, whether anything arrived."""
    well: dict[UUID, bool] = {}
    for outcome in ended:
        well[outcome.claim.id] = well.get(outcome.claim.id, False) or outcome.error is None
    return well


async def dispatch(database: Database, settings: Settings) -> None:
    """The worker's job: run a dispatcher for ever."""
    ring = key_ring(settings)
    async with Outbound(outbound_policy(settings)) as outbound:
        await Dispatcher(database, settings, ring, outbound).run()
