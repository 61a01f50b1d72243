"""Proofs are looked at again by themselves; the agency is told in time; with the last one the account lapses."""

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import select, text

from services.registry.accounts.service import suspend_after_takeover
from services.registry.base import SESSION_INFO
from services.registry.proofs.method import Probe
from services.registry.proofs.recheck import Rechecker
from shared import clock
from shared.db import Database
from shared.outbound.address import Policy
from shared.outbound.client import Outbound
from shared.tasks import stop
from tests.contract.registry.proofs.conftest import Serve
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.eventually import eventually
from tests.support.site import WELL_KNOWN, Site
from tests.support.staff import Staff

DAY = timedelta(days=1)
outbox = SESSION_INFO["messaging"].outbox


@pytest.fixture(autouse=True)
async def _nothing_is_due(registry_database: Database) -> None:
    """What other tests left is not looked at in this one."""
    async with registry_database.transaction() as session:
        await session.execute(text("UPDATE proofs SET next_check_at = NULL"))


@pytest.fixture
async def site(serve: Serve) -> AsyncIterator[Site]:
    async with serve(f"x{secrets.token_hex(4)}.gov.vn") as site:
        yield site


async def read(staff: Staff, account: dict[str, Any]) -> dict[str, Any]:
    return ok(await staff.client.get(f"/v1/accounts/{account['id']}", headers=staff.officer))


