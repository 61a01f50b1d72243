"""Proofs of control: what the agency's own site says, fetched from a real one."""

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.registry.proofs import pages
from shared import clock, urls
from shared.db import Database
from shared.urls import Canonical
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.apps import client_of, running
from tests.support.site import WELL_KNOWN
from tests.support.staff import Staff
from tests.support.tenant import Tenant


async def failure(staff: Staff, proof: dict[str, Any]) -> str | None:
    """Check a proof; the code of what went wrong."""
    checked = await staff.check(proof)
    assert (checked["state"] == "failed") == (checked["failure"] is not None)
    return checked["failure"] and str(checked["failure"]["code"])


async def test_a_proof_says_what_to_publish(staff: Staff) -> None:
    account = await staff.draft()
    proof = await staff.proof(account)
    assert proof["state"] == "pending"
    assert proof["publish"]["line"] == f"social={account['url']}"
    assert proof["publish"]["places"] == [
        f"{staff.site.url}/.well-known/trust.txt",
        f"{staff.site.url}/trust.txt",
    ]
    assert proof["publish"]["instructions"]
    assert staff.site.asked == []


async def test_a_listed_account_is_proven_for_ninety_days(staff: Staff) -> None:
    proof = await staff.proof(await staff.draft())
    staff.site.publish("# trust.txt", "member=https://example.org/", proof["publish"]["line"])
    checked = await staff.check(proof)
    assert (checked["state"], checked["failure"]) == ("valid", None)
    left = datetime.fromisoformat(checked["expires_at"]) - clock.now()
    assert timedelta(days=89) < left <= timedelta(days=90)
    assert staff.site.asked == [WELL_KNOWN]


@pytest.mark.parametrize(
    "line", ["control={}", " Social = {}/?ref=x ", "social=https://m.facebook.com/{handle}"]
)
async def test_any_form_of_the_link_counts(staff: Staff, line: str) -> None:
    account = await staff.draft()
    proof = await staff.proof(account)
    staff.site.publish(line.format(account["url"], handle=account["handle"].upper()))
    assert await failure(staff, proof) is None


async def test_an_older_site_has_it_at_its_root(staff: Staff) -> None:
    proof = await staff.proof(await staff.draft())
    staff.site.publish(proof["publish"]["line"], path="/trust.txt")
    assert await failure(staff, proof) is None
    assert staff.site.asked == [WELL_KNOWN, "/trust.txt"]


async def test_what_is_missing_is_said(staff: Staff) -> None:
    account = await staff.draft()
    proof = await staff.proof(account)
    assert await failure(staff, proof) == "not-published"
    staff.site.publish(f"# social={account['url']}", f"vendor={account['url']}", f"social={account['url']}x")
    assert await failure(staff, proof) == "not-listed"
    staff.site.files[WELL_KNOWN] = b"social=\xff\xfe"
    assert await failure(staff, proof) == "unreadable"
    staff.site.files[WELL_KNOWN] = b"#" * 262_145
    assert await failure(staff, proof) == "too-large"
    staff.site.status[WELL_KNOWN] = 302
    assert await failure(staff, proof) == "redirect"


async def test_a_site_that_answers_for_pages_it_does_not_have_may_have_the_other(staff: Staff) -> None:
    proof = await staff.proof(await staff.draft())
    staff.site.publish("<!DOCTYPE html><title>Không tìm thấy trang</title>")
    assert await failure(staff, proof) == "not-listed"
    staff.site.publish(proof["publish"]["line"], path="/trust.txt")
    assert await failure(staff, proof) is None
    for status in (301, 403):
        staff.site.status[WELL_KNOWN] = status
        assert await failure(staff, proof) is None


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
async def test_an_error_of_the_site_is_told_from_a_page_that_is_not_there(staff: Staff, status: int) -> None:
    account = await staff.draft()
    for body in (None, {"method": "backlink", "site": staff.site.url}):
        proof = await staff.proof(account, body)
        staff.site.status.clear()
        assert await failure(staff, proof) == "not-published"
        staff.site.status.update(dict.fromkeys((WELL_KNOWN, "/"), status))
        assert await failure(staff, proof) == "site-error"


