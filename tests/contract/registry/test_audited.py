"""Whatever people do to accounts, and events too, is in the audit log; what they ask is not."""

from uuid import UUID, uuid4

import httpx

from services.registry.accounts.service import suspend_after_takeover
from services.registry.policy import AUDITED
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.audit import acts, audited
from tests.support.staff import Staff


async def test_every_act_on_an_account_is_recorded_with_it(staff: Staff, registry_database: Database) -> None:
    account = await staff.submitted()
    ok(await staff.act(account, "return"))
    ok(await staff.act(account, "submit", headers=staff.officer))
    ok(await staff.act(account, "approve"))
    cause = uuid4()
    async with registry_database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), staff.agency, cause)
    ok(await staff.act(account, "restore"))
    ok(await staff.act(account, "retire", json={"reason": "closed_by_agency"}))
    admin = staff.tenant.auth(staff.agency, "admin")
    ok(await staff.client.get("/v1/audit", params={"object_id": account["id"]}, headers=admin))

    officer, approver = f"{staff.agency}:officer", f"{staff.agency}:approver"
    assert await acts(registry_database, staff.agency) == [
        ("accounts.create", officer, 1),
        ("proofs.create", officer, 1),
        ("proofs.check", officer, 2),
        ("accounts.submit", officer, 2),
        ("accounts.return", approver, 3),
        ("accounts.submit", officer, 4),
        ("accounts.approve", approver, 5),
        ("accounts.suspend", "system", 6),
        ("accounts.restore", approver, 7),
        ("accounts.retire", approver, 8),
        ("audit.list", f"{staff.agency}:admin", None),
    ]
    rows = await audited(registry_database, staff.agency)
    about_accounts = {act for act in AUDITED if act.startswith(("accounts.", "proofs.", "audit."))}
    assert {row.action for row in rows} == about_accounts
    assert [row.cause for row in rows if row.action == "accounts.suspend"] == [cause]
    assert {row.object_id for row in rows if row.object_type == "account"} == {account["id"]}
    assert {row.object_type for row in rows} == {"account", "proof"}
    assert {row.actor_agency for row in rows} == {staff.agency, None}


async def test_who_acts_for_a_level_above_is_recorded_with_the_thing_s_own_agency(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.submitted()
    above = staff.tenant.auth(staff.tenant.province, "approver")
    ok(await staff.act(account, "approve", headers=above))
    last = (await audited(registry_database, staff.agency))[-1]
    assert (last.action, last.actor_agency) == ("accounts.approve", staff.tenant.province)


async def test_what_was_refused_leaves_no_row(staff: Staff, registry_database: Database) -> None:
    account = await staff.proven()
    before = await acts(registry_database, staff.agency)
    both = staff.tenant.auth(staff.agency, "officer", "approver", sub="somebody")
    ok(await staff.act(account, "submit", headers=both))
    problem(await staff.act(account, "approve", headers=both), 403, "self-approval")
    problem(await staff.act(account, "restore"), 409, "illegal-transition")
    assert await acts(registry_database, staff.agency) == [*before, ("accounts.submit", "somebody", 2)]


async def test_asking_is_not_watched(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database
) -> None:
    account = await staff.draft()
    viewer = staff.tenant.auth(staff.agency, "viewer", sub="curious")
    for headers in ({}, viewer):
        ok(await registry.get("/v1/verify", params={"url": account["url"]}, headers=headers))
        ok(await registry.post("/v1/verify", json={"items": [account["url"]]}, headers=headers))
    ok(await registry.get(f"/v1/accounts/{account['id']}", headers=viewer))
    ok(await registry.get("/v1/accounts", headers=viewer))
    assert [act for act, _, _ in await acts(registry_database, staff.agency)] == ["accounts.create"]
