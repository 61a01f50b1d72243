"""Changes are made to the version that was read, and two at once never both succeed."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.config import LocalConfig
from tests.support.answers import ok, problem
from tests.support.reports import impersonation
from tests.support.site import running_site
from tests.support.staff import Staff
from tests.support.tenant import Tenant, new_tenant


@pytest.fixture
async def tenant(servers: LocalConfig, apps: dict[str, FastAPI]) -> Tenant:
    return await new_tenant(servers, [app.state.database for app in apps.values()])


@pytest.fixture
async def staff(registry: httpx.AsyncClient, tenant: Tenant) -> Any:
    async with running_site() as site:
        yield Staff(registry, tenant, site, tenant.commune)


async def test_an_answer_names_its_version(staff: Staff) -> None:
    account = await staff.submitted()
    answer = await staff.client.get(f"/v1/accounts/{account['id']}", headers=staff.officer)
    assert answer.headers["etag"] == f'"{ok(answer)["version"]}"'
    moved = await staff.act(account, "return")
    assert moved.headers["etag"] == f'"{account["version"] + 1}"' == f'"{ok(moved)["version"]}"'


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ('"{}"', 200),
        ("*", 200),
        ('"1", "{}"', 200),
        ('"1"', 412),
        ('"999999999"', 412),
        ('W/"{}"', 412),
        ("{}", 412),
        ("", 412),
        ('"x"', 412),
    ],
)
async def test_a_change_is_made_to_the_version_that_was_meant(
    staff: Staff, if_match: str, status: int
) -> None:
    account = await staff.submitted()
    headers = {**staff.approver, "If-Match": if_match.format(account["version"])}
    answer = await staff.act(account, "return", headers=headers)
    if status == 412:
        assert problem(answer, 412, "stale-version")["version"] == account["version"]
        answer = await staff.act(account, "return")
    assert ok(answer)["state"] == "draft"


async def test_a_body_can_name_the_version_too(staff: Staff) -> None:
    account = await staff.active()
    body = {"reason": "closed_by_agency", "expected_version": account["version"] - 1}
    problem(await staff.act(account, "retire", json=body), 412, "stale-version")
    problem(await staff.act(account, "retire", json={**body, "expected_version": "2"}), 422, "invalid")
    body["expected_version"] = account["version"]
    assert ok(await staff.act(account, "retire", json=body))["state"] == "retired"


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (b'{"expected_version": "1"}', 422, "invalid"),
        (b'{"expected_version": 1.0}', 422, "invalid"),
        (b'{"expected_version": true}', 422, "invalid"),
        (b'{"expected_version": 2}', 412, "stale-version"),
        (b'\xef\xbb\xbf{"expected_version": 1}', 400, "bad-request"),
        ('{"expected_version": 1}'.encode("utf-16"), 400, "bad-request"),
        (b'{"expected_version": 1', 400, "bad-request"),
    ],
)
async def test_a_precondition_that_is_not_understood_is_not_overlooked(
    staff: Staff, body: bytes, status: int, slug: str
) -> None:
    account = await staff.proven()
    headers = {**staff.officer, "Content-Type": "application/json"}
    problem(await staff.act(account, "submit", headers=headers, content=body), status, slug)
    assert ok(await staff.act(account, "submit", headers=staff.officer))["state"] == "submitted"


async def test_of_two_transitions_at_once_one_succeeds(staff: Staff) -> None:
    account = await staff.submitted()
    answers = await asyncio.gather(*(staff.act(account, "return") for _ in range(8)))
    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) == 1
    for answer in answers:
        if answer not in good:
            refused = problem(answer, 409, "illegal-transition")
            assert refused["state"] == ok(good[0])["state"]
            assert "return" not in refused["allowed"]


async def test_of_two_approvals_at_once_one_succeeds(staff: Staff) -> None:
    account = await staff.submitted()
    answers = await asyncio.gather(*(staff.act(account, "approve") for _ in range(4)))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) == 3
    for answer in refused:
        assert answer.json()["type"] in {"/problems/stale-version", "/problems/illegal-transition"}


async def test_what_was_read_is_what_is_approved(staff: Staff) -> None:
    seen = await staff.submitted()
    both = staff.tenant.auth(staff.agency, "officer", "approver", sub="somebody")
    ok(await staff.act(seen, "return", headers=both))
    path = f"/v1/accounts/{seen['id']}"
    ok(await staff.client.patch(path, json={"display_name": "Công an xã"}, headers=both))
    swapped = ok(await staff.act(seen, "submit", headers=both))
    read_before = {**staff.approver, "If-Match": f'"{seen["version"]}"'}
    refused = problem(await staff.act(seen, "approve", headers=read_before), 412, "stale-version")
    assert refused["version"] == swapped["version"]


@pytest.mark.parametrize("header", [{}, {"If-Match": "*"}])
async def test_what_nobody_says_to_have_read_is_not_approved(staff: Staff, header: dict[str, str]) -> None:
    seen = await staff.submitted()
    path = f"/v1/accounts/{seen['id']}/approve"
    answer = await staff.client.post(path, headers={**staff.approver, **header})
    assert problem(answer, 428, "version-needed")["version"] == seen["version"]
    body = {"expected_version": seen["version"]}
    assert ok(await staff.client.post(path, headers=staff.approver, json=body))["state"] == "active"


async def test_incidents_and_subscriptions_have_versions_too(
    reports: httpx.AsyncClient, notifications: httpx.AsyncClient, tenant: Tenant
) -> None:
    officer = tenant.auth(tenant.commune, "officer")
    ok(await reports.post("/v1/incidents", json=impersonation(tenant.commune), headers=officer), 201)
    [incident] = ok(await reports.get("/v1/incidents", headers=officer))["items"]
    path = f"/v1/incidents/{incident['id']}"
    stale = {**officer, "If-Match": '"7"'}
    problem(await reports.post(f"{path}/triage", headers=stale), 412, "stale-version")
    triaged = await reports.post(f"{path}/triage", headers={**officer, "If-Match": '"1"'})
    assert triaged.headers["etag"] == '"2"' == f'"{ok(triaged)["version"]}"'
    problem(
        await reports.post(
            f"{path}/refuse", json={"reason": "fits_no_harm", "expected_version": 1}, headers=officer
        ),
        412,
        "stale-version",
    )

    body = {"channel": "webhook", "url": "http://127.0.0.1:8443/", "event_types": ["reports.*"]}
    subscription = ok(await notifications.post("/v1/subscriptions", json=body, headers=officer), 201)
    path = f"/v1/subscriptions/{subscription['id']}"
    for method, action in (("POST", "/disable"), ("POST", "/rotate-secret"), ("DELETE", "")):
        problem(await notifications.request(method, path + action, headers=stale), 412, "stale-version")
    disabled = await notifications.post(f"{path}/disable", headers={**officer, "If-Match": '"1"'})
    assert disabled.headers["etag"] == '"2"'
    assert ok(await notifications.get(path, headers=officer))["version"] == 2
