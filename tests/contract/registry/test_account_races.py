"""Two who change an account, its agency or its transfer at once: neither waits in a circle, nothing is lost."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared import tenancy
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.eventually import eventually
from tests.support.staff import Staff
from tests.support.tenant import agency

_WAITS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
""")
_LOCK_AGENCY = text("SELECT FROM agencies WHERE code = :code FOR UPDATE")
_LOCK_ACCOUNTS = text("SELECT FROM accounts WHERE agency_code = :code FOR UPDATE")


async def until_it_waits(database: Database, request: "asyncio.Task[httpx.Response]") -> None:
    """Until a request waits for a lock, or is answered."""

    async def look() -> bool:
        async with database.transaction() as session:
            return request.done() or bool(await session.scalar(_WAITS))

    await eventually(look)


async def meanwhile(
    database: Database, code: str, request: Coroutine[Any, Any, httpx.Response]
) -> httpx.Response:
    """The answer to a request that comes while an agency is changed, and then its accounts."""
    async with database.transaction() as session:
        await session.execute(_LOCK_AGENCY, {"code": code})
        running = asyncio.create_task(request)
        await until_it_waits(database, running)
        await session.execute(_LOCK_ACCOUNTS, {"code": code})
    return await running


@pytest.fixture
def taker(staff: Staff) -> Staff:
    return replace(staff, agency=staff.tenant.sibling)


async def offered(staff: Staff, taker: Staff, account: dict[str, Any]) -> dict[str, Any]:
    body = {"to_agency_code": taker.agency, "reason": "responsibility_moved"}
    return ok(await staff.act(account, "transfers", json=body), 201)


async def test_an_account_is_changed_while_its_agency_is_renamed(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    suspend = staff.act(account, "suspend", json={"reason": "security"})
    assert ok(await meanwhile(registry_database, staff.agency, suspend))["state"] == "suspended"


async def test_an_account_is_approved_while_its_agency_is_renamed(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.submitted()
    approve = staff.act(account, "approve")
    assert ok(await meanwhile(registry_database, staff.agency, approve))["state"] == "active"


async def test_an_account_is_taken_over_while_the_receiver_is_renamed(
    staff: Staff, taker: Staff, registry_database: Database
) -> None:
    transfer = await offered(staff, taker, await staff.active())
    accept = staff.client.post(f"/v1/transfers/{transfer['id']}/accept", headers=taker.approver)
    assert ok(await meanwhile(registry_database, taker.agency, accept))["state"] == "accepted"


@pytest.mark.parametrize("side", ["giver", "receiver"])
async def test_an_account_is_offered_while_either_side_is_renamed(
    staff: Staff, taker: Staff, registry_database: Database, side: str
) -> None:
    account = await staff.active()
    body = {"to_agency_code": taker.agency, "reason": "responsibility_moved"}
    offer = staff.act(account, "transfers", json=body)
    code = staff.agency if side == "giver" else taker.agency
    assert ok(await meanwhile(registry_database, code, offer), 201)["state"] == "offered"


async def test_an_agency_that_ends_at_this_moment_takes_nothing_over(
    staff: Staff, taker: Staff, registry_database: Database
) -> None:
    transfer = await offered(staff, taker, await staff.active())
    ended = agency(taker.agency, valid_to=date(2026, 1, 1), successors=[staff.agency], version=2)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [ended])
        path = f"/v1/transfers/{transfer['id']}/accept"
        accept = asyncio.create_task(staff.client.post(path, headers=taker.approver))
        await until_it_waits(registry_database, accept)
    assert problem(await accept, 409, "agency-ended")["successors"] == [staff.agency]


async def test_an_account_is_offered_anew_while_an_offer_is_accepted(
    staff: Staff, taker: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    transfer = await offered(staff, taker, account)
    path = f"/v1/transfers/{transfer['id']}/accept"
    async with registry_database.transaction() as session:
        # As whoever offers it does: the account first, then its open offer.
        await session.execute(_LOCK_ACCOUNTS, {"code": staff.agency})
        accept = asyncio.create_task(staff.client.post(path, headers=taker.approver))
        await until_it_waits(registry_database, accept)
        await session.execute(text("SELECT FROM transfers WHERE id = :id FOR UPDATE"), {"id": transfer["id"]})
    assert ok(await accept)["account"]["state"] == "active"


async def test_of_two_who_do_wait_in_a_circle_one_is_asked_to_come_again(
    staff: Staff, registry_database: Database
) -> None:
    first, second = staff.tenant.commune, staff.tenant.sibling
    both = asyncio.Barrier(2)

    async def lock(*codes: str) -> None:
        async with registry_database.transaction() as session:
            await session.execute(_LOCK_AGENCY, {"code": codes[0]})
            await both.wait()
            await session.execute(_LOCK_AGENCY, {"code": codes[1]})

    ends = await asyncio.gather(lock(first, second), lock(second, first), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Unavailable"]
