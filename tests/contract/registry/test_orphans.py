"""Accounts of agencies that end: former at once, and on a worklist until somebody takes them over."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import event, select, text

from services.registry.accounts import service
from services.registry.base import SESSION_INFO
from services.registry.successions.schedule import effect_due
from shared import clock
from shared.db import Database
from tests.contract.registry.reform import Reform
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.staff import Staff

outbox = SESSION_INFO["messaging"].outbox


@pytest.fixture
async def old(reform: Reform) -> str:
    """An agency that will end."""
    (code,) = await reform.enter("OLD")
    return code


@pytest.fixture
async def new(reform: Reform) -> str:
    """The agency that will succeed it."""
    (code,) = await reform.enter("NEW")
    return code


@pytest.fixture
def clerks(staff: Staff, old: str) -> Staff:
    """Those who keep the accounts of the agency that will end."""
    return replace(staff, agency=old)


async def orphans(reform: Reform, code: str, **query: Any) -> list[str]:
    headers = reform.tenant.auth(reform.tenant.province, "viewer")
    answer = await reform.client.get(f"/v1/agencies/{code}/orphans", params=query, headers=headers)
    return [item["account_id"] for item in ok(answer)["items"]]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that are sent to the database within the block."""
    statements: list[str] = []

    def note(*sent: Any) -> None:
        statements.append(sent[2])

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def last_told(database: Database, account: dict[str, Any]) -> dict[str, Any]:
    async with database.transaction() as session:
        text = await session.scalar(
            select(outbox.c.envelope)
            .where(outbox.c.envelope.contains(f'"subject":"{account["id"]}"'))
            .order_by(outbox.c.position.desc())
            .limit(1)
        )
    envelope: dict[str, Any] = orjson.loads(text or "{}")
    return envelope


async def test_accounts_end_with_their_agency_and_name_its_successor(
    reform: Reform, clerks: Staff, old: str, new: str
) -> None:
    active, suspended = await clerks.active(), await clerks.active()
    ok(await clerks.act(suspended, "suspend", json={"reason": "security"}))
    submitted, draft = await clerks.submitted(), await clerks.draft()
    await reform.approve("merge", [old], [new], days=0)

    headers = reform.tenant.auth(reform.tenant.province, "viewer")

    async def state(account: dict[str, Any]) -> tuple[str, str | None]:
        read = ok(await reform.client.get(f"/v1/accounts/{account['id']}", headers=headers))
        return read["state"], read["reason"]

    assert await state(active) == await state(suspended) == ("retired", "agency_ended")
    assert (await state(submitted), await state(draft)) == (("submitted", None), ("draft", None))
    late = await clerks.act(submitted, "approve", headers=reform.tenant.auth(new, "approver"))
    assert problem(late, 409, "agency-ended")["successors"] == [new]
    told = await last_told(reform.database, active)
    assert told["type"] == "registry.account.retired.v1"
    assert told["data"]["successors"] == [new]
    verdict = ok(await reform.client.get("/v1/verify", params={"url": active["url"]}))
    assert (verdict["verdict"], verdict["reason"]) == ("former", "agency_ended")
    assert ("accounts.retire", "system", 4) in await acts(reform.database, old)
    assert sorted(await orphans(reform, reform.tenant.province)) == sorted([active["id"], suspended["id"]])


async def test_one_that_lapsed_and_is_submitted_again_ends_too(
    reform: Reform, clerks: Staff, old: str, new: str
) -> None:
    """It holds its link all the while, and could not be approved any more."""
    account = await clerks.active()
    again = """
        UPDATE accounts SET state = 'submitted', lapsed_at = now(), approver_issuer = NULL, approver_subject = NULL
        WHERE id = :id
    """
    async with reform.database.transaction() as session:
        await session.execute(text(again), {"id": account["id"]})
    await reform.approve("merge", [old], [new], days=0)
    assert await orphans(reform, new) == [account["id"]]
    verdict = ok(await reform.client.get("/v1/verify", params={"url": account["url"]}))
    assert (verdict["verdict"], verdict["successors"]) == ("former", [new])


