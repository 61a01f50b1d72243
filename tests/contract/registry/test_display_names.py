"""The display name of what is or was official: what the public is told takes two people."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from services.registry.accounts.service import retire_with_agencies
from services.registry.base import SESSION_INFO
from shared.db import Database, violated_constraint
from tests.support.answers import ok, problem
from tests.support.staff import Staff
from tests.support.standing import lapsed

outbox = SESSION_INFO["messaging"].outbox
NAME = "Ủy ban nhân dân xã Lấp Vò"
ANOTHER = {"display_name": "Bộ Công an Việt Nam"}


async def proposed(staff: Staff, account: dict[str, Any] | None = None, **body: str) -> dict[str, Any]:
    """An active account whose new name waits for approval."""
    account = account or await staff.active()
    body = body or {"display_name": NAME}
    return ok(await staff.act(account, "rename", json=body, headers=staff.officer))


async def read(staff: Staff, account: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = ok(
        await staff.client.get(f"/v1/accounts/{account['id']}", headers=staff.officer)
    )
    return answer


async def verified(staff: Staff, url: str) -> tuple[str, str]:
    """The verdict on a link, and the name that the public is told."""
    answer = ok(await staff.client.get("/v1/verify", params={"url": url}))
    return answer["verdict"], answer["account"]["display_name"]


async def patched(staff: Staff, account: dict[str, Any], body: dict[str, Any]) -> httpx.Response:
    return await staff.client.patch(f"/v1/accounts/{account['id']}", json=body, headers=staff.officer)


async def test_no_officer_alone_changes_the_name_of_what_is_official(staff: Staff) -> None:
    account = await staff.active()
    answer = await patched(staff, account, {**ANOTHER, "purpose": "health"})
    problem(answer, 409, "name-needs-two")
    assert await read(staff, account) == account
    assert await verified(staff, account["url"]) == ("official", account["display_name"])


@pytest.mark.parametrize("state", ["suspended", "lapsed", "submitted"])
async def test_nor_of_what_was_and_may_be_again(
    staff: Staff, registry_database: Database, state: str
) -> None:
    account = await staff.active()
    if state == "suspended":
        ok(await staff.act(account, "suspend", json={"reason": "security"}))
    else:
        await lapsed(registry_database, account)
    if state == "submitted":
        await staff.prove(account)
        ok(await staff.act(account, "submit", headers=staff.officer))
    before = await read(staff, account)
    assert before["state"] == state
    problem(await patched(staff, account, ANOTHER), 409, "name-needs-two")
    proposal = await staff.act(account, "rename", json=ANOTHER, headers=staff.officer)
    assert "propose_rename" not in problem(proposal, 409, "illegal-transition")["allowed"]
    assert await read(staff, account) == before


async def test_nor_of_what_another_agency_takes_over_as_a_draft(
    staff: Staff, registry_database: Database
) -> None:
    account, taker = await staff.active(), replace(staff, agency=staff.tenant.sibling)
    async with registry_database.transaction() as session:
        await retire_with_agencies(session, [staff.agency], [taker.agency])
    body = {"to_agency_code": taker.agency, "reason": "responsibility_moved"}
    offer = ok(
        await taker.act(
            account, "transfers", json=body, headers=taker.tenant.auth(staff.tenant.province, "approver")
        ),
        201,
    )
    ok(await staff.client.post(f"/v1/transfers/{offer['id']}/accept", headers=taker.approver))
    assert (await read(taker, account))["state"] == "draft"
    problem(await patched(taker, account, ANOTHER), 409, "name-needs-two")
    assert await verified(staff, account["url"]) == ("former", account["display_name"])


async def test_a_new_name_is_told_once_a_second_person_agrees(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    waiting = await proposed(staff, account)
    assert (waiting["display_name"], waiting["new_display_name"], waiting["new_url"]) == (
        account["display_name"],
        NAME,
        None,
    )
    assert await verified(staff, account["url"]) == ("official", account["display_name"])
    after = ok(await staff.act(account, "rename/approve"))
    assert (after["display_name"], after["new_display_name"], after["state"]) == (NAME, None, "active")
    assert (after["url"], after["handle"], after["version"]) == (account["url"], account["handle"], 5)
    assert await verified(staff, account["url"]) == ("official", NAME)

    history = ok(await staff.client.get(f"/v1/accounts/{account['id']}/history", headers=staff.officer))
    assert [(each["action"], each["display_name"]) for each in history["items"][:3]] == [
        ("rename", NAME),
        ("propose_rename", account["display_name"]),
        ("approve", account["display_name"]),
    ]
    feed = ok(await staff.client.get("/v1/directory", params={"agency_code": staff.agency}))
    assert [each["display_name"] for each in feed["items"]] == [NAME]
    mine = outbox.c.envelope.contains(f'"subject":"{account["id"]}"')
    query = select(outbox.c.type, outbox.c.state_subject, outbox.c.envelope).where(mine)
    async with registry_database.transaction() as session:
        told = (await session.execute(query.order_by(outbox.c.position))).all()
        held = text("SELECT released_at FROM identities WHERE account_id = :id")
        released = list(await session.scalars(held, {"id": account["id"]}))
    assert [each.type for each in told][-2:] == [
        "registry.account.activated.v1",
        "registry.account.changed.v1",
    ]
    assert told[-1].state_subject == f"state.registry.account.{account['id']}"
    assert f'"display_name":"{NAME}"' in told[-1].envelope
    assert released == [None]  # nothing was let go
    (proof,) = ok(await staff.client.get(f"/v1/accounts/{account['id']}/proofs", headers=staff.officer))[
        "items"
    ]
    assert (proof["state"], proof["next_check_at"] > after["updated_at"]) == ("valid", True)


async def test_handle_and_name_change_together(staff: Staff) -> None:
    account, url = await staff.numbered(), staff.body()["url"]
    waiting = await proposed(staff, account, url=url, display_name=NAME)
    assert (waiting["new_url"], waiting["new_display_name"]) == (url, NAME)
    assert (waiting["url"], waiting["display_name"]) == (account["url"], account["display_name"])
    ok(await staff.act(account, "rename/approve"))
    assert await verified(staff, url) == ("official", NAME)
    assert await verified(staff, account["url"]) == ("former", NAME)


async def test_a_later_proposal_takes_the_place_of_the_first(staff: Staff) -> None:
    account = await staff.renamed()
    waiting = await proposed(staff, account)
    assert (waiting["new_url"], waiting["new_display_name"]) == (None, NAME)
    after = ok(await staff.act(account, "rename/approve"))
    assert (after["url"], after["display_name"]) == (account["url"], NAME)


async def test_nobody_approves_the_name_they_proposed(staff: Staff) -> None:
    account = await staff.active()
    both = staff.tenant.auth(staff.agency, "officer", "approver", sub="somebody")
    ok(await staff.act(account, "rename", json=ANOTHER, headers=both))
    problem(await staff.act(account, "rename/approve", headers=both), 403, "self-approval")
    problem(await staff.act(account, "rename/approve", headers=staff.officer), 403, "forbidden")
    assert await verified(staff, account["url"]) == ("official", account["display_name"])


async def test_what_was_read_is_what_is_approved(staff: Staff) -> None:
    seen = await proposed(staff)
    await proposed(staff, seen, **ANOTHER)
    read_before = {**staff.approver, "If-Match": f'"{seen["version"]}"'}
    problem(await staff.act(seen, "rename/approve", headers=read_before), 412, "stale-version")
    assert (await read(staff, seen))["display_name"] == seen["display_name"]


@pytest.mark.parametrize("header", [{}, {"If-Match": "*"}])
async def test_what_nobody_says_to_have_read_is_not_approved(staff: Staff, header: dict[str, str]) -> None:
    seen = await proposed(staff)
    path = f"/v1/accounts/{seen['id']}/rename/approve"
    answer = await staff.client.post(path, headers={**staff.approver, **header})
    assert problem(answer, 428, "version-needed")["version"] == seen["version"]
    body = {"expected_version": seen["version"]}
    assert ok(await staff.client.post(path, headers=staff.approver, json=body))["display_name"] == NAME


async def test_a_proposed_name_can_be_dropped(staff: Staff) -> None:
    account = await proposed(staff)
    assert ok(await staff.act(account, "rename/withdraw"))["new_display_name"] is None
    problem(await staff.act(account, "rename/approve"), 409, "illegal-transition")
    assert await verified(staff, account["url"]) == ("official", account["display_name"])


async def test_of_an_approval_and_the_end_at_once_neither_is_half_done(staff: Staff) -> None:
    account = await proposed(staff)
    approval, end = await asyncio.gather(
        staff.act(account, "rename/approve"),
        staff.act(account, "retire", json={"reason": "no_longer_held"}),
    )
    assert ok(end)["new_display_name"] is None
    if approval.status_code == 200:
        assert await verified(staff, account["url"]) == ("former", NAME)
    else:
        assert approval.json()["type"] in {"/problems/illegal-transition", "/problems/stale-version"}
        assert await verified(staff, account["url"]) == ("former", account["display_name"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, None),
        ({"display_name": None, "url": None}, None),
        ({"display_name": ""}, "/display_name"),
        ({"display_name": "Ủy ban nhân dân xã"}, "/display_name"),
        ({"platform_id_url": "https://www.facebook.com/100064512345678"}, "/url"),
    ],
)
async def test_a_proposal_proposes_something(staff: Staff, body: dict[str, Any], pointer: str | None) -> None:
    account = await staff.active()
    refused = problem(await staff.act(account, "rename", json=body, headers=staff.officer), 422, "invalid")
    assert [each["pointer"] for each in refused.get("errors", [])] == ([pointer] if pointer else [])
    assert await read(staff, account) == account


async def test_a_draft_is_named_by_whoever_enters_it(staff: Staff) -> None:
    draft = await staff.draft()
    assert ok(await patched(staff, draft, {"display_name": NAME}))["display_name"] == NAME
    proposal = await staff.act(draft, "rename", json=ANOTHER, headers=staff.officer)
    problem(proposal, 409, "illegal-transition")


async def test_an_office_bears_its_title_whoever_agrees(staff: Staff) -> None:
    account = await staff.prove(await staff.office())
    ok(await staff.act(account, "submit", headers=staff.officer))
    ok(await staff.act(account, "approve"))
    answer = await staff.act(account, "rename", json=ANOTHER, headers=staff.officer)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/display_name"
    stranger = staff.tenant.auth(staff.agency, "officer", sub="stranger")
    problem(await staff.act(account, "rename", json=ANOTHER, headers=stranger), 403, "not-the-holder")


@pytest.mark.parametrize(
    "statement",
    [
        "SET display_name = 'Bộ Công an Việt Nam'",
        "SET display_name = 'Bộ Công an Việt Nam', rename_approver_issuer = 'x', rename_approver_subject = 'y'",
        "SET display_name = new_display_name",
        (
            "SET display_name = new_display_name, rename_approver_issuer = 'x', rename_approver_subject = 'y',"
            " renamer_subject = 'z'"
        ),
    ],
)
async def test_the_database_holds_names_to_what_two_people_agreed_on(
    staff: Staff, registry_database: Database, statement: str
) -> None:
    account = await proposed(staff)
    with pytest.raises(DBAPIError, match="changed by two people"):
        async with registry_database.transaction() as session:
            await session.execute(
                text(f"UPDATE accounts {statement} WHERE id = :id"),
                {"id": UUID(account["id"])},
            )


async def test_the_database_knows_who_proposed_a_name(staff: Staff, registry_database: Database) -> None:
    account = await staff.active()
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text("UPDATE accounts SET new_display_name = 'x' WHERE id = :id"), {"id": UUID(account["id"])}
            )
    assert violated_constraint(refused.value) == "ck_accounts_new_name_proposed"
