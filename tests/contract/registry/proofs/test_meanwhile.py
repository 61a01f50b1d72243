"""What changes while somebody else's server is being waited for."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from services.registry.proofs.method import Probe
from services.registry.proofs.recheck import Rechecker
from services.registry.proofs.service import outbound_policy
from services.registry.settings import Settings
from shared import clock
from shared.outbound.client import Outbound
from tests.contract.registry.proofs.conftest import Serve
from tests.support.answers import ok, problem
from tests.support.certificates import Authority
from tests.support.site import WELL_KNOWN
from tests.support.staff import Staff

DAY = timedelta(days=1)


@asynccontextmanager
async def doing(
    act: Callable[[], Awaitable[Any]], settings: Settings, authority: Authority, probe: Probe
) -> AsyncIterator[Probe]:
    """A probe during whose first look-up of a name something is done."""
    done: list[bool] = []

    async def resolve(_host: str) -> list[str]:
        if not done:
            done.append(True)
            await act()
        return ["127.0.0.1"]

    policy = outbound_policy(settings)
    async with Outbound(policy, resolve=resolve, tls=authority.trusted()) as outbound:
        yield replace(probe, outbound=outbound)


async def rename(staff: Staff, account: dict[str, Any]) -> dict[str, Any]:
    ok(await staff.act(account, "rename", json={"url": staff.body()["url"]}, headers=staff.officer))
    return ok(await staff.act(account, "rename/approve"))


async def test_a_draft_that_is_deleted_while_its_site_is_looked_up_has_no_proof(
    staff: Staff, app: FastAPI, settings: Settings, authority: Authority, probe: Probe
) -> None:
    account = await staff.draft()

    async def delete() -> None:
        path = f"/v1/accounts/{account['id']}"
        assert (await staff.client.delete(path, headers=staff.officer)).status_code == 204

    async with doing(delete, settings, authority, probe) as app.state.probe:
        body = {"method": "well_known", "site": f"https://x{secrets.token_hex(4)}.gov.vn"}
        problem(await staff.act(account, "proofs", json=body, headers=staff.officer), 404, "not-found")


async def test_a_page_that_is_renamed_while_it_is_checked_is_looked_at_again(
    staff: Staff, app: FastAPI, settings: Settings, authority: Authority, probe: Probe, serve: Serve
) -> None:
    async with serve(f"x{secrets.token_hex(4)}.gov.vn") as site:
        theirs = replace(staff, site=site)
        account = await theirs.numbered()
        path = f"/v1/accounts/{account['id']}/proofs"
        (proof,) = ok(await staff.client.get(path, headers=staff.officer))["items"]
        site.publish(f"social={account['url']}")
        site.asked.clear()
        async with doing(lambda: rename(staff, account), settings, authority, probe) as app.state.probe:
            checked = await staff.check(proof)
        assert checked["failure"]["code"] == "not-listed"
        assert site.asked == [WELL_KNOWN, WELL_KNOWN, "/trust.txt"]


@pytest.mark.usefixtures("nothing_is_due")
async def test_a_page_that_is_renamed_while_the_worker_looks_is_looked_at_again(
    staff: Staff,
    rechecker: Rechecker,
    settings: Settings,
    authority: Authority,
    probe: Probe,
    serve: Serve,
) -> None:
    async with serve(f"x{secrets.token_hex(4)}.gov.vn") as site:
        account = await replace(staff, site=site).numbered()
        path = f"/v1/accounts/{account['id']}/proofs"
        with clock.shifted(8 * DAY):
            async with doing(lambda: rename(staff, account), settings, authority, probe) as slow:
                assert await replace(rechecker, probe=slow).turn() == 1
            (proof,) = ok(await staff.client.get(path, headers=staff.officer))["items"]
            assert proof["failure"] is None
        with clock.shifted(8 * DAY + timedelta(minutes=1)):
            assert await rechecker.turn() == 1
            (proof,) = ok(await staff.client.get(path, headers=staff.officer))["items"]
        assert proof["failure"]["code"] == "not-listed"
