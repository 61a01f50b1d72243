"""Handling: who sees how much, who may act, and in which order."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.answers import ok, problem
from tests.support.reports import impersonation
from tests.support.tenant import Tenant

STEPS: dict[str, dict[str, Any] | None] = {
    "triage": None,
    "resolve": {"outcome": "removed_by_platform"},
    "refuse": {"reason": "fits_no_harm"},
}


@pytest.fixture
async def incident(reports: httpx.AsyncClient, tenant: Tenant) -> dict[str, Any]:
    """A fresh incident of the commune, as its officers see it."""
    body = impersonation(tenant.commune, contact={"kind": "phone", "value": "0901 234 567"})
    receipt = ok(await reports.post("/v1/incidents", json=body), 201)
    page = ok(await reports.get("/v1/incidents", headers=tenant.auth(tenant.commune, "officer")))
    incident: dict[str, Any] = page["items"][0]
    return {**incident, "tracking_code": receipt["tracking_code"]}


async def step(
    client: httpx.AsyncClient, incident: dict[str, Any], action: str, headers: dict[str, str]
) -> httpx.Response:
    return await client.post(f"/v1/incidents/{incident['id']}/{action}", json=STEPS[action], headers=headers)


async def test_content_is_for_officers_and_approvers_of_the_handler_alone(
    reports: httpx.AsyncClient, tenant: Tenant, incident: dict[str, Any]
) -> None:
    path = f"/v1/incidents/{incident['id']}"
    expected = {
        (tenant.commune, "officer"): True,
        (tenant.commune, "approver"): True,
        (tenant.commune, "viewer"): False,
        (tenant.commune, "admin"): False,
        (tenant.province, "officer"): False,
        (tenant.province, "approver"): False,
    }
    for (agency, role), readable in expected.items():
        for item in (
            ok(await reports.get(path, headers=tenant.auth(agency, role))),
            ok(await reports.get("/v1/incidents", headers=tenant.auth(agency, role)))["items"][0],
            ok(await reports.get(f"{path}/sightings", headers=tenant.auth(agency, role)))["items"][0],
        ):
            for name in ("targets", "facts", "description"):
                assert (item[name] is not None) is readable, (agency, role, name)


async def test_to_strangers_an_incident_does_not_exist(
    reports: httpx.AsyncClient, tenant: Tenant, incident: dict[str, Any]
) -> None:
    path = f"/v1/incidents/{incident['id']}"
    for agency in (tenant.sibling, tenant.foreign):
        headers = tenant.auth(agency, "officer")
        assert ok(await reports.get("/v1/incidents", headers=headers))["items"] == []
        named = {"agency_code": tenant.commune}
        assert ok(await reports.get("/v1/incidents", params=named, headers=headers))["items"] == []
        for answer in (
            await reports.get(path, headers=headers),
            await reports.get(f"{path}/sightings", headers=headers),
            *[await step(reports, incident, action, headers) for action in STEPS],
        ):
            problem(answer, 404, "not-found")


async def test_levels_above_do_not_act(
    reports: httpx.AsyncClient, tenant: Tenant, incident: dict[str, Any]
) -> None:
    for action in STEPS:
        answer = await step(reports, incident, action, tenant.auth(tenant.province, "officer"))
        problem(answer, 403, "not-the-handler")


async def test_the_steps_have_an_order_and_an_illegal_one_names_the_legal(
    reports: httpx.AsyncClient, tenant: Tenant, incident: dict[str, Any]
) -> None:
    officer = tenant.auth(tenant.commune, "officer")
    document = problem(await step(reports, incident, "resolve", officer), 409, "illegal-transition")
    assert document["allowed"] == ["refuse", "triage"]
    assert ok(await step(reports, incident, "triage", officer))["state"] == "triaged"
    resolved = ok(await step(reports, incident, "resolve", officer))
    assert (resolved["state"], resolved["outcome"]) == ("resolved", "removed_by_platform")
    document = problem(await step(reports, incident, "refuse", officer), 409, "illegal-transition")
    assert document["allowed"] == []


async def test_two_at_once_never_both_succeed(
    reports: httpx.AsyncClient, tenant: Tenant, incident: dict[str, Any]
) -> None:
    officer = tenant.auth(tenant.commune, "officer")
    answers = await asyncio.gather(*(step(reports, incident, "triage", officer) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409]


async def test_official_numbers_never_race_and_have_no_gaps(
    reports: httpx.AsyncClient, tenant: Tenant
) -> None:
    officer = tenant.auth(tenant.commune, "officer")
    for _ in range(8):
        ok(await reports.post("/v1/incidents", json=impersonation(tenant.commune)), 201)
    incidents = ok(await reports.get("/v1/incidents", headers=officer))["items"]
    answers = await asyncio.gather(*(step(reports, i, "triage", officer) for i in incidents))
    serials = sorted(int(ok(answer)["number"].rpartition("/")[2]) for answer in answers)
    assert serials == list(range(1, 9))


async def test_reading_a_contact_is_recorded_and_shown_to_the_reporter(
    reports: httpx.AsyncClient, tenant: Tenant, incident: dict[str, Any]
) -> None:
    officer = tenant.auth(tenant.commune, "officer")
    path = f"/v1/incidents/{incident['id']}/sightings"
    (sighting,) = ok(await reports.get(path, headers=officer))["items"]
    assert sighting["has_contact"]
    contact = f"{path}/{sighting['id']}/contact"
    for agency, role, status in (
        (tenant.province, "officer", 403),
        (tenant.commune, "approver", 403),
        (tenant.foreign, "officer", 404),
    ):
        assert (await reports.get(contact, headers=tenant.auth(agency, role))).status_code == status

    async def shown() -> int:
        answer = await reports.post("/v1/track", json={"tracking_code": incident["tracking_code"]})
        return len(ok(answer)["contact_read_at"])

    assert await shown() == 0
    assert ok(await reports.get(contact, headers=officer)) == {"kind": "phone", "value": "0901 234 567"}
    assert await shown() == 1


async def test_pages_are_complete_and_do_not_overlap(reports: httpx.AsyncClient, tenant: Tenant) -> None:
    for _ in range(5):
        ok(await reports.post("/v1/incidents", json=impersonation(tenant.commune)), 201)
    officer = tenant.auth(tenant.commune, "officer")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = ok(await reports.get("/v1/incidents", params=params, headers=officer))
        seen += [item["id"] for item in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
