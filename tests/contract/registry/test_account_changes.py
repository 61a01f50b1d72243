"""Correcting, suspending and restoring accounts; taking back a draft; contacts that are never public."""

import secrets
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.registry.accounts.words import RETURN_REASONS, SUSPENSION_REASONS
from services.registry.base import SESSION_INFO
from shared.db import Database, violated_constraint
from tests.support.answers import ok, problem
from tests.support.staff import Staff
from tests.support.standing import hijacked

outbox = SESSION_INFO["messaging"].outbox
CONTACT = {"contact_email": "vanphong@lapvo.example.vn", "contact_phone": "+842773845123"}


async def changed(staff: Staff, account: dict[str, Any], **changes: Any) -> dict[str, Any]:
    answer = await staff.client.patch(f"/v1/accounts/{account['id']}", json=changes, headers=staff.officer)
    return ok(answer)


async def told(database: Database, account: dict[str, Any]) -> list[Any]:
    """Everything that was told of an account, as it was written."""
    async with database.transaction() as session:
        mine = outbox.c.envelope.contains(f'"subject":"{account["id"]}"')
        return list(await session.scalars(select(outbox.c.envelope).where(mine).order_by(outbox.c.position)))


async def test_a_draft_is_corrected_in_anything(staff: Staff) -> None:
    draft = await staff.draft(**CONTACT, purpose="information")
    body = staff.body()
    better = await changed(
        staff,
        draft,
        url=body["url"],
        display_name="UBND xã",
        languages=["vi", "en"],
        purpose="health",
        contact_phone=None,
    )
    assert better["url"] == body["url"] != draft["url"]
    assert (better["display_name"], better["languages"], better["purpose"]) == (
        "UBND xã",
        ["vi", "en"],
        "health",
    )
    assert (better["contact_email"], better["contact_phone"]) == (CONTACT["contact_email"], None)
    assert better["version"] == 2


async def test_what_is_no_change_is_none(staff: Staff) -> None:
    draft = await staff.draft(purpose="health")
    assert await changed(staff, draft, purpose="health", url=draft["url"] + "/") == draft
    assert await changed(staff, draft, display_name=None, languages=None) == draft


async def test_the_link_as_it_was_read_takes_neither_id_nor_proofs(staff: Staff) -> None:
    number = f"https://www.facebook.com/profile.php?id=1000{secrets.randbelow(10**11):011}"
    draft = await staff.proven(platform_id_url=number)
    assert await changed(staff, draft, url=draft["url"]) == draft
    official = await staff.numbered()
    after = await changed(staff, official, url=official["url"], purpose="health")
    assert (after["platform_id"], after["purpose"]) == (official["platform_id"], "health")
    without = await changed(staff, draft, platform_id_url=None)
    assert (without["url"], without["platform_id"]) == (draft["url"], None)


@pytest.mark.parametrize("character", ["\x00", "\x85", "\u202e", "\u2028", "\ufffe", "\uffff"])
async def test_a_name_is_one_line_that_every_file_can_hold(staff: Staff, character: str) -> None:
    body = staff.body(display_name=f"UBND{character}xã")
    answer = await staff.client.post("/v1/accounts", json=body, headers=staff.officer)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/display_name"


async def test_another_link_needs_another_proof(staff: Staff) -> None:
    draft = await staff.proven()
    await changed(staff, draft, url=staff.body()["url"])
    proofs = ok(await staff.client.get(f"/v1/accounts/{draft['id']}/proofs", headers=staff.officer))
    assert proofs["items"] == []
    problem(await staff.act(draft, "submit", headers=staff.officer), 409, "no-valid-proof")


async def test_a_draft_cannot_become_somebody_s_account(staff: Staff) -> None:
    held, draft = await staff.active(), await staff.draft()
    answer = await staff.client.patch(
        f"/v1/accounts/{draft['id']}", json={"url": held["url"]}, headers=staff.officer
    )
    assert problem(answer, 409, "identity-held")["holder"]["account_id"] == held["id"]