async def test_what_strangers_publish_is_not_read_on_the_event_loop(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quarter of a megabyte of foreign host names takes seconds, in which nobody else would be answered."""
    threads: dict[str, threading.Thread] = {}

    def canonicalise(link: str) -> Canonical:
        threads[link] = threading.current_thread()
        return urls.canonicalise(link)

    monkeypatch.setattr(pages, "canonicalise", canonicalise)
    account = await staff.draft()
    staff.site.publish("social=https://one.example", f"social={account['url']}")
    staff.site.show('<a rel="me" href="https://other.example">x</a>')
    assert await failure(staff, await staff.proof(account)) is None
    backlink = {"method": "backlink", "site": staff.site.url}
    assert await failure(staff, await staff.proof(account, backlink)) == "not-linked"
    assert threading.main_thread() not in {
        threads["https://one.example"],
        threads["https://other.example"],
    }


async def test_a_site_that_is_away_is_no_proof(staff: Staff, registry: httpx.AsyncClient) -> None:
    account = await staff.draft()
    closed = {"method": "well_known", "site": "http://127.0.0.1:1024"}
    proof = ok(await staff.act(account, "proofs", json=closed, headers=staff.officer), 201)
    checked = await staff.check(proof)
    assert checked["failure"]["code"] == "connect"
    path = f"/v1/accounts/{account['id']}/proofs"
    english = await registry.get(path, headers={**staff.officer, "Accept-Language": "en"})
    assert ok(english)["items"][0]["failure"]["detail"] == "No connection to the site."


async def test_two_looks_at_once_are_both_recorded(staff: Staff) -> None:
    proof = await staff.proof(await staff.draft())
    staff.site.publish(proof["publish"]["line"])
    looks = await asyncio.gather(*(staff.check(proof) for _ in range(3)))
    assert sorted(look["version"] for look in looks) == [2, 3, 4]


async def test_a_proof_can_fail_after_it_was_valid(staff: Staff) -> None:
    account = await staff.proven()
    path = f"/v1/accounts/{account['id']}/proofs"
    (proof,) = ok(await staff.client.get(path, headers=staff.officer))["items"]
    staff.site.publish("# nothing any more")
    again = await staff.check(proof)
    assert (again["state"], again["expires_at"]) == ("failed", None)
    assert again["version"] == proof["version"] + 1


@pytest.mark.parametrize(
    "site",
    [
        "https://10.0.0.1",
        "https://169.254.169.254",
        "https://[::ffff:10.0.0.1]",
        "https://user@example.org",
        "https://[2606:4700::1]@",
        "ftp://example.org",
        "https://example.org:22",
        "https://nowhere.invalid",
        "https://example.org/path",
        "https://example.org?x=1",
        "example.org",
        "https://",
    ],
)
async def test_a_site_that_must_not_be_fetched_is_refused_at_once(staff: Staff, site: str) -> None:
    account = await staff.draft()
    answer = await staff.act(
        account, "proofs", json={"method": "well_known", "site": site}, headers=staff.officer
    )
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/site"
    listed = await staff.client.get(f"/v1/accounts/{account['id']}/proofs", headers=staff.officer)
    assert ok(listed)["items"] == []


async def test_without_the_local_stack_s_setting_loopback_is_private(
    staff: Staff, settings_for: SettingsFor
) -> None:
    account = await staff.draft()
    proof = await staff.proof(account)
    staff.site.publish(proof["publish"]["line"])
    strict = settings_for("registry").model_copy(update={"allow_loopback_targets": False})
    async with running("registry", strict) as app, client_of(app) as client:
        path = f"/v1/accounts/{account['id']}/proofs"
        body = {"method": "well_known", "site": staff.site.url}
        refused = problem(await client.post(path, json=body, headers=staff.officer), 422, "invalid")
        assert refused["reason"] == "private-address"
        checked = ok(await client.post(f"{path}/{proof['id']}/check", headers=staff.officer))
        assert checked["failure"]["code"] == "private-address"
    assert staff.site.asked == []


async def test_an_account_has_a_bounded_number_of_proofs(staff: Staff, registry_database: Database) -> None:
    account = await staff.draft()
    path, body = f"/v1/accounts/{account['id']}/proofs", {"method": "profile_code"}
    first, *others = [await staff.proof(account, body) for _ in range(50)]
    made = await staff.proof(account, body)
    kept = [proof["id"] for proof in ok(await staff.client.get(path, headers=staff.officer))["items"]]
    assert kept == [made["id"], *(proof["id"] for proof in reversed(others))]
    assert first["id"] not in kept
    async with registry_database.transaction() as session:
        await session.execute(
            text("""
                UPDATE proofs SET state = 'valid', strength = 'medium', expires_at = :later,
                    attester_issuer = 'a', attester_subject = 'b' WHERE account_id = :account
            """),
            {"account": UUID(account["id"]), "later": clock.now() + timedelta(days=9)},
        )
    refused = await staff.act(account, "proofs", json=body, headers=staff.officer)
    assert problem(refused, 422, "invalid")["reason"] == "too-many-proofs"
    assert len(ok(await staff.client.get(path, headers=staff.officer))["items"]) == 50


async def test_proofs_of_others_are_not_found(staff: Staff, tenant: Tenant) -> None:
    account, other = await staff.draft(), await staff.draft()
    proof = await staff.proof(account)
    stranger = tenant.auth(tenant.foreign, "officer", "approver")
    path = f"/v1/accounts/{account['id']}/proofs"
    body = {"method": "well_known", "site": staff.site.url}
    problem(await staff.client.get(path, headers=stranger), 404, "not-found")
    problem(await staff.client.post(path, json=body, headers=stranger), 404, "not-found")
    problem(await staff.client.post(f"{path}/{proof['id']}/check", headers=stranger), 404, "not-found")
    elsewhere = f"/v1/accounts/{other['id']}/proofs/{proof['id']}/check"
    problem(await staff.client.post(elsewhere, headers=staff.officer), 404, "not-found")
    viewer = tenant.auth(staff.agency, "viewer")
    problem(await staff.client.post(path, json=body, headers=viewer), 403, "forbidden")
    problem(await staff.client.get(path), 401, "unauthenticated")
    assert staff.site.asked == []
