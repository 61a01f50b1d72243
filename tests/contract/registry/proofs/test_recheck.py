"""Proofs are looked at again by themselves, and the agency is told in time."""

from datetime import datetime, timedelta

import pytest

from services.registry.proofs.recheck import Rechecker
from shared import clock
from shared.db import Database
from tests.contract.registry.proofs.looking import DAY, events, only_proof, read, types, verdict
from tests.support.answers import ok
from tests.support.audit import acts
from tests.support.site import WELL_KNOWN, Site
from tests.support.staff import Staff

pytestmark = pytest.mark.usefixtures("nothing_is_due")


@pytest.fixture
def site(secure_site: Site) -> Site:
    return secure_site


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
