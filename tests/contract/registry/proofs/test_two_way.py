"""The way back from the account's own page, and what faults of certificates look like to an agency."""

import secrets
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.registry.proofs.conftest import Serve
from tests.support.certificates import DAY, Authority
from tests.support.site import Site, running_site
from tests.support.staff import Staff


def fresh(suffix: str) -> str:
    return f"x{secrets.token_hex(4)}{suffix}"


async def proof_of(staff: Staff, url: str, site: Site) -> dict[str, Any]:
    """A backlink from the agency's site to an account."""
    account = await staff.draft(url=url)
    proof = await staff.proof(account, {"method": "backlink", "site": site.url})
    site.show(proof["publish"]["line"])
    return proof


@pytest.mark.parametrize("path", ["", "/@ubnd"])
async def test_a_page_that_links_back_makes_a_proof_stronger(staff: Staff, serve: Serve, path: str) -> None:
    async with serve(fresh(".gov.vn")) as site, serve(fresh(".example")) as own:
        proof = await proof_of(staff, own.url + path, site)
        checked = await staff.check(proof)
        assert (checked["strength"], checked["confirmed_both_ways"]) == ("medium", None)

        own.show(f'<a href="{site.url}">no rel</a>', path or "/")
        checked = await staff.check(proof)
        assert (checked["strength"], checked["confirmed_both_ways"]) == ("medium", False)

        host = urlsplit(site.url).hostname
        own.show(f'<link rel="me" href="https://www.{host}/gioi-thieu">', path or "/")
        checked = await staff.check(proof)
        assert (checked["strength"], checked["confirmed_both_ways"]) == ("strong", True)
        assert checked["failure"] is None


async def test_a_page_that_is_away_is_no_reason_to_fail(staff: Staff, serve: Serve) -> None:
    async with serve(fresh(".gov.vn")) as site:
        async with serve(fresh(".example")) as own:
            proof = await proof_of(staff, own.url, site)
        checked = await staff.check(proof)
        assert (checked["state"], checked["confirmed_both_ways"]) == ("valid", None)


async def test_where_machines_see_nothing_none_is_looked_at(staff: Staff, serve: Serve) -> None:
    async with serve(fresh(".gov.vn")) as site:
        proof = await proof_of(staff, f"https://www.facebook.com/{fresh('')}", site)
        checked = await staff.check(proof)
        assert (checked["state"], checked["confirmed_both_ways"]) == ("valid", None)


async def test_a_site_is_not_its_own_witness(staff: Staff, serve: Serve) -> None:
    host = fresh(".example")
    async with serve(host) as site:
        proof = await proof_of(staff, f"https://{host}", site)
        site.show(f'{proof["publish"]["line"]}<a rel="me" href="https://{host}">x</a>')
        checked = await staff.check(proof)
        assert (checked["strength"], checked["confirmed_both_ways"]) == ("medium", None)


@pytest.mark.parametrize(
    ("fault", "english"),
    [
        ("tls-expired", "expired"),
        ("tls-not-yet-valid", "not valid yet"),
        ("tls-wrong-host", "another name"),
        ("tls-self-signed", "signed by itself"),
        ("tls-unknown-root", "not trusted"),
    ],
)
async def test_what_is_wrong_with_a_certificate_is_said(
    staff: Staff, authority: Authority, fault: str, english: str
) -> None:
    host, old, young = fresh(".gov.vn"), (-2 * DAY, -DAY), (DAY, 2 * DAY)
    tls = {
        "tls-expired": lambda: authority.server(host, valid=old),
        "tls-not-yet-valid": lambda: authority.server(host, valid=young),
        "tls-wrong-host": lambda: authority.server(fresh(".gov.vn")),
        "tls-self-signed": lambda: authority.server(host, self_signed=True),
        "tls-unknown-root": lambda: Authority().server(host),
    }[fault]()
    async with running_site(host, tls) as site:
        proof = await staff.proof(await staff.draft(), {"method": "well_known", "site": site.url})
        checked = await staff.check(proof)
        assert (checked["state"], checked["failure"]["code"]) == ("failed", fault)
        path = f"/v1/accounts/{proof['account_id']}/proofs"
        listed = await staff.client.get(path, headers={**staff.officer, "Accept-Language": "en"})
        assert english in listed.json()["items"][0]["failure"]["detail"]
        assert site.asked == []


async def test_a_good_certificate_is_good(staff: Staff, serve: Serve) -> None:
    async with serve(fresh(".gov.vn")) as site:
        proof = await staff.proof(await staff.draft(), {"method": "well_known", "site": site.url})
        site.publish(proof["publish"]["line"])
        checked = await staff.check(proof)
    assert (checked["state"], checked["strength"]) == ("valid", "strong")
