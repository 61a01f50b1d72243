"""A page that was renamed on its platform: the same account under a new handle, the old one a tombstone."""

import asyncio
import secrets
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.registry.base import SESSION_INFO
from shared.db import Database, violated_constraint
from tests.support.answers import ok, problem
from tests.support.staff import Staff

outbox = SESSION_INFO["messaging"].outbox


async def verified(staff: Staff, url: str) -> dict[str, Any]:
    return ok(await staff.client.get("/v1/verify", params={"url": url}))


async def test_the_new_handle_counts_once_a_second_person_agrees(
    staff: Staff, registry_database: Database
) -> None:
    account = await staff.renamed()
    old, new = account["url"], account["new_url"]
    assert (await verified(staff, new))["verdict"] == "unknown"
    after = ok(await staff.act(account, "rename/approve"))
    assert (after["url"], after["new_url"], after["state"]) == (new, None, "active")
    assert (await verified(staff, new))["verdict"] == "official"
    assert (await verified(staff, f"https://facebook.com/{account['platform_id']}"))["verdict"] == "official"
    (proof,) = ok(await staff.client.get(f"/v1/accounts/{account['id']}/proofs", headers=staff.officer))[
        "items"
    ]
    assert proof["next_check_at"] == after["updated_at"]  # it was seen for the old handle
    former = await verified(staff, old)
    assert (former["verdict"], former["reason"]) == ("former", "renamed")
    assert former["successor"]["url"] == new
    async with registry_database.transaction() as session:
        mine = outbox.c.envelope.contains(f'"subject":"{account["id"]}"')
        types = list(await session.scalars(select(outbox.c.type).where(mine).order_by(outbox.c.position)))
    assert types[-1] == "registry.account.changed.v1"


async def test_nobody_approves_the_handle_they_proposed(staff: Staff) -> None:
    account = await staff.numbered()
    both = staff.tenant.auth(staff.agency, "officer", "approver", sub="somebody")
    ok(await staff.act(account, "rename", json={"url": staff.body()["url"]}, headers=both))
    problem(await staff.act(account, "rename/approve", headers=both), 403, "self-approval")


@pytest.mark.parametrize("issuer", ["renamer_issuer", "NULL"])
async def test_the_database_holds_the_two_of_a_rename_apart_too(
    staff: Staff, registry_database: Database, issuer: str
) -> None:
    account = await staff.renamed()
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text(f"""
                    UPDATE accounts
                    SET rename_approver_issuer = {issuer}, rename_approver_subject = renamer_subject
                    WHERE id = :id
                """),  # noqa: S608 - words of ours
                {"id": account["id"]},
            )
    assert violated_constraint(refused.value) == "ck_accounts_renamed_by_two"


async def test_a_proposal_can_be_dropped(staff: Staff) -> None:
    account = await staff.renamed()
    assert ok(await staff.act(account, "rename/withdraw"))["new_url"] is None
    for action in ("approve", "withdraw"):
        refused = problem(await staff.act(account, f"rename/{action}"), 409, "illegal-transition")
        assert "rename" not in refused["allowed"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://x.com/ubndmoi", "another-account"),
        ("https://www.facebook.com/groups/ubndmoi", "another-account"),
        ("https://www.facebook.com/profile.php?id=100064512345678", "no-handle"),
        ("https://www.facebook.com/", "no-account"),
    ],
)
async def test_a_new_handle_is_one_that_the_account_can_have(staff: Staff, url: str, reason: str) -> None:
    account = await staff.numbered()
    answer = await staff.act(account, "rename", json={"url": url}, headers=staff.officer)
    assert problem(answer, 422, "invalid")["reason"] == reason


async def test_the_same_handle_is_no_rename(staff: Staff) -> None:
    account = await staff.numbered()
    answer = await staff.act(account, "rename", json={"url": account["url"]}, headers=staff.officer)
    assert problem(answer, 422, "invalid")["reason"] == "same-handle"


