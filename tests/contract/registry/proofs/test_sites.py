"""Whose the site is that a proof names, and what it counts for."""

import secrets
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from services.registry.accounts.service import suspend_after_takeover
from shared.db import Database
from tests.contract.registry.proofs.conftest import Serve
from tests.support.answers import ok, problem
from tests.support.apps import client_of
from tests.support.site import Site
from tests.support.staff import Staff


def fresh(suffix: str) -> str:
    return f"x{secrets.token_hex(4)}{suffix}"


def at(site: Site | str) -> dict[str, Any]:
    return {"method": "well_known", "site": site if isinstance(site, str) else site.url}


async def proven(staff: Staff, account: dict[str, Any], site: Site) -> dict[str, Any]:
    """A proof on a site that lists the account."""
    proof = await staff.proof(account, at(site))
    site.publish(proof["publish"]["line"])
    return await staff.check(proof)


async def website(staff: Staff, host: str, serve: Serve) -> dict[str, Any]:
    """An active website account, proven by itself."""
    account = await staff.draft(url=f"https://{host}")
    async with serve(host) as site:
        assert (await proven(staff, account, site))["strength"] == "strong"
    ok(await staff.act(account, "submit", headers=staff.officer))
    return ok(await staff.act(account, "approve"))


def colleagues(staff: Staff, agency: str) -> Staff:
    return Staff(staff.client, staff.tenant, staff.site, agency)


async def test_a_site_below_gov_vn_counts_fully(staff: Staff, serve: Serve) -> None:
    async with serve(fresh(".gov.vn")) as site:
        assert (await proven(staff, await staff.draft(), site))["strength"] == "strong"
    async with serve(fresh(".example.vn")) as site:
        assert (await proven(staff, await staff.draft(), site))["strength"] == "medium"
    async with serve(fresh("gov.vn.example")) as site:
        assert (await proven(staff, await staff.draft(), site))["strength"] == "medium"


async def test_plain_http_counts_for_less(staff: Staff) -> None:
    host = fresh(".gov.vn")
    staff.site.url = staff.site.url.replace("127.0.0.1", host)
    assert (await proven(staff, await staff.draft(), staff.site))["strength"] == "medium"


async def test_a_registered_site_counts_for_its_agency_and_all_it_reaches(staff: Staff, serve: Serve) -> None:
    above = colleagues(staff, staff.tenant.province)
    host = fresh(".example.vn")
    await website(above, host, serve)
    for name in (host, f"lapvo.{host}"):
        async with serve(name) as site:
            assert (await proven(staff, await staff.draft(), site))["strength"] == "strong"


@pytest.mark.parametrize("suffix", [".gov.vn", ".example.vn"])
async def test_the_site_of_an_agency_outside_is_refused_naming_it(
    staff: Staff, serve: Serve, suffix: str
) -> None:
    host = fresh(suffix)
    await website(staff, host, serve)
    for agency in (staff.tenant.sibling, staff.tenant.foreign, staff.tenant.province):
        others = colleagues(staff, agency)
        account = await others.draft()
        for site in (f"https://{host}", f"https://www.{host}", f"http://a.b.{host}", f"https://{host}."):
            answer = await others.act(account, "proofs", json=at(site), headers=others.officer)
            refused = problem(answer, 422, "invalid")
            assert refused["errors"][0]["pointer"] == "/site"
            assert refused["reason"] == "site-of-other-agency"
            assert refused["holder"] == {"agency_code": staff.agency}


async def test_below_a_registered_site_another_may_have_its_own(staff: Staff, serve: Serve) -> None:
    above = colleagues(staff, staff.tenant.province)
    host = fresh(".gov.vn")
    await website(above, host, serve)
    await website(staff, f"lapvo.{host}", serve)
    sibling = colleagues(staff, staff.tenant.sibling)
    account = await sibling.draft()
    answer = await sibling.act(account, "proofs", json=at(f"https://lapvo.{host}"), headers=sibling.officer)
    assert problem(answer, 422, "invalid")["holder"] == {"agency_code": staff.agency}
    ok(await sibling.act(account, "proofs", json=at(f"https://other.{host}"), headers=sibling.officer), 201)


async def test_a_site_that_goes_to_another_agency_later_fails_then(staff: Staff, serve: Serve) -> None:
    host = fresh(".gov.vn")
    sibling = colleagues(staff, staff.tenant.sibling)
    async with serve(host) as site:
        proof = await proven(sibling, await sibling.draft(), site)
    await website(staff, host, serve)
    failed = await sibling.check(proof)
    assert failed["failure"]["code"] == "site-of-other-agency"


async def test_a_hijacked_site_proves_nothing(
    staff: Staff, serve: Serve, registry_database: Database
) -> None:
    host = fresh(".gov.vn")
    account = await website(staff, host, serve)
    async with registry_database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), staff.agency, uuid4())
    answer = await staff.act(await staff.draft(), "proofs", json=at(f"https://{host}"), headers=staff.officer)
    assert problem(answer, 422, "invalid")["reason"] == "site-suspended"


@pytest.mark.parametrize(
    "site",
    [
        "https://www.facebook.com",
        "https://github.com",
        "https://bit.ly",
        "https://sites.google.com",
        "https://docs.google.com",
    ],
)
async def test_a_platform_is_nobody_s_site(staff: Staff, site: str) -> None:
    account = await staff.draft()
    for method in ("well_known", "backlink", "dns_txt"):
        body = {"method": method, "site": site}
        answer = await staff.act(account, "proofs", json=body, headers=staff.officer)
        assert problem(answer, 422, "invalid")["reason"] == "not-a-site"


async def test_a_site_has_one_form(staff: Staff) -> None:
    host = fresh(".gov.vn")
    body = at(f"HTTPS://{host.upper()}:443/")
    proof = ok(await staff.act(await staff.draft(), "proofs", json=body, headers=staff.officer), 201)
    assert proof["site"] == f"https://{host}"
    proof = ok(
        await staff.act(await staff.draft(), "proofs", json=at(f"https://{host}."), headers=staff.officer),
        201,
    )
    assert proof["site"] == f"https://{host}"
    body = at("https://Lấp-vò.gov.vn")
    proof = ok(await staff.act(await staff.draft(), "proofs", json=body, headers=staff.officer), 201)
    assert proof["site"].startswith("https://xn--")


async def test_a_high_port_is_for_the_local_stack_alone(app: FastAPI, staff: Staff) -> None:
    account = await staff.draft()
    settings = app.state.settings
    app.state.settings = settings.model_copy(update={"allow_loopback_targets": False})
    try:
        async with client_of(app) as client:
            body = at("https://example.gov.vn:8443")
            path = f"/v1/accounts/{account['id']}/proofs"
            refused = await client.post(path, json=body, headers=staff.officer)
    finally:
        app.state.settings = settings
    assert problem(refused, 422, "invalid")["reason"] == "bad-port"
