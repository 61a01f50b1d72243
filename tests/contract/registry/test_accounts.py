"""`/v1/accounts`: from a draft to an official account and back."""

import asyncio
import secrets
import uuid
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.registry.accounts.changes import TRANSITIONS
from services.registry.accounts.service import suspend_after_takeover
from services.registry.accounts.words import STATES
from services.registry.base import SESSION_INFO
from shared import clock, tenancy
from shared.db import Database, violated_constraint
from tests.support.answers import ok, problem
from tests.support.staff import Staff
from tests.support.standing import hijacked, lapsed
from tests.support.tenant import Tenant, agency

outbox = SESSION_INFO["messaging"].outbox


async def events_of(database: Database, account: dict[str, Any]) -> list[str]:
    async with database.transaction() as session:
        rows = await session.execute(
            select(outbox.c.type)
            .where(outbox.c.envelope.contains(f'"subject":"{account["id"]}"'))
            .order_by(outbox.c.position)
        )
        return [row.type for row in rows]


async def test_a_language_is_named_once(staff: Staff) -> None:
    account = await staff.draft(languages=["vi", "en", "vi"])
    assert account["languages"] == ["vi", "en"]


async def test_a_draft_has_the_canonical_form_of_its_link(staff: Staff) -> None:
    link = f"http://M.facebook.com/Ubnd{uuid.uuid4().hex[:12]}/?fbclid=x"
    answer = await staff.client.post("/v1/accounts", json=staff.body(url=link), headers=staff.officer)
    account = ok(answer, 201)
    assert account["state"] == "draft"
    assert account["platform"] == "facebook"
    assert account["handle"] == link.split("/")[3].lower()
    assert account["url"] == f"https://www.facebook.com/{account['handle']}"
    assert answer.headers["location"] == f"/v1/accounts/{account['id']}"
    assert ok(await staff.client.get(answer.headers["location"], headers=staff.officer)) == account


async def test_a_group_is_an_account_like_any_other_and_its_members_are_nobody_s_business(
    staff: Staff,
) -> None:
    group = await staff.active(url=f"https://www.facebook.com/groups/toancauxa{uuid.uuid4().hex[:8]}/posts/1")
    assert (group["state"], group["handle"][:7]) == ("active", "groups/")
    verdict = ok(await staff.client.get("/v1/verify", params={"url": group["url"]}))
    assert (verdict["verdict"], verdict["account"]["id"]) == ("official", group["id"])
    assert not [name for name in group if "member" in name]
    members = staff.body(members=["Nguyễn Văn A"])
    problem(await staff.client.post("/v1/accounts", json=members, headers=staff.officer), 422, "invalid")


async def test_a_second_person_makes_it_official(staff: Staff, registry_database: Database) -> None:
    account = await staff.active()
    assert account["state"] == "active"
    assert account["version"] == 3
    assert await events_of(registry_database, account) == [
        "registry.account.submitted.v1",
        "registry.account.activated.v1",
    ]


async def test_nobody_approves_what_they_submitted(staff: Staff) -> None:
    account = await staff.proven()
    both = staff.tenant.auth(staff.agency, "officer", "approver", sub="somebody")
    ok(await staff.act(account, "submit", headers=both))
    problem(await staff.act(account, "approve", headers=both), 403, "self-approval")
    same_person = staff.tenant.auth(staff.agency, "approver", sub="somebody")
    problem(await staff.act(account, "approve", headers=same_person), 403, "self-approval")
    assert ok(await staff.act(account, "approve"))["state"] == "active"


async def test_the_database_holds_the_two_persons_apart_too(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.submitted()
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text("""
                    UPDATE accounts SET state = 'active',
                        approver_issuer = submitter_issuer, approver_subject = submitter_subject
                    WHERE id = :id
                """),
                {"id": account["id"]},
            )
    assert violated_constraint(refused.value) == "ck_accounts_two_people"


async def test_the_database_knows_no_official_account_without_an_approver(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.draft()
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text("UPDATE accounts SET state = 'active' WHERE id = :id"), {"id": account["id"]}
            )
    assert violated_constraint(refused.value) == "ck_accounts_approved"


async def test_without_a_valid_proof_nothing_is_submitted(staff: Staff) -> None:
    account = await staff.draft()
    problem(await staff.act(account, "submit", headers=staff.officer), 409, "no-valid-proof")
    await staff.proof(account)
    problem(await staff.act(account, "submit", headers=staff.officer), 409, "no-valid-proof")