async def test_however_many_end_it_takes_as_many_statements(
    reform: Reform, clerks: Staff, old: str, new: str
) -> None:
    """A reform ends hundreds of agencies with tens of thousands of accounts, a transaction for each succession."""
    others = await reform.enter("OLD2", "OLD3")
    counts = []
    for codes, accounts in (([old], 1), (others, 3)):
        made = await reform.propose("merge", codes, [new], days=0)
        ended = [await replace(clerks, agency=codes[-1]).active() for _ in range(accounts)]
        with counted(reform.database) as statements:
            ok(await reform.act(made, "approve"))
        counts.append(len(statements))
        assert await orphans(reform, codes[-1]) == [account["id"] for account in reversed(ended)]
    assert counts[0] == counts[1]


async def test_many_end_a_few_at_a_time(
    reform: Reform, clerks: Staff, old: str, new: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_AT_ONCE", 2)
    ended = [(await clerks.active())["id"] for _ in range(3)]
    await reform.approve("merge", [old], [new], days=0)
    assert await orphans(reform, old) == ended[::-1]


async def test_on_the_day_itself_and_not_before(reform: Reform, clerks: Staff, old: str, new: str) -> None:
    account = await clerks.active()
    await reform.approve("merge", [old], [new], days=2)
    assert await orphans(reform, old) == []
    with clock.shifted(timedelta(days=2)):
        await effect_due(reform.database)
    assert await orphans(reform, old) == [account["id"]]


async def test_the_worklist_is_shown_for_the_old_the_new_and_those_above(
    reform: Reform, clerks: Staff, old: str, new: str
) -> None:
    first, second = await clerks.active(), await clerks.active(url="https://x.com/ubndcu")
    await reform.approve("merge", [old], [new], days=0)
    both = [second["id"], first["id"]]
    for code in (old, new, reform.tenant.province):
        assert await orphans(reform, code) == both
    assert await orphans(reform, reform.tenant.sibling) == []
    assert await orphans(reform, new, platform="x") == [second["id"]]
    headers = reform.tenant.auth(new, "viewer")
    path = f"/v1/agencies/{old}/orphans"
    page = ok(await reform.client.get(path, params={"limit": 1}, headers=headers))
    assert [item["account_id"] for item in page["items"]] == both[:1]
    rest = ok(await reform.client.get(path, params={"cursor": page["next_cursor"]}, headers=headers))
    assert [item["account_id"] for item in rest["items"]] == both[1:]
    assert rest["items"][0]["successors"] == [new]
    problem(await reform.client.get(path, params={"platform": "myspace"}, headers=headers), 422, "invalid")
    stranger = reform.tenant.auth(reform.tenant.foreign, "viewer")
    for each in (path, f"{path}.csv"):
        problem(await reform.client.get(each, headers=stranger), 404, "not-found")


async def test_the_worklist_as_a_file(reform: Reform, clerks: Staff, old: str, new: str) -> None:
    account = await clerks.active(display_name="=1+1, “Trang”")
    await reform.approve("merge", [old], [new], days=0)
    headers = reform.tenant.auth(new, "viewer")
    answer = await reform.client.get(f"/v1/agencies/{old}/orphans.csv", headers=headers)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    (line,) = csv.DictReader(answer.text.splitlines())
    assert line["account_id"] == account["id"]
    assert line["display_name"] == "'=1+1, “Trang”"
    assert (line["agency_code"], line["successors"]) == (old, new)


async def test_what_a_successor_enters_as_its_own_leaves_the_worklist(
    reform: Reform, clerks: Staff, old: str, new: str
) -> None:
    account, other = await clerks.active(), await clerks.active()
    await reform.approve("merge", [old], [new], days=0)
    heirs = replace(clerks, agency=new)
    await heirs.submitted(url=account["url"])
    assert await orphans(reform, new) == [other["id"], account["id"]]
    await heirs.active(url=account["url"])
    assert await orphans(reform, new) == [other["id"]]


async def test_what_is_taken_over_leaves_the_worklist(
    reform: Reform, clerks: Staff, old: str, new: str, registry: httpx.AsyncClient
) -> None:
    account = await clerks.active()
    await reform.approve("merge", [old], [new], days=0)
    offer = {"to_agency_code": new, "reason": "agency_ended"}
    giver = reform.tenant.auth(reform.tenant.province, "approver")
    path = f"/v1/accounts/{account['id']}/transfers"
    made = ok(await registry.post(path, json=offer, headers=giver), 201)
    assert await orphans(reform, new) == [account["id"]]
    receiver = reform.tenant.auth(new, "approver")
    ok(await registry.post(f"/v1/transfers/{made['id']}/accept", headers=receiver))
    assert await orphans(reform, new) == []
