"""Accounts that go from one agency to another, when both agree."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.registry.base import SESSION_INFO
from shared import tenancy
from shared.db import Database, violated_constraint
from tests.support.answers import ok, problem
from tests.support.staff import Staff
from tests.support.tenant import agency

outbox = SESSION_INFO["messaging"].outbox


def to(code: str) -> dict[str, str]:
    return {"to_agency_code": code, "reason": "responsibility_moved"}


@pytest.fixture
def taker(staff: Staff) -> Staff:
    """The people of the commune that is to have the account."""
    return replace(staff, agency=staff.tenant.sibling)


async def offered(staff: Staff, taker: Staff, account: dict[str, Any] | None = None) -> dict[str, Any]:
    account = account or await staff.active()
    return ok(await staff.act(account, "transfers", json=to(taker.agency)), 201)


async def step(staff: Staff, transfer: dict[str, Any], action: str, **options: Any) -> httpx.Response:
    options.setdefault("headers", staff.approver)
    return await staff.client.post(f"/v1/transfers/{transfer['id']}/{action}", **options)


async def account_of(staff: Staff, transfer: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/accounts/{transfer['account']['id']}"
    return ok(await staff.client.get(path, headers=staff.officer))


async def ids(staff: Staff) -> list[str]:
    listed = ok(await staff.client.get("/v1/accounts", headers=staff.officer))["items"]
    return [account["id"] for account in listed]


async def verdict(staff: Staff, url: str) -> tuple[str, str, str]:
    answer = ok(await staff.client.get("/v1/verify", params={"url": url}))
    return answer["verdict"], answer["reason"], answer["account"]["agency_code"]


async def test_an_accepted_account_is_the_other_agency_s_and_stays_official(
    staff: Staff, taker: Staff, registry_database: Database
) -> None:
    transfer = await offered(staff, taker)
    account = transfer["account"]["id"]
    assert (await ids(staff), await ids(taker)) == ([account], [])
    accepted = ok(await step(taker, transfer, "accept"))
    assert (accepted["state"], accepted["account"]["state"]) == ("accepted", "active")
    assert (await ids(staff), await ids(taker)) == ([], [account])
    assert await verdict(staff, transfer["account"]["url"]) == ("official", "active", taker.agency)
    async with registry_database.transaction() as session:
        mine = outbox.c.envelope.contains(f'"subject":"{account}"')
        last = await session.scalar(
            select(outbox.c.envelope).where(mine).order_by(outbox.c.position.desc()).limit(1)
        )
    assert last is not None
    assert '"type":"registry.account.transferred.v1"' in last
    assert f'"from_agency_code":"{staff.agency}"' in last
    history = await taker.client.get(f"/v1/accounts/{account}/history", headers=taker.officer)
    assert [each["agency_code"] for each in ok(history)["items"]][:2] == [taker.agency, staff.agency]


async def test_without_a_valid_proof_it_begins_anew(staff: Staff, taker: Staff) -> None:
    account = await staff.active()
    proofs = ok(await staff.client.get(f"/v1/accounts/{account['id']}/proofs", headers=staff.officer))
    staff.site.publish("# nothing")
    await staff.check(proofs["items"][0])
    transfer = await offered(staff, taker, account)
    ok(await step(taker, transfer, "accept"))
    draft = await account_of(taker, transfer)
    assert (draft["state"], draft["agency_code"]) == ("draft", taker.agency)
    assert (await verdict(staff, account["url"]))[:2] == ("former", "transferred")
    path = f"/v1/accounts/{account['id']}"
    another = await taker.client.patch(path, json={"url": staff.body()["url"]}, headers=taker.officer)
    assert problem(another, 422, "invalid")["reason"] == "not-a-draft"
    cannot = await taker.client.delete(f"/v1/accounts/{account['id']}", headers=taker.officer)
    assert "delete" not in problem(cannot, 409, "illegal-transition")["allowed"]
    await taker.prove(draft)
    ok(await taker.act(draft, "submit", headers=taker.officer))
    ok(await taker.act(draft, "approve"))
    assert await verdict(staff, account["url"]) == ("official", "active", taker.agency)


async def test_a_suspended_account_stays_suspended(staff: Staff, taker: Staff) -> None:
    account = await staff.active()
    ok(await staff.act(account, "suspend", json={"reason": "security"}))
    transfer = await offered(staff, taker, account)
    ok(await step(taker, transfer, "accept"))
    after = await account_of(taker, transfer)
    assert (after["state"], after["reason"]) == ("suspended", "security")
    assert (await verdict(staff, account["url"]))[0] == "compromised"


async def test_what_ended_with_its_agency_can_be_taken_over(
    staff: Staff, taker: Staff, registry_database: Database
) -> None:
    account, third = await staff.active(), f"{staff.tenant.province}.X3"
    ended = agency(staff.agency, valid_to=date(2026, 1, 1), successors=[taker.agency], version=2)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [ended, agency(third, parent_code=staff.tenant.province)])
        await session.execute(
            text("UPDATE accounts SET state = 'retired', reason = 'agency_ended' WHERE id = :id"),
            {"id": account["id"]},
        )
        await session.execute(
            text("UPDATE identities SET released_at = now() WHERE account_id = :id"), {"id": account["id"]}
        )
    answer = ok(await staff.client.get("/v1/verify", params={"url": account["url"]}))
    assert (answer["verdict"], answer["reason"]) == ("former", "agency_ended")
    assert answer["successors"] == [taker.agency]
    heir = ok(await taker.act(account, "transfers", json=to(third)), 201)
    assert (heir["from_agency_code"], heir["to_agency_code"]) == (staff.agency, third)
    ok(await step(replace(staff, agency=third), heir, "accept"))
    assert (await account_of(replace(staff, agency=third), heir))["state"] == "draft"


async def test_the_contact_of_the_giver_does_not_go_with_it(staff: Staff, taker: Staff) -> None:
    transfer = await offered(staff, taker, await staff.active(contact_phone="+842773845123"))
    ok(await step(taker, transfer, "accept"))
    assert (await account_of(taker, transfer))["contact_phone"] is None


async def test_the_giver_does_not_take(staff: Staff, taker: Staff) -> None:
    giver = staff.tenant.auth(staff.tenant.province, "approver", sub="somebody")
    account = await staff.active()
    transfer = ok(await staff.act(account, "transfers", json=to(taker.agency), headers=giver), 201)
    same_person = staff.tenant.auth(taker.agency, "approver", sub="somebody")
    for action in ("accept", "decline"):
        problem(await step(taker, transfer, action, headers=giver), 403, "wrong-side")
        problem(await step(staff, transfer, action), 403, "wrong-side")
        problem(await step(taker, transfer, action, headers=same_person), 403, "self-approval")
    problem(await step(taker, transfer, "withdraw"), 403, "wrong-side")
    assert ok(await step(taker, transfer, "accept"))["state"] == "accepted"


@pytest.mark.parametrize("issuer", ["giver_issuer", "NULL"])
async def test_the_database_holds_the_two_sides_apart_too(
    staff: Staff, taker: Staff, registry_database: Database, issuer: str
) -> None:
    transfer = await offered(staff, taker)
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text(f"""
                    UPDATE transfers SET state = 'accepted',
                        decider_issuer = {issuer}, decider_subject = giver_subject
                    WHERE id = :id
                """),  # noqa: S608 - words of ours
                {"id": transfer["id"]},
            )
    assert violated_constraint(refused.value) == "ck_transfers_two_people"


@pytest.mark.parametrize("action", ["decline", "withdraw"])
async def test_what_is_not_accepted_changes_nothing(staff: Staff, taker: Staff, action: str) -> None:
    transfer = await offered(staff, taker)
    who = taker if action == "decline" else staff
    assert ok(await step(who, transfer, action))["account"] == transfer["account"]
    assert await ids(staff) == [transfer["account"]["id"]]
    refused = problem(await step(taker, transfer, "accept"), 409, "illegal-transition")
    assert refused["allowed"] == []
    assert (await offered(staff, taker, {"id": transfer["account"]["id"]}))["state"] == "offered"


async def test_an_account_is_offered_to_one_at_a_time(staff: Staff, taker: Staff) -> None:
    account = await staff.active()
    answers = await asyncio.gather(
        *(staff.act(account, "transfers", json=to(code)) for code in (taker.agency, staff.tenant.foreign))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (late,) = (answer for answer in answers if answer.status_code == 409)
    problem(late, 409, "already-offered")


async def test_of_several_answers_at_once_one_counts(staff: Staff, taker: Staff) -> None:
    transfer = await offered(staff, taker)
    answers = await asyncio.gather(
        step(taker, transfer, "accept"), step(taker, transfer, "decline"), step(staff, transfer, "withdraw")
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    (good,) = (ok(answer) for answer in answers if answer.status_code == 200)
    owner = taker.agency if good["state"] == "accepted" else staff.agency
    holder = taker if good["state"] == "accepted" else staff
    assert (await account_of(holder, transfer))["agency_code"] == owner


async def test_an_account_that_ended_meanwhile_is_not_taken(staff: Staff, taker: Staff) -> None:
    transfer = await offered(staff, taker)
    ok(await staff.act(transfer["account"], "retire", json={"reason": "closed_by_agency"}))
    problem(await step(taker, transfer, "accept"), 409, "illegal-transition")
    assert ok(await step(taker, transfer, "decline"))["state"] == "declined"


async def test_only_what_is_official_goes_and_only_to_who_can_take_it(staff: Staff, taker: Staff) -> None:
    for account in (await staff.draft(), await staff.submitted()):
        answer = await staff.act(account, "transfers", json=to(taker.agency))
        problem(answer, 409, "illegal-transition")
    account = await staff.active()
    for code in ("NOWHERE", staff.agency, staff.tenant.former):
        answer = await staff.act(account, "transfers", json=to(code))
        assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/to_agency_code"


async def test_an_office_s_account_goes_nowhere(staff: Staff, taker: Staff) -> None:
    account = await staff.prove(await staff.office())
    ok(await staff.act(account, "submit", headers=staff.officer))
    ok(await staff.act(account, "approve"))
    answer = await staff.act(account, "transfers", json=to(taker.agency))
    assert "transfer" not in problem(answer, 409, "illegal-transition")["allowed"]


async def test_both_sides_see_it_and_nobody_else(staff: Staff, taker: Staff) -> None:
    transfer = await offered(staff, taker)
    declined = await offered(staff, taker)
    ok(await step(taker, declined, "decline"))

    async def listed(who: Staff, **query: str) -> list[str]:
        page = await who.client.get("/v1/transfers", params=query, headers=who.officer)
        return [each["id"] for each in ok(page)["items"]]

    assert await listed(staff) == await listed(taker) == [declined["id"], transfer["id"]]
    assert await listed(staff, side="giving", state="offered") == [transfer["id"]]
    assert await listed(taker, side="receiving", state="declined") == [declined["id"]]
    assert await listed(staff, side="receiving") == await listed(taker, side="giving") == []
    path = f"/v1/transfers/{transfer['id']}"
    for who in (staff, taker):
        assert ok(await who.client.get(path, headers=who.officer)) == transfer
    stranger = replace(staff, agency=staff.tenant.foreign)
    assert await listed(stranger) == []
    problem(await stranger.client.get(path, headers=stranger.officer), 404, "not-found")


async def test_an_offer_that_is_repeated_is_made_once(staff: Staff, taker: Staff) -> None:
    account = await staff.active()
    body = {**to(taker.agency), "client_reference": f"letter-{account['id']}"}
    first = await staff.act(account, "transfers", json=body)
    again = await staff.act(account, "transfers", json=body)
    assert ok(again, 201) == ok(first, 201)
    assert again.headers["location"] == f"/v1/transfers/{first.json()['id']}"
