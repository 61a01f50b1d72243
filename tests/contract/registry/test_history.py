"""Every version of an account is kept as it was."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.staff import Staff
from tests.support.tenant import Tenant


async def test_every_version_is_there_newest_first(staff: Staff) -> None:
    account = await staff.submitted(display_name="Ủy ban nhân dân xã LẤP VÒ")
    ok(await staff.act(account, "return"))
    ok(await staff.act(account, "submit", headers=staff.officer))
    ok(await staff.act(account, "approve"))
    last = ok(await staff.act(account, "retire", json={"reason": "closed_by_agency"}))
    page = ok(await staff.client.get(f"/v1/accounts/{account['id']}/history", headers=staff.officer))
    assert page["next_cursor"] is None
    assert [(each["version"], each["action"], each["state"]) for each in page["items"]] == [
        (6, "retire", "retired"),
        (5, "approve", "active"),
        (4, "submit", "submitted"),
        (3, "return", "draft"),
        (2, "submit", "submitted"),
        (1, "create", "draft"),
    ]
    newest = page["items"][0]
    assert newest["at"] == last["updated_at"]
    assert {name: last[name] for name in newest.keys() & last.keys()} == {
        name: newest[name] for name in newest.keys() & last.keys()
    }


async def test_its_pages_follow_one_another(staff: Staff) -> None:
    path = f"/v1/accounts/{(await staff.active())['id']}/history"
    first = ok(await staff.client.get(path, params={"limit": 2}, headers=staff.officer))
    rest = await staff.client.get(path, params={"cursor": first["next_cursor"]}, headers=staff.officer)
    assert [each["version"] for each in first["items"] + ok(rest)["items"]] == [3, 2, 1]


async def test_it_is_for_those_within_reach(staff: Staff, tenant: Tenant) -> None:
    account = await staff.draft()
    path = f"/v1/accounts/{account['id']}/history"
    problem(await staff.client.get(path, headers=tenant.auth(tenant.foreign, "viewer")), 404, "not-found")
    assert ok(await staff.client.get(path, headers=tenant.auth(tenant.province, "viewer")))["items"]


async def test_a_name_is_kept_as_people_look_for_it(staff: Staff, registry_database: Database) -> None:
    account = await staff.draft(display_name="Ủy ban nhân dân xã LẤP VÒ")
    async with registry_database.transaction() as session:
        query = text("SELECT folded FROM account_history WHERE account_id = :id")
        folded = await session.scalar(query, {"id": account["id"]})
    assert folded == "uy ban nhan dan xa lap vo"


@pytest.mark.parametrize(
    "statement", ["UPDATE account_history SET state = 'draft'", "DELETE FROM account_history"]
)
async def test_the_database_keeps_what_was(staff: Staff, registry_database: Database, statement: str) -> None:
    account = await staff.active()
    with pytest.raises(DBAPIError, match="the history of an account is not changed"):
        async with registry_database.transaction() as session:
            await session.execute(text(f"{statement} WHERE account_id = :id"), {"id": account["id"]})
