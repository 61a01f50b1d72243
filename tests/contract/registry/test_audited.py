"""Whatever people do to accounts, and events too, is in the audit log; what they ask is not."""

from uuid import UUID, uuid4

import httpx

from services.registry.accounts.service import suspend_after_takeover
from services.registry.policy import AUDITED
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.audit import acts, audited
from tests.support.staff import Staff

ELSEWHERE = {
    "imports.create",
    "imports.apply",
    "imports.cancel",
    "agencies.create",
    "agencies.change",
    "successions.create",
    "successions.approve",
    "successions.cancel",
    "successions.effect",
    "accounts.delete",
    "accounts.withdraw",
    "accounts.propose_rename",
    "accounts.rename",
    "accounts.withdraw_rename",
    "accounts.transfer",
    "accounts.lapse",  # tests/contract/registry/proofs/
    "accounts.revive",
    "proofs.attest",
    "proofs.confirm",
    "proofs.recheck",
    "transfers.create",
    "transfers.accept",
    "transfers.decline",
    "transfers.withdraw",
}
"""Have tests of their own, most of them below."""


async def test_every_act_on_an_account_is_recorded_with_it(staff: Staff, registry_database: Database) -> None:
    account = await staff.submitted()
    ok(await staff.act(account, "return"))
    ok(await staff.act(account, "submit", headers=staff.officer))
    ok(await staff.act(account, "approve"))
    cause = uuid4()
    async with registry_database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), staff.agency, cause)
    ok(await staff.act(account, "restore"))
    ok(await staff.act(account, "suspend", json={"reason": "security"}, headers=staff.officer))
    ok(await staff.act(account, "restore"))
    path = f"/v1/accounts/{account['id']}"
    ok(await staff.client.patch(path, json={"purpose": "health"}, headers=staff.officer))
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
        ("accounts.suspend", officer, 8),
        ("accounts.restore", approver, 9),
        ("accounts.change", officer, 10),
        ("accounts.retire", approver, 11),
        ("audit.list", f"{staff.agency}:admin", None),
    ]
    rows = await audited(registry_database, staff.agency)
    of_accounts = {act for act in AUDITED if not act.startswith("memberships.")}
    assert {row.action for row in rows} == of_accounts - ELSEWHERE
    assert [row.cause for row in rows if row.action == "accounts.suspend"] == [cause, None]
    assert {row.object_id for row in rows if row.object_type == "account"} == {account["id"]}
    assert {row.object_type for row in rows} == {"account", "proof"}
    assert {row.actor_agency for row in rows} == {staff.agency, None}


async def test_what_is_taken_back_leaves_its_rows(staff: Staff, registry_database: Database) -> None:
    mistake, office = await staff.draft(), await staff.office()
    deleted = await staff.client.delete(f"/v1/accounts/{mistake['id']}", headers=staff.officer)
    assert deleted.status_code == 204
    ok(await staff.act(office, "withdraw", headers=staff.officer))
    officer = f"{staff.agency}:officer"
    assert await acts(registry_database, staff.agency) == [
        ("accounts.create", officer, 1),
        ("accounts.create", officer, 1),
        ("accounts.delete", officer, 1),
        ("accounts.withdraw", officer, 2),
    ]


async def test_a_rename_leaves_its_rows(staff: Staff, registry_database: Database) -> None:
    account = await staff.renamed()
    ok(await staff.act(account, "rename/withdraw"))
    ok(await staff.act(account, "rename", json={"url": staff.body()["url"]}, headers=staff.officer))
    ok(await staff.act(account, "rename/approve"))
    officer, approver = f"{staff.agency}:officer", f"{staff.agency}:approver"
    assert (await acts(registry_database, staff.agency))[-4:] == [
        ("accounts.propose_rename", officer, 4),
        ("accounts.withdraw_rename", approver, 5),
        ("accounts.propose_rename", officer, 6),
        ("accounts.rename", approver, 7),
    ]


async def test_a_transfer_leaves_its_rows_on_both_sides(staff: Staff, registry_database: Database) -> None:
    account, other = await staff.active(), staff.tenant.sibling
    to = {"to_agency_code": other, "reason": "responsibility_moved"}
    taker = staff.tenant.auth(other, "approver")
    for step, headers in (("withdraw", staff.approver), ("decline", taker), ("accept", taker)):
        offer = ok(await staff.act(account, "transfers", json=to), 201)
        ok(await staff.client.post(f"/v1/transfers/{offer['id']}/{step}", headers=headers))
    giver, receiver = f"{staff.agency}:approver", f"{other}:approver"
    assert (await acts(registry_database, staff.agency))[-4:] == [
        ("transfers.create", giver, 1),
        ("transfers.withdraw", giver, 2),
        ("transfers.create", giver, 1),
        ("transfers.create", giver, 1),
    ]
    assert await acts(registry_database, other) == [
        ("transfers.decline", receiver, 2),
        ("transfers.accept", receiver, 2),
        ("accounts.transfer", receiver, 4),
    ]


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