async def test_an_active_account_is_changed_in_what_is_said_of_it(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    same = account["display_name"]
    after = await changed(staff, account, display_name=same, languages=["vi", "en"], purpose="tourism")
    assert (after["state"], after["version"]) == ("active", account["version"] + 1)
    last = (await told(registry_database, account))[-1]
    assert '"type":"registry.account.changed.v1"' in last
    assert '"purpose":"tourism"' in last
    path = f"/v1/accounts/{account['id']}"
    answer = await staff.client.patch(path, json={"url": staff.body()["url"]}, headers=staff.officer)
    assert problem(answer, 422, "invalid")["reason"] == "not-a-draft"


async def test_a_change_of_nothing_is_no_change(staff: Staff) -> None:
    account = await staff.draft()
    for body in ({}, {"expected_version": account["version"]}):
        answer = await staff.client.patch(f"/v1/accounts/{account['id']}", json=body, headers=staff.officer)
        assert problem(answer, 422, "invalid")["detail"] == "Không có gì để thay đổi."


async def test_what_waits_for_approval_is_not_changed(staff: Staff) -> None:
    account = await staff.submitted()
    answer = await staff.client.patch(
        f"/v1/accounts/{account['id']}", json={"purpose": "health"}, headers=staff.officer
    )
    assert problem(answer, 409, "illegal-transition")["state"] == "submitted"


async def test_a_change_is_made_to_the_version_that_was_read(staff: Staff) -> None:
    account = await staff.draft()
    stale = {**staff.officer, "If-Match": '"7"'}
    path = f"/v1/accounts/{account['id']}"
    problem(await staff.client.patch(path, json={"purpose": "health"}, headers=stale), 412, "stale-version")
    problem(await staff.client.delete(path, headers=stale), 412, "stale-version")


async def test_a_contact_is_shown_to_those_within_reach_alone(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.active(**CONTACT)
    read = ok(await staff.client.get(f"/v1/accounts/{account['id']}", headers=staff.officer))
    assert {name: read[name] for name in CONTACT} == CONTACT
    verified = await staff.client.get("/v1/verify", params={"url": account["url"]})
    history = await staff.client.get(f"/v1/accounts/{account['id']}/history", headers=staff.officer)
    for shown in (verified.text, history.text, *await told(registry_database, account)):
        assert "lapvo.example.vn" not in shown
        assert "842773845123" not in shown


@pytest.mark.parametrize("contact", [{"contact_email": "nobody"}, {"contact_phone": "0277 call me"}])
async def test_a_contact_is_an_address_or_a_number(staff: Staff, contact: dict[str, str]) -> None:
    answer = await staff.client.post("/v1/accounts", json=staff.body(**contact), headers=staff.officer)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == f"/{next(iter(contact))}"


@pytest.mark.parametrize("reason", SUSPENSION_REASONS)
async def test_an_officer_suspends_at_once_and_an_approver_restores(staff: Staff, reason: str) -> None:
    account = await staff.active()
    suspended = ok(await staff.act(account, "suspend", json={"reason": reason}, headers=staff.officer))
    assert (suspended["state"], suspended["reason"]) == ("suspended", reason)
    answer = ok(await staff.client.get("/v1/verify", params={"url": account["url"]}))
    assert (answer["verdict"], answer["reason"]) == ("compromised", reason)
    assert ("mất quyền kiểm soát" in answer["advice"]) == (reason == "security")
    problem(await staff.act(account, "restore", headers=staff.officer), 403, "forbidden")
    assert ok(await staff.act(account, "restore"))["state"] == "active"


async def test_whoever_suspended_it_does_not_restore_it(staff: Staff) -> None:
    account = await staff.active()
    both = staff.tenant.auth(staff.agency, "officer", "approver", sub="somebody")
    ok(await staff.act(account, "suspend", json={"reason": "security"}, headers=both))
    problem(await staff.act(account, "restore", headers=both), 403, "self-restoration")
    assert ok(await staff.act(account, "restore", json={"reason": "false_alarm"}))["reason"] == "false_alarm"
    ok(await staff.act(account, "suspend", json={"reason": "security"}))
    problem(await staff.act(account, "restore"), 403, "self-restoration")


async def test_a_suspension_is_made_graver_and_never_less_grave(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    for reason in ("owner_request", "platform_restriction", "security"):
        suspended = ok(await staff.act(account, "suspend", json={"reason": reason}, headers=staff.officer))
        assert (suspended["state"], suspended["reason"]) == ("suspended", reason)
    less = await staff.act(account, "suspend", json={"reason": "owner_request"}, headers=staff.officer)
    assert "suspend" not in problem(less, 409, "illegal-transition")["allowed"]
    other = await staff.active()
    ok(await staff.act(other, "suspend", json={"reason": "owner_request"}, headers=staff.officer))
    await hijacked(registry_database, other)
    answer = ok(await staff.client.get("/v1/verify", params={"url": other["url"]}))
    assert (answer["verdict"], answer["reason"]) == ("compromised", "takeover")


async def test_a_restoration_says_why_until_the_account_s_state_is_another(staff: Staff) -> None:
    account = await staff.active()
    ok(await staff.act(account, "suspend", json={"reason": "owner_request"}, headers=staff.officer))
    for body in ({}, {"reason": "security"}):
        problem(await staff.act(account, "restore", json=body), 422, "invalid")
    ok(await staff.act(account, "restore", json={"reason": "no_longer_needed"}))
    assert (await changed(staff, account, purpose="health"))["reason"] == "no_longer_needed"
    history = ok(await staff.client.get(f"/v1/accounts/{account['id']}/history", headers=staff.officer))
    reasons = [(each["action"], each["reason"]) for each in history["items"][:3]]
    assert reasons == [
        ("change", "no_longer_needed"),
        ("restore", "no_longer_needed"),
        ("suspend", "owner_request"),
    ]


@pytest.mark.parametrize("issuer", ["suspender_issuer", "NULL"])
async def test_the_database_holds_the_two_of_a_suspension_apart_too(
    staff: Staff, registry_database: Database, issuer: str
) -> None:
    account = await staff.active()
    ok(await staff.act(account, "suspend", json={"reason": "security"}))
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text(f"""
                    UPDATE accounts SET state = 'active', reason = NULL,
                        restorer_issuer = {issuer}, restorer_subject = suspender_subject
                    WHERE id = :id
                """),  # noqa: S608 - words of ours
                {"id": account["id"]},
            )
    assert violated_constraint(refused.value) == "ck_accounts_restored_by_another"


@pytest.mark.parametrize("reason", RETURN_REASONS)
async def test_what_is_returned_says_why_until_it_is_submitted_again(staff: Staff, reason: str) -> None:
    account = await staff.submitted()
    returned = ok(await staff.act(account, "return", json={"reason": reason}))
    assert (returned["state"], returned["reason"]) == ("draft", reason)
    assert (await changed(staff, account, purpose="health"))["reason"] == reason
    assert ok(await staff.act(account, "submit", headers=staff.officer))["reason"] is None


async def test_a_mistake_is_deleted_with_all_that_was_written_of_it(
    staff: Staff, registry_database: Database
) -> None:
    draft = await staff.proven()
    path = f"/v1/accounts/{draft['id']}"
    problem(await staff.client.delete(path, headers=staff.approver), 403, "forbidden")
    assert (await staff.client.delete(path, headers=staff.officer)).status_code == 204
    problem(await staff.client.get(path, headers=staff.officer), 404, "not-found")
    async with registry_database.transaction() as session:
        for table, column in (
            ("accounts", "id"),
            ("account_history", "account_id"),
            ("proofs", "account_id"),
        ):
            query = f"SELECT count(*) FROM {table} WHERE {column} = :id"  # noqa: S608 - names of ours
            assert await session.scalar(text(query), {"id": draft["id"]}) == 0


async def test_only_drafts_are_deleted(staff: Staff) -> None:
    account = await staff.submitted()
    answer = await staff.client.delete(f"/v1/accounts/{account['id']}", headers=staff.officer)
    assert problem(answer, 409, "illegal-transition")["allowed"] == ["approve", "retire", "return"]