async def test_without_an_immutable_id_it_could_be_anybody(staff: Staff) -> None:
    account = await staff.active()
    answer = await staff.act(account, "rename", json={"url": staff.body()["url"]}, headers=staff.officer)
    problem(answer, 409, "no-platform-id")


async def test_an_id_can_be_learnt_later_by_two_people(staff: Staff) -> None:
    account, link = await staff.active(), f"https://www.facebook.com/{10**14 + secrets.randbelow(10**14)}"
    body = {"url": account["url"], "platform_id_url": link}
    ok(await staff.act(account, "rename", json=body, headers=staff.officer))
    assert (await verified(staff, link))["verdict"] == "unknown"
    after = ok(await staff.act(account, "rename/approve"))
    assert (after["url"], after["platform_id"]) == (account["url"], link.rpartition("/")[2])
    for url in (link, account["url"]):
        assert (await verified(staff, url))["verdict"] == "official"
    again = await staff.act(account, "rename", json=body, headers=staff.officer)
    assert problem(again, 422, "invalid")["reason"] == "same-handle"


async def test_an_id_and_a_handle_together_could_be_anybody_s(staff: Staff) -> None:
    account = await staff.active()
    body = {"url": staff.body()["url"], "platform_id_url": "https://www.facebook.com/100064512345678"}
    problem(await staff.act(account, "rename", json=body, headers=staff.officer), 409, "no-platform-id")


async def test_somebody_else_s_id_is_not_learnt(staff: Staff) -> None:
    account, other = await staff.active(), await staff.numbered()
    body = {
        "url": account["url"],
        "platform_id_url": f"https://www.facebook.com/{other['platform_id']}",
    }
    answer = await staff.act(account, "rename", json=body, headers=staff.officer)
    assert problem(answer, 409, "identity-held")["holder"]["account_id"] == other["id"]


async def test_somebody_else_s_handle_is_not_taken_over(staff: Staff) -> None:
    account, other = await staff.numbered(), await staff.active()
    answer = await staff.act(account, "rename", json={"url": other["url"]}, headers=staff.officer)
    assert problem(answer, 409, "identity-held")["holder"]["account_id"] == other["id"]


async def test_a_handle_that_was_taken_while_it_waited_is_not_taken_over(staff: Staff) -> None:
    account = await staff.renamed()
    other = await staff.active(url=account["new_url"])
    late = problem(await staff.act(account, "rename/approve"), 409, "identity-held")
    assert late["holder"]["account_id"] == other["id"]


async def test_of_a_rename_and_an_approval_at_once_one_has_the_handle(staff: Staff) -> None:
    account = await staff.renamed()
    other = await staff.submitted(url=account["new_url"])
    answers = await asyncio.gather(staff.act(account, "rename/approve"), staff.act(other, "approve"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (lost,) = (answer for answer in answers if answer.status_code == 409)
    (won,) = (ok(answer) for answer in answers if answer.status_code == 200)
    assert problem(lost, 409, "identity-held")["holder"]["account_id"] == won["id"]
    assert (await verified(staff, account["new_url"]))["account"]["id"] == won["id"]


async def test_a_handle_that_was_official_before_needs_a_fresh_proof(staff: Staff) -> None:
    account, other = await staff.numbered(), await staff.active()
    ok(await staff.act(other, "retire", json={"reason": "no_longer_held"}))
    ok(await staff.act(account, "rename", json={"url": other["url"]}, headers=staff.officer))
    problem(await staff.act(account, "rename/approve"), 409, "fresh-proof-needed")
    await staff.prove(account)
    assert ok(await staff.act(account, "rename/approve"))["url"] == other["url"]


async def test_the_handle_let_go_is_another_s_only_with_a_fresh_proof(staff: Staff) -> None:
    account = await staff.numbered()
    old = account["url"]
    ok(await staff.act(account, "rename", json={"url": staff.body()["url"]}, headers=staff.officer))
    ok(await staff.act(account, "rename/approve"))
    other = await staff.active(url=old)
    assert (await verified(staff, old))["account"]["id"] == other["id"]
