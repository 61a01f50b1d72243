"""Nothing that was accepted is lost, and nothing happens twice, whatever befalls the processes meanwhile.

A minute of it runs with the other tests; `make soak MINUTES=20` runs longer, `SEED=…` repeats a run.
"""

import asyncio
import itertools
import os
import random
import time
import uuid
from collections.abc import Iterable
from typing import Any

import httpx
import pytest

from deploy.local.stack import RunningStack
from tests.e2e.test_story import subscribe
from tests.faults import invariants
from tests.faults.plan import VICTIMS, faults
from tests.support.receiver import Receiver
from tests.support.reports import impersonation, takeover, unknown_account
from tests.support.staff import Staff

SECONDS = 60 * float(os.environ.get("MINUTES") or 1)
SEED = int(os.environ.get("SEED") or random.SystemRandom().randrange(1 << 32))
FEWEST, TAKEOVERS = 200, 5
PAUSE_SECONDS = 0.05


class Reporter:
    """Posts reports all the while, each with a key, and again and again until it has the answer."""

    def __init__(self, client: httpx.AsyncClient, staff: Staff) -> None:
        self._client = client
        self._staff = staff
        self.accepted: list[str] = []
        self.tries = 0

    async def run(self, bodies: Iterable[dict[str, Any]], until: asyncio.Event) -> None:
        """Post until told to stop, but `FEWEST` at least."""
        for body in bodies:
            if until.is_set() and len(self.accepted) >= FEWEST:
                return
            await self.post(body)
            await asyncio.sleep(PAUSE_SECONDS)

    async def post(self, body: dict[str, Any]) -> None:
        """Have one report taken in.

        Raises:
            TimeoutError: it was not within a minute.
        """
        headers = {**self._staff.officer, "Idempotency-Key": str(uuid.uuid4())}
        async with asyncio.timeout(60):
            while (incident := await self._try(body, headers)) is None:  # noqa: ASYNC110 - it asks a server
                await asyncio.sleep(0.1)
        self.accepted.append(incident)

    async def _try(self, body: dict[str, Any], headers: dict[str, str]) -> str | None:
        self.tries += 1
        try:
            answer = await self._client.post("/v1/incidents", json=body, headers=headers)
        except httpx.TransportError:
            return None  # it may have been taken in, or not
        if answer.status_code == 201:
            return str(answer.json()["incident_id"])
        assert answer.status_code in {409, 503} or unknown_account(answer), answer.text
        return None


@pytest.mark.faults
async def test_every_accepted_report_has_its_effects_exactly_once(
    stack: RunningStack,
    staff: Staff,
    reports: httpx.AsyncClient,
    registry: httpx.AsyncClient,
    notifications: httpx.AsyncClient,
    receiver: Receiver,
) -> None:
    print(f"\nSEED={SEED}")  # noqa: T201 - to repeat the run
    accounts = [await staff.active() for _ in range(TAKEOVERS)]
    await subscribe(notifications, staff.officer, receiver)
    reporter, enough, began = Reporter(reports, staff), asyncio.Event(), time.monotonic()
    bodies = (impersonation(staff.agency) for _ in itertools.count())
    hijacked: list[dict[str, Any]] = []
    async with asyncio.TaskGroup() as group:
        group.create_task(reporter.run(bodies, enough))
        for number, fault in enumerate(faults(SEED)):
            if number >= len(VICTIMS) and time.monotonic() - began > SECONDS:
                break
            print(f"{time.monotonic() - began:7.1f} s  {fault}")  # noqa: T201
            happening = group.create_task(fault.happen(stack))
            if number < TAKEOVERS:
                await reporter.post(takeover(accounts[number]))
                hijacked.append(accounts[number])
            await happening
        enough.set()
    print(f"{len(reporter.accepted)} reports in {reporter.tries} tries, {number} faults")  # noqa: T201
    await invariants.reports_hold(reports, staff.officer, reporter.accepted)
    await invariants.registry_holds(registry, staff.officer, hijacked)
    await invariants.notifications_hold(stack, receiver, reporter.accepted)
    await invariants.audit_holds(stack, hijacked)
