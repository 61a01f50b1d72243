"""Workers share the looks, and neither death nor an outage of theirs is held against an agency."""

import asyncio
import secrets
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from services.registry.proofs.method import Probe
from services.registry.proofs.recheck import Rechecker
from shared import clock
from shared.db import Database
from shared.outbound.address import Policy
from shared.outbound.client import Outbound
from shared.tasks import stop
from tests.contract.registry.proofs.conftest import Serve
from tests.contract.registry.proofs.looking import (
    DAY,
    only_proof,
    read,
)
from tests.support.answers import ok
from tests.support.eventually import eventually
from tests.support.site import WELL_KNOWN, Site
from tests.support.staff import Staff

pytestmark = pytest.mark.usefixtures("nothing_is_due")


@pytest.fixture
def site(secure_site: Site) -> Site:
    return secure_site


async def test_a_worker_that_was_away_for_months_looks_before_it_judges(
    staff: Staff, rechecker: Rechecker
) -> None:
    account = await staff.active()
    with clock.shifted(200 * DAY):
        await rechecker.sweep()
        assert (await read(staff, account))["state"] == "active"
        assert await rechecker.turn() == 1
        assert (await only_proof(staff, account))["failure"] is None
    assert (await read(staff, account))["state"] == "active"


async def test_a_worker_that_dies_between_claim_and_record_loses_nothing(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.active()
    before = await only_proof(staff, account)
    with clock.shifted(8 * DAY):
        (claim,) = await rechecker.claim()  # and nothing comes of it
        assert str(claim.id) == before["id"]
        assert await rechecker.turn() == 0
    with clock.shifted(8 * DAY + timedelta(minutes=5)):
        assert await rechecker.turn() == 1
    after = await only_proof(staff, account)
    assert after["version"] == before["version"] + 1
    # Were it still alive, what it found would come too late.
    other = replace(rechecker, database=registry_database)
    staff.site.publish("# nothing any more")
    with clock.shifted(8 * DAY + timedelta(minutes=6)):
        await other.look(claim)
    assert await only_proof(staff, account) == after


async def test_a_person_s_look_meanwhile_stands(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.active()
    proof = await only_proof(staff, account)
    with clock.shifted(8 * DAY):
        (claim,) = await rechecker.claim()
        checked = await staff.check(proof)
        staff.site.publish("# nothing any more")
        await rechecker.look(claim)
    assert await only_proof(staff, account) == checked


async def test_a_look_that_began_before_a_rename_is_not_recorded(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.renamed()
    with clock.shifted(8 * DAY):
        (claim,) = await rechecker.claim()
        renamed = ok(await staff.act(account, "rename/approve"))
        await rechecker.look(claim)
    proof = await only_proof(staff, account)
    assert (proof["state"], proof["next_check_at"]) == ("valid", renamed["updated_at"])


async def test_two_workers_share_the_work(staff: Staff, serve: Serve, rechecker: Rechecker) -> None:
    async with AsyncExitStack() as stack:
        sites = [await stack.enter_async_context(serve(f"x{secrets.token_hex(4)}.gov.vn")) for _ in range(6)]
        for each in sites:
            await replace(staff, site=each).active()
            each.asked.clear()
        with clock.shifted(8 * DAY):
            counts = await asyncio.gather(*(replace(rechecker).turn() for _ in range(3)))
        assert sum(counts) == 6
        assert [each.asked for each in sites] == [[WELL_KNOWN]] * 6


async def test_one_host_is_asked_once_at_a_time_and_not_again_at_once(
    staff: Staff, rechecker: Rechecker
) -> None:
    for _ in range(3):
        await staff.active()
    staff.site.asked.clear()
    slow = replace(rechecker, spacing=timedelta(hours=1))
    with clock.shifted(8 * DAY):
        claims = await asyncio.gather(slow.claim(), slow.claim())
        ((claim,),) = [each for each in claims if each]
        assert await slow.turn() == 0  # somebody is there
        await slow.look(claim)
        assert await slow.turn() == 0  # somebody was there a moment ago
    with clock.shifted(8 * DAY + timedelta(hours=2)):
        assert await slow.turn() == 1
    assert staff.site.asked.count(WELL_KNOWN) == 2


async def test_a_look_that_breaks_is_put_off_and_judges_nothing(
    staff: Staff, rechecker: Rechecker, probe: Probe
) -> None:
    account = await staff.active()
    broken = replace(rechecker, probe=replace(probe, outbound=Outbound(Policy())))  # nobody started it
    with clock.shifted(8 * DAY):
        assert await broken.turn() == 1
        assert await rechecker.turn() == 0
    put_off = await only_proof(staff, account)
    assert (put_off["state"], put_off["failure"]) == ("valid", None)
    with clock.shifted(8 * DAY + timedelta(hours=2)):
        assert await rechecker.turn() == 1


async def test_when_nobody_answers_it_is_not_the_agencies_fault(
    staff: Staff, serve: Serve, rechecker: Rechecker, probe: Probe
) -> None:
    async def nothing(_host: str) -> list[str]:
        raise OSError("no network")

    accounts = []
    async with AsyncExitStack() as stack:
        for _ in range(5):
            each = await stack.enter_async_context(serve(f"x{secrets.token_hex(4)}.gov.vn"))
            accounts.append(await replace(staff, site=each).active())
        nowhere = await stack.enter_async_context(Outbound(Policy(allow_loopback=True), resolve=nothing))
        latest: deque[bool] = deque(maxlen=3)
        cut_off = replace(rechecker, probe=replace(probe, outbound=nowhere), reached=latest)
        for days in range(8, 40):
            with clock.shifted(days * DAY):
                assert await cut_off.turn() == 5
        # Two were believed to be away themselves before it was seen that all are.
        failing = [(await only_proof(staff, account))["failure"] for account in accounts]
        assert [failure["code"] for failure in failing if failure] == ["dns", "dns"]
        assert {(await read(staff, account))["state"] for account in accounts} == {"active"}
        with clock.shifted(40 * DAY):
            assert await replace(rechecker, reached=latest).turn() == 5
        assert {(await only_proof(staff, account))["failure"] for account in accounts} == {None}
        # With the first answers it is known that who is away now is away.
        with clock.shifted(48 * DAY):
            assert await cut_off.turn() == 5
        failing = [(await only_proof(staff, account))["failure"] for account in accounts]
        assert len([failure for failure in failing if failure]) == 2


async def test_the_job_runs_by_itself(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.active()
    before = await only_proof(staff, account)
    with clock.shifted(8 * DAY):
        running = asyncio.create_task(rechecker.run())

        async def looked() -> bool:
            return bool((await only_proof(staff, account))["version"] > before["version"])

        try:
            await eventually(looked)
        finally:
            await stop(running)