async def proofs(staff: Staff, account: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"/v1/accounts/{account['id']}/proofs"
    items: list[dict[str, Any]] = ok(await staff.client.get(path, headers=staff.officer))["items"]
    return items


async def only_proof(staff: Staff, account: dict[str, Any]) -> dict[str, Any]:
    (proof,) = await proofs(staff, account)
    return proof


async def verdict(staff: Staff, account: dict[str, Any]) -> tuple[str, str]:
    answer = ok(await staff.client.get("/v1/verify", params={"url": account["url"]}))
    assert answer["account"]["id"] == account["id"]
    return answer["verdict"], answer["reason"]


async def events(database: Database, subject: str) -> list[dict[str, Any]]:
    query = select(outbox.c.envelope).order_by(outbox.c.position)
    async with database.transaction() as session:
        found = await session.scalars(query.where(outbox.c.envelope.contains(f'"subject":"{subject}"')))
        return [orjson.loads(envelope) for envelope in found]


async def types(database: Database, subject: str) -> list[str]:
    return [event["type"].removeprefix("registry.") for event in await events(database, subject)]


async def until_failed(staff: Staff, rechecker: Rechecker, account: dict[str, Any]) -> timedelta:
    """Let the schedule run until every proof has failed; how far the clock was moved."""
    moved = 8 * DAY
    while True:
        with clock.shifted(moved):
            await rechecker.turn()
        if all(proof["state"] == "failed" for proof in await proofs(staff, account)):
            return moved
        moved += DAY
        assert moved < 60 * DAY


async def test_a_good_proof_is_looked_at_every_week_and_nobody_is_told(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.active()
    before, told = await only_proof(staff, account), await acts(registry_database, staff.agency)
    staff.site.asked.clear()
    with clock.shifted(6 * DAY):
        assert await rechecker.turn() == 0
    with clock.shifted(8 * DAY):
        assert await rechecker.turn() == 1
        assert await rechecker.turn() == 0
    after = await only_proof(staff, account)
    assert staff.site.asked == [WELL_KNOWN]
    assert (after["state"], after["strength"]) == ("valid", "strong")
    assert after["expires_at"] > before["expires_at"]
    assert after["next_check_at"] > before["next_check_at"]
    assert await acts(registry_database, staff.agency) == told
    assert await types(registry_database, after["id"]) == []


async def test_a_failure_is_told_at_once_and_borne_with_for_a_week(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.active()
    staff.site.publish("# nothing any more")
    with clock.shifted(8 * DAY):
        assert await rechecker.turn() == 1
        assert await rechecker.turn() == 0
        failing = await only_proof(staff, account)
    assert (failing["state"], failing["failure"]["code"]) == ("valid", "not-listed")
    assert failing["failing_since"]
    assert await verdict(staff, account) == ("official", "active")
    (event,) = await events(registry_database, failing["id"])
    assert (event["type"], event["audience"]) == ("registry.proof.failing.v1", "subtree")
    assert event["data"]["is_last"]
    assert event["data"]["failure"] == "not-listed"
    ends = datetime.fromisoformat(event["data"]["ends_at"])
    assert abs(ends - (clock.now() + 15 * DAY)) < timedelta(hours=1)
    # A few tries later it is the same failure still, of which everybody knows.
    for hours in (3, 8, 20):
        with clock.shifted(8 * DAY + timedelta(hours=hours)):
            assert await rechecker.turn() == 1
    assert len(await events(registry_database, failing["id"])) == 1
    staff.site.publish(failing["publish"]["line"])
    with clock.shifted(11 * DAY):
        await rechecker.turn()
    good = await only_proof(staff, account)
    assert (good["failure"], good["failing_since"]) == (None, None)
    assert (await acts(registry_database, staff.agency))[-2:] == [
        ("proofs.recheck", "system", failing["version"]),
        ("proofs.recheck", "system", good["version"]),
    ]


async def test_after_the_grace_it_has_failed_and_the_account_lapses(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.active()
    staff.site.publish("# nothing any more")
    moved = await until_failed(staff, rechecker, account)
    assert 14 * DAY <= moved <= 17 * DAY
    lapsed = await read(staff, account)
    assert (lapsed["state"], lapsed["version"]) == ("lapsed", account["version"] + 1)
    assert await types(registry_database, account["id"]) == [
        "account.submitted.v1",
        "account.activated.v1",
        "account.lapsed.v1",
    ]
    told = (await events(registry_database, account["id"]))[-1]
    assert (told["audience"], told["data"]["state"]) == ("public", "lapsed")
    assert (await acts(registry_database, staff.agency))[-2:] == [
        ("proofs.recheck", "system", (await only_proof(staff, account))["version"]),
        ("accounts.lapse", "system", lapsed["version"]),
    ]


async def test_a_lapsed_account_is_not_vouched_for_and_keeps_its_link(
    staff: Staff, rechecker: Rechecker
) -> None:
    account = await staff.active()
    staff.site.publish("# nothing any more")
    await until_failed(staff, rechecker, account)
    assert await verdict(staff, account) == ("unknown", "lapsed")
    english = await staff.client.get(
        "/v1/verify", params={"url": account["url"]}, headers={"Accept-Language": "en"}
    )
    assert "does not vouch" in ok(english)["advice"]
    other = Staff(staff.client, staff.tenant, staff.site, staff.tenant.sibling)
    again = await staff.client.post(
        "/v1/accounts", json=other.body(url=account["url"]), headers=other.officer
    )
    assert problem(again, 409, "identity-held")["holder"]["agency_code"] == staff.agency


async def test_it_comes_back_by_itself_within_thirty_days(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.active()
    line = (await only_proof(staff, account))["publish"]["line"]
    staff.site.publish("# nothing any more")
    moved = await until_failed(staff, rechecker, account)
    staff.site.publish(line)
    with clock.shifted(moved + 2 * DAY):
        assert await rechecker.turn() == 1
        assert await verdict(staff, account) == ("official", "active")
    assert (await types(registry_database, account["id"]))[-2:] == [
        "account.lapsed.v1",
        "account.restored.v1",
    ]
    assert (await acts(registry_database, staff.agency))[-1][:2] == ("accounts.revive", "system")


async def test_later_two_people_look_again(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.active()
    proof = await only_proof(staff, account)
    staff.site.publish("# nothing any more")
    moved = await until_failed(staff, rechecker, account)
    while (await only_proof(staff, account))["next_check_at"]:
        moved += 5 * DAY
        with clock.shifted(moved):
            await rechecker.turn()
    staff.site.publish(proof["publish"]["line"])
    with clock.shifted(moved):
        assert await rechecker.turn() == 0
        assert (await staff.check(proof))["state"] == "valid"
        assert (await read(staff, account))["state"] == "lapsed"
        assert ok(await staff.act(account, "submit", headers=staff.officer))["state"] == "submitted"
        assert await verdict(staff, account) == ("unknown", "lapsed")
        assert ok(await staff.act(account, "return"))["state"] == "lapsed"
        await staff.check(proof)
        assert (await read(staff, account))["state"] == "lapsed"
        ok(await staff.act(account, "submit", headers=staff.officer))
        assert ok(await staff.act(account, "approve"))["state"] == "active"
        assert await verdict(staff, account) == ("official", "active")


async def test_another_agency_that_takes_it_over_begins_anew(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.active()
    staff.site.publish("# nothing any more")
    await until_failed(staff, rechecker, account)
    sibling = staff.tenant.sibling
    offer = {"to_agency_code": sibling, "reason": "responsibility_moved"}
    transfer = ok(await staff.act(account, "transfers", json=offer), 201)
    taker = staff.tenant.auth(sibling, "approver")
    ok(await staff.client.post(f"/v1/transfers/{transfer['id']}/accept", headers=taker))
    taken = ok(await staff.client.get(f"/v1/accounts/{account['id']}", headers=taker))
    assert (taken["agency_code"], taken["state"]) == (sibling, "draft")
    assert await verdict(staff, account) == ("former", "transferred")


async def test_an_officer_s_look_counts_like_the_schedule_s(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.active()
    proof = await only_proof(staff, account)
    staff.site.publish("# nothing any more")
    failing = await staff.check(proof)
    assert (failing["state"], failing["failure"]["code"]) == ("valid", "not-listed")
    assert (await read(staff, account))["state"] == "active"
    with clock.shifted(8 * DAY):
        assert (await staff.check(proof))["state"] == "failed"
        assert (await read(staff, account))["state"] == "lapsed"
        staff.site.publish(proof["publish"]["line"])
        assert (await staff.check(proof))["state"] == "valid"
        assert (await read(staff, account))["state"] == "active"
        assert await rechecker.turn() == 0


async def test_another_proof_however_weak_keeps_it(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.active()
    (machine,) = await proofs(staff, account)
    letter = {"method": "document", "number": "1/TB", "issued_on": "2026-01-02", "issued_by": staff.agency}
    document = await staff.proof(account, letter)
    path = f"/v1/accounts/{account['id']}/proofs/{document['id']}/confirm"
    ok(await staff.client.post(path, headers=staff.approver))
    staff.site.publish("# nothing any more")
    for days in (8, 9, 16):
        with clock.shifted(days * DAY):
            await rechecker.turn()
    states = {proof["method"]: proof["state"] for proof in await proofs(staff, account)}
    assert states == {"well_known": "failed", "document": "valid"}
    assert (await read(staff, account))["state"] == "active"
    (event,) = await events(registry_database, machine["id"])
    assert not event["data"]["is_last"]


async def test_what_people_attested_to_is_told_of_in_time_and_can_be_renewed(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.draft()
    proof = await staff.proof(account, {"method": "profile_code"})
    path = f"/v1/accounts/{account['id']}/proofs/{proof['id']}/attest"
    seen = {"url": account["url"], "code": proof["publish"]["line"]}
    ok(await staff.client.post(path, json=seen, headers=staff.approver))
    ok(await staff.act(account, "submit", headers=staff.officer))
    ok(await staff.act(account, "approve"))
    with clock.shifted(350 * DAY):
        assert await rechecker.turn() == 0
    with clock.shifted(352 * DAY):
        assert await rechecker.turn() == 1
        assert await rechecker.turn() == 0
    (notice,) = await events(registry_database, proof["id"])
    assert notice["data"]["failure"] == "expired"
    with clock.shifted(366 * DAY):
        assert await rechecker.turn() == 1
    assert (await only_proof(staff, account))["state"] == "valid"
    with clock.shifted(374 * DAY):
        assert await rechecker.turn() == 1
        assert await rechecker.turn() == 0
        assert (await only_proof(staff, account))["failure"]["code"] == "expired"
        assert (await read(staff, account))["state"] == "lapsed"
        assert ok(await staff.client.post(path, json=seen, headers=staff.approver))["state"] == "valid"
        assert (await read(staff, account))["state"] == "active"


async def test_drafts_are_not_looked_at_and_their_proofs_end(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.proven()
    staff.site.asked.clear()
    with clock.shifted(8 * DAY):
        assert await rechecker.turn() == 1
        assert await rechecker.turn() == 0
    waiting = await only_proof(staff, account)
    assert waiting["state"] == "valid"
    # Once it is official, it is looked at like any other.
    assert waiting["next_check_at"] < (clock.now() + 17 * DAY).isoformat()
    with clock.shifted(91 * DAY):
        assert await rechecker.turn() == 1
    ended = await only_proof(staff, account)
    assert (ended["state"], ended["failure"]["code"], ended["next_check_at"]) == ("failed", "expired", None)
    assert staff.site.asked == []


async def test_what_was_ended_is_left_alone(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.active()
    ok(await staff.act(account, "retire", json={"reason": "closed_by_agency"}))
    staff.site.asked.clear()
    for days in (8, 91):
        with clock.shifted(days * DAY):
            assert await rechecker.turn() == 1
    assert (await only_proof(staff, account))["state"] == "failed"
    with clock.shifted(365 * DAY):
        assert await rechecker.turn() == 0
    assert staff.site.asked == []


async def test_a_hijacked_page_that_had_lapsed_is_compromised_and_lapses_again(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.active()
    staff.site.publish("# nothing any more")
    await until_failed(staff, rechecker, account)
    async with registry_database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), staff.agency, uuid4())
    assert await verdict(staff, account) == ("compromised", "takeover")
    assert ok(await staff.act(account, "restore"))["state"] == "lapsed"


async def test_a_worker_that_was_away_for_months_looks_before_it_judges(
    staff: Staff, rechecker: Rechecker
) -> None:
    account = await staff.active()
    with clock.shifted(200 * DAY):
        await rechecker.sweep()
        assert (await read(staff, account))["state"] == "active"
        assert await rechecker.turn() == 1
        assert (await only_proof(staff, account))["failure"] is None
    assert (await read(staff, account))["state"] == "active"


async def test_a_worker_that_dies_between_claim_and_record_loses_nothing(
    staff: Staff, rechecker: Rechecker, registry_database: Database
) -> None:
    account = await staff.active()
    before = await only_proof(staff, account)
    with clock.shifted(8 * DAY):
        (claim,) = await rechecker.claim()  # and nothing comes of it
        assert str(claim.id) == before["id"]
        assert await rechecker.turn() == 0
    with clock.shifted(8 * DAY + timedelta(minutes=5)):
        assert await rechecker.turn() == 1
    after = await only_proof(staff, account)
    assert after["version"] == before["version"] + 1
    # Were it still alive, what it found would come too late.
    other = replace(rechecker, database=registry_database)
    staff.site.publish("# nothing any more")
    with clock.shifted(8 * DAY + timedelta(minutes=6)):
        await other.look(claim)
    assert await only_proof(staff, account) == after


async def test_a_person_s_look_meanwhile_stands(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.active()
    proof = await only_proof(staff, account)
    with clock.shifted(8 * DAY):
        (claim,) = await rechecker.claim()
        checked = await staff.check(proof)
        staff.site.publish("# nothing any more")
        await rechecker.look(claim)
    assert await only_proof(staff, account) == checked


async def test_a_look_that_began_before_a_rename_is_not_recorded(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.renamed()
    with clock.shifted(8 * DAY):
        (claim,) = await rechecker.claim()
        renamed = ok(await staff.act(account, "rename/approve"))
        await rechecker.look(claim)
    proof = await only_proof(staff, account)
    assert (proof["state"], proof["next_check_at"]) == ("valid", renamed["updated_at"])


async def test_two_workers_share_the_work(staff: Staff, serve: Serve, rechecker: Rechecker) -> None:
    async with AsyncExitStack() as stack:
        sites = [await stack.enter_async_context(serve(f"x{secrets.token_hex(4)}.gov.vn")) for _ in range(6)]
        for each in sites:
            await replace(staff, site=each).active()
            each.asked.clear()
        with clock.shifted(8 * DAY):
            counts = await asyncio.gather(*(replace(rechecker).turn() for _ in range(3)))
        assert sum(counts) == 6
        assert [each.asked for each in sites] == [[WELL_KNOWN]] * 6


async def test_one_host_is_asked_once_at_a_time_and_not_again_at_once(
    staff: Staff, rechecker: Rechecker
) -> None:
    for _ in range(3):
        await staff.active()
    staff.site.asked.clear()
    slow = replace(rechecker, spacing=timedelta(hours=1))
    with clock.shifted(8 * DAY):
        claims = await asyncio.gather(slow.claim(), slow.claim())
        ((claim,),) = [each for each in claims if each]
        assert await slow.turn() == 0  # somebody is there
        await slow.look(claim)
        assert await slow.turn() == 0  # somebody was there a moment ago
    with clock.shifted(8 * DAY + timedelta(hours=2)):
        assert await slow.turn() == 1
    assert len(staff.site.asked) == 2


async def test_a_look_that_breaks_is_put_off_and_judges_nothing(
    staff: Staff, rechecker: Rechecker, probe: Probe
) -> None:
    account = await staff.active()
    broken = replace(rechecker, probe=replace(probe, outbound=Outbound(Policy())))  # nobody started it
    with clock.shifted(8 * DAY):
        assert await broken.turn() == 1
        assert await rechecker.turn() == 0
    put_off = await only_proof(staff, account)
    assert (put_off["state"], put_off["failure"]) == ("valid", None)
    with clock.shifted(8 * DAY + timedelta(hours=2)):
        assert await rechecker.turn() == 1


async def test_when_nobody_answers_it_is_not_the_agencies_fault(
    staff: Staff, serve: Serve, rechecker: Rechecker, probe: Probe
) -> None:
    async def nothing(_host: str) -> list[str]:
        raise OSError("no network")

    accounts = []
    async with AsyncExitStack() as stack:
        for _ in range(5):
            each = await stack.enter_async_context(serve(f"x{secrets.token_hex(4)}.gov.vn"))
            accounts.append(await replace(staff, site=each).active())
        nowhere = await stack.enter_async_context(Outbound(Policy(allow_loopback=True), resolve=nothing))
        latest: deque[bool] = deque(maxlen=3)
        cut_off = replace(rechecker, probe=replace(probe, outbound=nowhere), reached=latest)
        for days in range(8, 40):
            with clock.shifted(days * DAY):
                assert await cut_off.turn() == 5
        # Two were believed to be away themselves before it was seen that all are.
        failing = [(await only_proof(staff, account))["failure"] for account in accounts]
        assert [failure["code"] for failure in failing if failure] == ["dns", "dns"]
        assert {(await read(staff, account))["state"] for account in accounts} == {"active"}
        with clock.shifted(40 * DAY):
            assert await replace(rechecker, reached=latest).turn() == 5
        assert {(await only_proof(staff, account))["failure"] for account in accounts} == {None}
        # With the first answers it is known that who is away now is away.
        with clock.shifted(48 * DAY):
            assert await cut_off.turn() == 5
        failing = [(await only_proof(staff, account))["failure"] for account in accounts]
        assert len([failure for failure in failing if failure]) == 2


async def test_the_job_runs_by_itself(staff: Staff, rechecker: Rechecker) -> None:
    account = await staff.active()
    before = await only_proof(staff, account)
    with clock.shifted(8 * DAY):
        running = asyncio.create_task(rechecker.run())

        async def looked() -> bool:
            return bool((await only_proof(staff, account))["version"] > before["version"])

        try:
            await eventually(looked)
        finally:
            await stop(running)
