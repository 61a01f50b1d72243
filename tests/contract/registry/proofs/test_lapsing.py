"""With its last proof an account lapses; it may come back."""

from uuid import UUID, uuid4

import pytest

from services.registry.accounts.service import suspend_after_takeover
from services.registry.proofs.recheck import Rechecker
from shared import clock
from shared.db import Database
from tests.contract.registry.proofs.looking import (
    DAY,
    events,
    only_proof,
    proofs,
    read,
    types,
    until_failed,
    verdict,
)
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.site import Site
from tests.support.staff import Staff

pytestmark = pytest.mark.usefixtures("nothing_is_due")


@pytest.fixture
def site(secure_site: Site) -> Site:
    return secure_site


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
