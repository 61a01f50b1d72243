"""What lapsed and is submitted again: it still holds its link, and nobody has approved it yet."""

from typing import Any

import pytest

from services.registry.accounts.service import retire_with_agencies
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.staff import Staff
from tests.support.standing import hijacked, lapsed

SECURITY = {"reason": "security"}


async def resubmitted(staff: Staff, database: Database, draft: dict[str, Any]) -> dict[str, Any]:
    """The account was official, lapsed, and waits for approval with a fresh proof."""
    await staff.prove(draft)
    ok(await staff.act(draft, "submit", headers=staff.officer))
    account = ok(await staff.act(draft, "approve"))
    await lapsed(database, account)
    await staff.prove(account)
    return ok(await staff.act(account, "submit", headers=staff.officer))


@pytest.fixture
async def waiting(staff: Staff, registry_database: Database) -> dict[str, Any]:
    return await resubmitted(staff, registry_database, await staff.draft())


async def verdict(staff: Staff, account: dict[str, Any]) -> tuple[str, str]:
    answer = ok(await staff.client.get("/v1/verify", params={"url": account["url"]}))
    return answer["verdict"], answer["reason"]


async def state(staff: Staff, account: dict[str, Any]) -> str:
    read = ok(await staff.client.get(f"/v1/accounts/{account['id']}", headers=staff.officer))
    return str(read["state"])


async def test_an_office_s_account_is_returned_like_any_other(
    staff: Staff, registry_database: Database
) -> None:
    account = await resubmitted(staff, registry_database, await staff.office())
    returned = ok(await staff.act(account, "return", json={"reason": "proof_insufficient"}))
    assert (returned["state"], returned["reason"]) == ("lapsed", "proof_insufficient")
    ok(await staff.act(account, "submit", headers=staff.officer))
    assert ok(await staff.act(account, "approve"))["state"] == "active"


async def test_an_office_has_no_second_account_while_the_first_one_waits(
    staff: Staff, registry_database: Database
) -> None:
    await resubmitted(staff, registry_database, await staff.office())
    second = await staff.prove(await staff.office())
    ok(await staff.act(second, "submit", headers=staff.officer))
    problem(await staff.act(second, "approve"), 409, "office-has-account")


@pytest.mark.parametrize("is_returned", [False, True])
async def test_it_is_suspended_and_comes_back_unapproved(
    staff: Staff, waiting: dict[str, Any], is_returned: bool
) -> None:
    if is_returned:
        ok(await staff.act(waiting, "return"))
    ok(await staff.act(waiting, "suspend", json=SECURITY, headers=staff.officer))
    assert await verdict(staff, waiting) == ("compromised", "security")
    assert ok(await staff.act(waiting, "restore"))["state"] == "lapsed"
    assert await verdict(staff, waiting) == ("unknown", "lapsed")
    ok(await staff.act(waiting, "submit", headers=staff.officer))
    ok(await staff.act(waiting, "approve"))
    assert await verdict(staff, waiting) == ("official", "active")


@pytest.mark.parametrize("is_returned", [False, True])
async def test_a_takeover_is_told_at_once(
    staff: Staff, waiting: dict[str, Any], registry_database: Database, is_returned: bool
) -> None:
    if is_returned:
        ok(await staff.act(waiting, "return"))
    await hijacked(registry_database, waiting)
    assert await verdict(staff, waiting) == ("compromised", "takeover")
    problem(await staff.act(waiting, "approve"), 409, "illegal-transition")


async def test_it_ends_with_its_agency(
    staff: Staff, waiting: dict[str, Any], registry_database: Database
) -> None:
    never_official = await staff.submitted()
    async with registry_database.transaction() as session:
        await retire_with_agencies(session, [staff.agency], [])
    assert await verdict(staff, waiting) == ("former", "agency_ended")
    assert await state(staff, never_official) == "submitted"


async def test_its_badge_says_that_it_is_not_confirmed(staff: Staff, waiting: dict[str, Any]) -> None:
    badge = await staff.client.get(
        f"/v1/accounts/{waiting['id']}/badge.svg", headers={"Accept-Language": "en"}
    )
    assert badge.status_code == 200
    assert '<title id="t">Not confirmed any more</title>' in badge.text


async def test_what_had_lapsed_is_not_official_for_having_been_suspended(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    await lapsed(registry_database, account)
    ok(await staff.act(account, "suspend", json=SECURITY, headers=staff.officer))
    assert ok(await staff.act(account, "restore"))["state"] == "lapsed"
    assert await verdict(staff, account) == ("unknown", "lapsed")
