"""trust.txt and linked data: what an agency says is its own."""

import secrets
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from services.registry.accounts.service import suspend_after_takeover
from services.registry.agencies import queries as agencies
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.site import Site
from tests.support.staff import Staff
from tests.support.tenant import REFORM, Tenant, agency


def host() -> str:
    return f"https://{secrets.token_hex(6)}.gov.vn"


async def trust_txt(registry: httpx.AsyncClient, agency: str) -> list[str]:
    answer = await registry.get(f"/v1/agencies/{agency}/trust.txt")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    return answer.text.splitlines()


async def linked(registry: httpx.AsyncClient, agency: str) -> dict[str, Any]:
    answer = await registry.get(f"/v1/agencies/{agency}/accounts.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    return ok(answer)


async def test_trust_txt_names_accounts_sites_and_neighbours(
    registry: httpx.AsyncClient, tenant: Tenant, site: Site, staff: Staff
) -> None:
    above, below = (
        Staff(registry, tenant, site, tenant.province),
        Staff(registry, tenant, site, tenant.commune),
    )
    theirs, ours, page = host(), host(), await below.active()
    await above.active(url=theirs)
    await below.active(url=ours)
    await staff.draft()
    assert await trust_txt(registry, tenant.commune) == [
        f"# Ủy ban nhân dân xã {tenant.commune} ({tenant.commune})",
        "# Các tài khoản chính thức đã đăng ký. The official accounts on the register.",
        f"controlledby={theirs}",
        f"control={ours}",
        f"social={page['url']}",
    ]
    assert [line for line in await trust_txt(registry, tenant.province) if line[0] != "#"] == [
        f"control={theirs}",
        f"control={ours}",
    ]


async def test_trust_txt_proves_what_it_lists(registry: httpx.AsyncClient, staff: Staff, site: Site) -> None:
    """Published as it is, the file is a proof of control for each account it names."""
    account = await staff.active()
    site.publish(*await trust_txt(registry, staff.agency))
    assert (await staff.check(await staff.proof(account)))["state"] == "valid"


async def test_a_hijacked_page_is_not_vouched_for(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    before = await registry.get(f"/v1/agencies/{staff.agency}/trust.txt")
    has_it = {"If-None-Match": before.headers["etag"]}
    assert (await registry.get(before.request.url, headers=has_it)).status_code == 304
    async with registry_database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), staff.agency, uuid4())
    after = await registry.get(before.request.url, headers=has_it)
    assert (after.status_code, account["url"] in after.text) == (200, False)
    assert "sameAs" not in await linked(registry, staff.agency)


async def test_an_ended_agency_names_its_successors_alone(
    registry: httpx.AsyncClient, tenant: Tenant
) -> None:
    assert await trust_txt(registry, tenant.former) == [
        f"# Ủy ban nhân dân xã {tenant.former} ({tenant.former})",
        f"# Đã kết thúc, ended: {REFORM}",
        f"# Cơ quan kế thừa, successor: Ủy ban nhân dân xã {tenant.commune} ({tenant.commune})",
    ]
    said = await linked(registry, tenant.former)
    assert said["dissolutionDate"] == REFORM.isoformat()
    assert [each["name"] for each in said["isReplacedBy"]] == [f"Ủy ban nhân dân xã {tenant.commune}"]
    assert "sameAs" not in said


async def test_linked_data_is_a_government_organisation(
    registry: httpx.AsyncClient, registry_app: FastAPI, tenant: Tenant, staff: Staff
) -> None:
    page, ours = await staff.active(), host()
    await staff.active(url=ours)
    base = f"{registry_app.state.settings.public_base_url}/v1/agencies"
    assert await linked(registry, tenant.commune) == {
        "@context": ["https://schema.org", {"isReplacedBy": "http://purl.org/dc/terms/isReplacedBy"}],
        "@type": "GovernmentOrganization",
        "@id": f"{base}/{tenant.commune}",
        "name": f"Ủy ban nhân dân xã {tenant.commune}",
        "alternateName": f"UBND xã {tenant.commune}",
        "identifier": [{"@type": "PropertyValue", "propertyID": "agency-code", "value": tenant.commune}],
        "url": ours,
        "sameAs": [page["url"], ours],
        "parentOrganization": {
            "@type": "GovernmentOrganization",
            "@id": f"{base}/{tenant.province}",
            "name": f"Ủy ban nhân dân xã {tenant.province}",
        },
    }


@pytest.mark.parametrize("document", ["trust.txt", "accounts.jsonld"])
async def test_an_unknown_agency_says_nothing(registry: httpx.AsyncClient, document: str) -> None:
    problem(await registry.get(f"/v1/agencies/T99.X99999/{document}"), 404, "not-found")


async def test_linked_data_can_be_put_into_a_page(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database
) -> None:
    name = "Trường </script><script>alert(1)</script> & <!--"
    async with registry_database.transaction() as session:
        await agencies.write(session, [agency(tenant.commune, name=name, version=2)])
    answer = await registry.get(f"/v1/agencies/{tenant.commune}/accounts.jsonld")
    assert ok(answer)["name"] == name
    assert "<" not in answer.text