async def test_a_proof_that_fails_meanwhile_stops_the_approval(staff: Staff) -> None:
    account = await staff.proven()
    proof = ok(await staff.client.get(f"/v1/accounts/{account['id']}/proofs", headers=staff.officer))
    ok(await staff.act(account, "submit", headers=staff.officer))
    staff.site.publish("# nothing")
    await staff.check(proof["items"][0])
    problem(await staff.act(account, "approve"), 409, "no-valid-proof")


async def test_an_account_goes_back_to_its_draft_and_can_be_submitted_again(staff: Staff) -> None:
    account = await staff.submitted()
    assert ok(await staff.act(account, "return"))["state"] == "draft"
    assert ok(await staff.act(account, "submit", headers=staff.officer))["state"] == "submitted"


async def test_a_suspended_account_is_restored_by_an_approver(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    await hijacked(registry_database, account)
    read = ok(await staff.client.get(f"/v1/accounts/{account['id']}", headers=staff.officer))
    assert (read["state"], read["reason"]) == ("suspended", "takeover")
    restored = ok(await staff.act(account, "restore"))
    assert (restored["state"], restored["reason"]) == ("active", "recovered")
    assert (await events_of(registry_database, account))[-2:] == [
        "registry.account.suspended.v1",
        "registry.account.restored.v1",
    ]


async def test_only_the_holder_and_only_an_active_account_is_suspended(
    staff: Staff, registry_database: Database
) -> None:
    account, draft = await staff.active(), await staff.draft()
    async with registry_database.transaction() as session:
        await suspend_after_takeover(session, uuid.UUID(account["id"]), staff.tenant.province, uuid.uuid4())
    await hijacked(registry_database, draft)
    for each in (account, draft):
        read = ok(await staff.client.get(f"/v1/accounts/{each['id']}", headers=staff.officer))
        assert read["state"] == each["state"]


async def test_retiring_tells_of_what_was_official_and_not_of_drafts(
    staff: Staff, registry_database: Database
) -> None:
    reason = {"reason": "closed_by_agency"}
    official, draft = await staff.active(), await staff.draft()
    assert ok(await staff.act(official, "retire", json=reason))["state"] == "retired"
    assert ok(await staff.act(draft, "retire", json=reason))["reason"] == "closed_by_agency"
    assert (await events_of(registry_database, official))[-1] == "registry.account.retired.v1"
    assert await events_of(registry_database, draft) == []


@pytest.mark.parametrize("state", STATES)
async def test_what_a_state_does_not_allow_is_refused_with_what_it_does(
    staff: Staff, registry_database: Database, state: str
) -> None:
    account = await (staff.draft() if state in {"draft", "retired"} else staff.submitted())
    if state in {"active", "lapsed", "suspended"}:
        ok(await staff.act(account, "approve"))
    if state == "lapsed":
        await lapsed(registry_database, account)
    if state == "suspended":
        await hijacked(registry_database, account)
    if state == "retired":
        ok(await staff.act(account, "retire", json={"reason": "registered_in_error"}))
    reasons = {"retire": "closed_by_agency", "suspend": "security", "return": "incomplete"}
    # Nothing was proposed, it was never official or is hijacked, and it did not end with its agency;
    # some follow from the proofs alone.
    impossible = {"rename", "withdraw_rename", "lapse", "revive"}
    impossible |= {"submitted": {"suspend"}, "suspended": {"suspend"}, "retired": {"transfer"}}.get(
        state, set()
    )
    legal = TRANSITIONS[state].keys() - impossible
    for action in {"submit", "approve", "return", "suspend", "restore", "retire"} - legal:
        body = {"json": {"reason": reasons[action]}} if action in reasons else {}
        headers = staff.tenant.auth(staff.agency, "officer", "approver", sub="a third one")
        answer = await staff.act(account, action, headers=headers, **body)
        refused = problem(answer, 409, "illegal-transition")
        assert refused["state"] == state
        assert refused["allowed"] == sorted(legal)


async def test_one_link_has_one_holder(staff: Staff) -> None:
    first = await staff.active()
    again = staff.body(url=first["url"])
    refused = problem(
        await staff.client.post("/v1/accounts", json=again, headers=staff.officer), 409, "identity-held"
    )
    assert refused["holder"] == {"account_id": first["id"], "agency_code": staff.agency}


async def test_of_two_claims_approved_at_once_one_wins(staff: Staff) -> None:
    first = await staff.submitted()
    second = await staff.submitted(url=first["url"])
    answers = await asyncio.gather(staff.act(first, "approve"), staff.act(second, "approve"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (won,) = (ok(answer) for answer in answers if answer.status_code == 200)
    (lost,) = (answer for answer in answers if answer.status_code == 409)
    holder = {"account_id": won["id"], "agency_code": staff.agency}
    assert problem(lost, 409, "identity-held")["holder"] == holder


async def test_an_account_retired_by_one_can_be_held_by_another(staff: Staff) -> None:
    first = await staff.active()
    ok(await staff.act(first, "retire", json={"reason": "no_longer_held"}))
    assert (await staff.active(url=first["url"]))["state"] == "active"


async def test_what_belongs_to_others_is_not_found(staff: Staff, tenant: Tenant) -> None:
    account = await staff.submitted()
    for stranger in (tenant.sibling, tenant.foreign):
        headers = tenant.auth(stranger, "officer", "approver", "viewer", "admin")
        for action in ("submit", "approve", "return", "restore"):
            problem(await staff.act(account, action, headers=headers), 404, "not-found")
        retire = await staff.act(account, "retire", json={"reason": "no_longer_held"}, headers=headers)
        problem(retire, 404, "not-found")
        problem(await staff.client.get(f"/v1/accounts/{account['id']}", headers=headers), 404, "not-found")
        assert ok(await staff.client.get("/v1/accounts", headers=headers))["items"] == []
        entered = await staff.client.post("/v1/accounts", json=staff.body(), headers=headers)
        problem(entered, 404, "not-found")


async def test_the_level_above_sees_and_acts_and_lists_newest_first(staff: Staff, tenant: Tenant) -> None:
    first, second = await staff.draft(), await staff.submitted()
    above = tenant.auth(tenant.province, "approver")
    listed = ok(await staff.client.get("/v1/accounts", headers=above))["items"]
    assert [account["id"] for account in listed] == [second["id"], first["id"]]
    drafts = ok(await staff.client.get("/v1/accounts?state=draft", headers=above))["items"]
    assert [account["id"] for account in drafts] == [first["id"]]
    assert ok(await staff.act(second, "approve", headers=above))["state"] == "active"


async def test_a_list_is_narrowed_by_agency_platform_and_state(
    staff: Staff, tenant: Tenant, registry_database: Database
) -> None:
    official = f"H{secrets.randbelow(10**9)}"
    sibling = agency(tenant.sibling, parent_code=tenant.province, official_code=official, version=2)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [sibling])
    page = await staff.draft()
    channel = await staff.draft(url=f"https://www.youtube.com/@ubnd{secrets.token_hex(6)}")
    other = await replace(staff, agency=tenant.sibling).draft()
    foreign = await replace(staff, agency=tenant.foreign).draft()

    async def listed(who: str, **query: str) -> list[str]:
        headers = tenant.auth(who, "viewer")
        items = ok(await staff.client.get("/v1/accounts", params=query, headers=headers))["items"]
        return [account["id"] for account in items]

    above = tenant.province
    assert await listed(above) == [other["id"], channel["id"], page["id"]]
    assert await listed(above, agency_code=above) == [other["id"], channel["id"], page["id"]]
    assert await listed(above, agency_code=tenant.commune) == [channel["id"], page["id"]]
    assert await listed(above, agency_code=official) == [other["id"]]
    assert await listed(above, platform="youtube") == [channel["id"]]
    assert await listed(above, agency_code=tenant.commune, platform="facebook", state="draft") == [page["id"]]
    assert await listed(above, platform="facebook", state="active") == []
    # Nobody sees more for asking.
    assert await listed(above, agency_code=tenant.foreign) == []
    assert await listed(tenant.commune, agency_code=above) == [channel["id"], page["id"]]
    assert await listed(tenant.foreign, agency_code=tenant.foreign) == [foreign["id"]]
    for name, value in (("agency_code", "T0.NOBODY"), ("platform", "myspace")):
        answer = await staff.client.get("/v1/accounts", params={name: value}, headers=staff.officer)
        assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == f"/query/{name}"


async def test_an_agency_that_is_yet_to_begin_has_no_accounts_until_then(
    staff: Staff, tenant: Tenant, registry_database: Database
) -> None:
    begins = clock.today() + timedelta(days=2)
    coming = agency(f"{tenant.province}.X3", parent_code=tenant.province, valid_from=begins)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [coming])
    headers = tenant.auth(tenant.province, "officer")
    body = staff.body(agency_code=coming["code"])
    entered = await staff.client.post("/v1/accounts", json=body, headers=headers)
    account = await staff.active()
    offer = {"to_agency_code": coming["code"], "reason": "responsibility_moved"}
    offered = await staff.act(account, "transfers", json=offer)
    for answer, pointer in ((entered, "/agency_code"), (offered, "/to_agency_code")):
        refused = problem(answer, 422, "invalid")
        assert refused["errors"][0]["pointer"] == pointer
        assert f"{begins:%d/%m/%Y}" in refused["errors"][0]["detail"]
        assert refused["valid_from"] == begins.isoformat()
        assert "successors" not in refused
    with clock.shifted(timedelta(days=2)):
        headers = tenant.auth(tenant.province, "officer", exp=4_000_000_000)
        ok(await staff.client.post("/v1/accounts", json=body, headers=headers), 201)


async def test_pages_follow_one_another_without_overlap(staff: Staff) -> None:
    entered = [(await staff.draft())["id"] for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = ok(await staff.client.get("/v1/accounts", params=query, headers=staff.officer))
        seen += [account["id"] for account in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == entered[::-1]


async def test_the_successor_reaches_what_an_ended_agency_left(
    staff: Staff, tenant: Tenant, registry_database: Database
) -> None:
    account = await staff.active()
    ended = agency(staff.agency, valid_to=date(2026, 1, 1), successors=[tenant.sibling], version=2)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [ended])
    heir = tenant.auth(tenant.sibling, "approver")
    assert ok(await staff.client.get("/v1/accounts", headers=heir))["items"] == [account]
    retired = await staff.act(account, "retire", json={"reason": "no_longer_held"}, headers=heir)
    assert ok(retired)["state"] == "retired"


async def test_an_ended_agency_gets_no_new_account(staff: Staff, tenant: Tenant) -> None:
    entered = await staff.client.post(
        "/v1/accounts", json=staff.body(agency_code=tenant.former), headers=staff.officer
    )
    refused = problem(entered, 422, "invalid")
    assert refused["successors"] == [tenant.commune]
    assert refused["errors"][0]["pointer"] == "/agency_code"


async def test_people_of_an_ended_agency_are_sent_to_the_successor(staff: Staff, tenant: Tenant) -> None:
    headers = tenant.auth(tenant.former, "officer")
    refused = problem(await staff.client.get("/v1/accounts", headers=headers), 403, "forbidden")
    assert refused["successors"] == [tenant.commune]


async def test_people_of_an_unknown_agency_are_refused(staff: Staff, tenant: Tenant) -> None:
    headers = tenant.auth("NOWHERE", "officer")
    problem(await staff.client.get("/v1/accounts", headers=headers), 403, "forbidden")


async def test_the_role_decides(staff: Staff) -> None:
    account = await staff.submitted()
    viewer = staff.tenant.auth(staff.agency, "viewer")
    ok(await staff.client.get(f"/v1/accounts/{account['id']}", headers=viewer))
    needs_officer = await staff.client.post("/v1/accounts", json=staff.body(), headers=viewer)
    assert problem(needs_officer, 403, "forbidden")["required_roles"] == ["officer"]
    problem(await staff.act(account, "approve", headers=staff.officer), 403, "forbidden")
    problem(await staff.act(account, "return", headers=viewer), 403, "forbidden")


async def test_without_a_token_there_is_no_list(registry: httpx.AsyncClient) -> None:
    answer = await registry.get("/v1/accounts")
    problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("url", "reason", "words"),
    [
        ("https://www.facebook.com/", "no-account", "open the account's own page"),
        ("https://evil.example/?u=https://www.facebook.com/x y", "not-a-link", "copy the whole address"),
        ("xyz", "not-a-link", "copy the whole address"),
        ("ftp://dongthap.gov.vn", "unsupported-scheme", "http or https"),
        ("https://vm.tiktok.com/ZSabc", "needs-resolving", "A short link"),
    ],
)
async def test_an_account_needs_a_link_that_names_one(
    staff: Staff, url: str, reason: str, words: str
) -> None:
    headers = {**staff.officer, "Accept-Language": "en"}
    answer = await staff.client.post("/v1/accounts", json=staff.body(url=url), headers=headers)
    refused = problem(answer, 422, "invalid")
    assert refused["reason"] == reason
    assert refused["errors"][0]["pointer"] == "/url"
    assert words in refused["errors"][0]["detail"]
