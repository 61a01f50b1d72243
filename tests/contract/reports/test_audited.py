"""Steps of an incident and readings of a contact are in the audit log; reporting is not."""

from typing import Any
from uuid import uuid4

import httpx

from services.reports.accounts import queries as accounts
from services.reports.policy import AUDITED
from shared.db import Database
from tests.support.answers import ok
from tests.support.audit import acts, audited
from tests.support.reports import impersonation, takeover
from tests.support.tenant import Tenant


async def reported(reports: httpx.AsyncClient, tenant: Tenant, **changes: Any) -> str:
    """A fresh incident's id."""
    officer = tenant.auth(tenant.commune, "officer")
    answer = await reports.post(
        "/v1/incidents", json=impersonation(tenant.commune, **changes), headers=officer
    )
    return str(ok(answer, 201)["incident_id"])


async def test_every_step_and_every_reading_of_a_contact_is_recorded(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database
) -> None:
    officer = tenant.auth(tenant.commune, "officer")
    account = {"id": str(uuid4()), "url": "https://facebook.com/x", "agency_code": tenant.commune}
    state = {"id": account["id"], "agency_code": tenant.commune, "state": "active", "version": 1}
    async with database_of_reports.transaction() as session:
        await accounts.store(session, [state])
    ok(await reports.post("/v1/incidents", json=takeover(account), headers=officer), 201)
    first = await reported(reports, tenant, contact={"kind": "email", "value": "nguoi.bao@example.vn"})
    second = await reported(reports, tenant)
    path = f"/v1/incidents/{first}"
    (sighting,) = ok(await reports.get(f"{path}/sightings", headers=officer))["items"]
    for _ in range(2):
        ok(await reports.get(f"{path}/sightings/{sighting['id']}/contact", headers=officer))
    ok(await reports.post(f"{path}/triage", headers=officer))
    ok(await reports.post(f"{path}/resolve", json={"outcome": "removed_by_platform"}, headers=officer))
    ok(await reports.post(f"/v1/incidents/{second}/refuse", json={"reason": "fits_no_harm"}, headers=officer))
    admin = tenant.auth(tenant.commune, "admin")
    ok(await reports.get("/v1/audit", params={"object_id": second}, headers=admin))

    person = f"{tenant.commune}:officer"
    assert await acts(database_of_reports, tenant.commune) == [
        ("incidents.confirm", person, 2),
        ("incidents.contact", person, None),
        ("incidents.contact", person, None),
        ("incidents.triage", person, 2),
        ("incidents.resolve", person, 3),
        ("incidents.refuse", person, 2),
        ("audit.list", f"{tenant.commune}:admin", None),
    ]
    rows = await audited(database_of_reports, tenant.commune)
    assert {row.action for row in rows} == set(AUDITED)
    assert {row.object_id for row in rows if row.object_type == "sighting"} == {sighting["id"]}


async def test_nobody_is_recorded_for_reporting(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database
) -> None:
    body = impersonation(tenant.commune)
    receipt = ok(await reports.post("/v1/incidents", json=body), 201)
    for agency in (tenant.commune, tenant.foreign):
        ok(await reports.post("/v1/incidents", json=body, headers=tenant.auth(agency, "officer")), 201)
    ok(await reports.post("/v1/track", json={"tracking_code": receipt["tracking_code"]}))
    assert await acts(database_of_reports, tenant.commune, tenant.foreign) == []


async def test_a_refused_reading_of_a_contact_leaves_no_row(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database
) -> None:
    incident = await reported(reports, tenant)
    officer = tenant.auth(tenant.commune, "officer")
    (sighting,) = ok(await reports.get(f"/v1/incidents/{incident}/sightings", headers=officer))["items"]
    path = f"/v1/incidents/{incident}/sightings/{sighting['id']}/contact"
    assert (await reports.get(path, headers=officer)).status_code == 404, "none was left"
    assert await acts(database_of_reports, tenant.commune) == []
