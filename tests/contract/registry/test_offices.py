"""Accounts of public offices: of a closed list, enrolled by their holders, withdrawn whenever these wish."""

import asyncio
from typing import Any, get_args

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.registry.offices.catalogue import OFFICES, OfficeCode
from shared.db import Database, violated_constraint
from shared.tenancy import LEVELS
from tests.support.answers import ok, problem
from tests.support.audit import audited
from tests.support.staff import Staff


def test_the_list_is_closed_and_says_it_in_both_languages() -> None:
    assert set(OFFICES) == {
        "province_council_chair",
        "province_chair",
        "province_vice_chair",
        "province_party_secretary",
        "commune_council_chair",
        "commune_chair",
        "commune_vice_chair",
        "commune_party_secretary",
        "department_director",
        "department_deputy_director",
        "unit_head",
        "spokesperson",
    }
    assert tuple(OFFICES) == get_args(OfficeCode)
    for office in OFFICES.values():
        assert office.title.vi != office.title.en
        assert set(office.levels) <= set(LEVELS)


async def test_everybody_can_read_the_list(registry: httpx.AsyncClient) -> None:
    offices = ok(await registry.get("/v1/offices", headers={"Accept-Language": "en"}))["items"]
    assert [office["code"] for office in offices] == list(OFFICES)
    assert offices[1]["title"] == "Chair of the provincial People's Committee"


async def test_an_office_s_account_bears_its_title(staff: Staff) -> None:
    account = await staff.office()
    assert (account["kind"], account["office"]) == ("public_office", "commune_chair")
    assert account["display_name"] == f"Chủ tịch Ủy ban nhân dân xã – UBND xã {staff.agency}"
    named = staff.body(kind="public_office", office="commune_chair", display_name="Nguyễn Văn A")
    answer = await staff.client.post("/v1/accounts", json=named, headers=staff.officer)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/display_name"
    path = f"/v1/accounts/{account['id']}"
    answer = await staff.client.patch(path, json={"display_name": "Nguyễn Văn A"}, headers=staff.officer)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/display_name"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "public_office", "office": "province_chair", "display_name": None},
        {"kind": "public_office", "display_name": None},
        {"kind": "agency", "office": "commune_chair"},
    ],
)
async def test_an_office_is_one_that_the_agency_has(staff: Staff, changes: dict[str, Any]) -> None:
    answer = await staff.client.post("/v1/accounts", json=staff.body(**changes), headers=staff.officer)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/office"


async def test_a_system_holds_no_office(staff: Staff) -> None:
    body = staff.body(kind="public_office", office="commune_chair", display_name=None)
    system = staff.tenant.auth(staff.agency, "officer", system=True)
    problem(await staff.client.post("/v1/accounts", json=body, headers=system), 403, "people-only")


async def test_only_the_holder_enrols_corrects_and_deletes(staff: Staff) -> None:
    account = await staff.prove(await staff.office())
    path = f"/v1/accounts/{account['id']}"
    another = staff.tenant.auth(staff.agency, "officer", sub="another")
    for answer in (
        await staff.act(account, "submit", headers=another),
        await staff.client.patch(path, json={"purpose": "reception"}, headers=another),
        await staff.client.delete(path, headers=another),
        await staff.act(account, "withdraw", headers=another),
    ):
        problem(answer, 403, "not-the-holder")
    ok(await staff.act(account, "submit", headers=staff.officer))
    assert ok(await staff.act(account, "approve"))["state"] == "active"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("submitter_subject = 'another'", "ck_accounts_submitted_by_holder"),
        ("submitter_subject = NULL", "ck_accounts_submitted_by_holder"),
        ("holder_subject = NULL", "ck_accounts_office_and_holder"),
        ("office = NULL", "ck_accounts_office_and_holder"),
        ("kind = 'agency'", "ck_accounts_office_and_holder"),
    ],
)
async def test_the_database_knows_no_office_enrolled_by_another(
    staff: Staff, registry_database: Database, change: str, constraint: str
) -> None:
    account = await staff.prove(await staff.office())
    ok(await staff.act(account, "submit", headers=staff.officer))
    with pytest.raises(IntegrityError) as refused:
        async with registry_database.transaction() as session:
            await session.execute(
                text(f"UPDATE accounts SET {change} WHERE id = :id"),  # noqa: S608 - words of ours
                {"id": account["id"]},
            )
    assert violated_constraint(refused.value) == constraint


@pytest.mark.parametrize("state", ["draft", "submitted", "active", "suspended"])
async def test_the_holder_withdraws_at_any_time_and_in_any_role(staff: Staff, state: str) -> None:
    account = await staff.prove(await staff.office())
    if state != "draft":
        ok(await staff.act(account, "submit", headers=staff.officer))
    if state in {"active", "suspended"}:
        ok(await staff.act(account, "approve"))
    if state == "suspended":
        ok(await staff.act(account, "suspend", json={"reason": "security"}))
    person = f"{staff.agency}:officer"
    viewer = staff.tenant.auth(staff.agency, "viewer", sub=person)
    withdrawn = ok(await staff.act(account, "withdraw", headers=viewer))
    assert (withdrawn["state"], withdrawn["reason"]) == ("retired", "withdrawn_by_holder")
    again = await staff.act(account, "withdraw", headers=viewer)
    problem(again, 409, "illegal-transition")


async def test_who_has_moved_to_another_agency_can_still_withdraw(staff: Staff) -> None:
    account = await staff.office()
    elsewhere = staff.tenant.auth(staff.tenant.foreign, "viewer", sub=f"{staff.agency}:officer")
    assert ok(await staff.act(account, "withdraw", headers=elsewhere))["state"] == "retired"
    stranger = staff.tenant.auth(staff.tenant.foreign, "viewer", sub="stranger")
    problem(await staff.act(account, "withdraw", headers=stranger), 404, "not-found")


async def test_who_is_of_no_agency_any_more_can_still_withdraw(
    staff: Staff, registry_database: Database
) -> None:
    holder = staff.tenant.subject("chair")
    chair = staff.tenant.auth(staff.agency, "officer", sub=holder)
    body = staff.body(kind="public_office", office="commune_chair", display_name=None)
    for gone in (
        staff.tenant.bare("chair"),
        staff.tenant.auth(staff.tenant.former, "viewer", sub=holder),
        staff.tenant.auth("NOWHERE", "viewer", sub=holder),
    ):
        body["url"] = staff.body()["url"]
        account = ok(await staff.client.post("/v1/accounts", json=body, headers=chair), 201)
        problem(await staff.act(account, "withdraw", headers=staff.tenant.bare("stranger")), 404, "not-found")
        assert ok(await staff.act(account, "withdraw", headers=gone))["reason"] == "withdrawn_by_holder"
        last = (await audited(registry_database, staff.agency))[-1]
        assert (last.action, last.actor_subject) == ("accounts.withdraw", holder)


async def test_an_office_has_one_account_on_a_platform(staff: Staff) -> None:
    drafts = [await staff.prove(await staff.office()) for _ in range(2)]
    other = await staff.prove(await staff.office(url=f"https://x.com/c{staff.agency[1:13].lower()}"))
    for draft in (*drafts, other):
        ok(await staff.act(draft, "submit", headers=staff.officer))
    answers = await asyncio.gather(*(staff.act(draft, "approve") for draft in drafts))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (lost,) = (answer for answer in answers if answer.status_code == 409)
    problem(lost, 409, "office-has-account")
    assert ok(await staff.act(other, "approve"))["state"] == "active"
