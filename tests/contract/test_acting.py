"""For whom one acts whose token does not say it, in every service; and agencies called by their official codes."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from deploy.local.config import SERVICES, LocalConfig
from shared import clock, tenancy
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.apps import client_of, running
from tests.support.members import Members
from tests.support.reports import impersonation
from tests.support.tenant import Tenant, agency, new_tenant

Ask = Callable[[str, dict[str, str]], Awaitable[httpx.Response]]
HOOK = {"channel": "webhook", "url": "http://127.0.0.1:1024/hook", "event_types": ["*"]}


@pytest.fixture
async def tenant(servers: LocalConfig, apps: dict[str, FastAPI]) -> Tenant:
    return await new_tenant(servers, [app.state.database for app in apps.values()])


@pytest.fixture
def members(registry: httpx.AsyncClient, apps: dict[str, FastAPI], tenant: Tenant) -> Members:
    return Members(registry, tenant, (apps["reports"], apps["notifications"]))


@pytest.fixture
async def child(apps: dict[str, FastAPI], tenant: Tenant) -> str:
    code = f"{tenant.commune}.U1"
    await everywhere(apps, agency(code, level="unit", parent_code=tenant.commune))
    return code


@pytest.fixture
async def official(apps: dict[str, FastAPI], tenant: Tenant) -> str:
    """The official code that the commune has been given."""
    code = f"H{tenant.commune}"
    await everywhere(apps, agency(tenant.commune, official_code=code, parent_code=tenant.province, version=2))
    return code


async def everywhere(apps: dict[str, FastAPI], row: dict[str, Any]) -> None:
    for app in apps.values():
        async with app.state.database.transaction() as session:
            await tenancy.store(session, [row])


@pytest.fixture
def ask(
    registry: httpx.AsyncClient, reports: httpx.AsyncClient, notifications: httpx.AsyncClient, tenant: Tenant
) -> Ask:
    """Asks each service for something that officers of the commune and of those above it may do."""

    async def ask(service: str, headers: dict[str, str]) -> httpx.Response:
        if service == "registry":
            url = f"https://www.facebook.com/ubnd{uuid4().hex}"
            body = {"agency_code": tenant.commune, "url": url, "display_name": "Xã", "languages": ["vi"]}
            return await registry.post("/v1/accounts", json=body, headers=headers)
        if service == "notifications":
            body = {**HOOK, "agency_code": tenant.commune}
            return await notifications.post("/v1/subscriptions", json=body, headers=headers)
        officer = tenant.auth(tenant.commune, "officer")
        report = impersonation(tenant.commune)
        made = ok(await reports.post("/v1/incidents", json=report, headers=officer), 201)["incident_id"]
        return await reports.get(f"/v1/incidents/{made}", headers=headers)

    return ask


@pytest.mark.parametrize("service", SERVICES)
async def test_a_member_reaches_what_a_token_of_the_agency_would(
    ask: Ask, members: Members, tenant: Tenant, child: str, service: str
) -> None:
    for code in (tenant.commune, tenant.province):
        await members.enter(f"of {code}", code, "officer")
        answer = await ask(service, tenant.bare(f"of {code}"))
        assert answer.is_success, answer.text
    for code in (child, tenant.sibling, tenant.foreign):
        await members.enter(f"of {code}", code, "officer")
        problem(await ask(service, tenant.bare(f"of {code}")), 404, "not-found")
    problem(await ask(service, tenant.bare("of none")), 403, "no-membership")


@pytest.mark.parametrize("service", SERVICES)
async def test_a_membership_holds_from_its_first_day_until_it_is_ended(
    ask: Ask, members: Members, tenant: Tenant, service: str
) -> None:
    today = clock.today()
    first, last = (today + timedelta(days=days) for days in (3, 10))
    who = tenant.bare("somebody")
    made = await members.enter(
        "somebody", tenant.commune, "officer", valid_from=first.isoformat(), valid_to=last.isoformat()
    )
    for days, holds in ((0, False), (2, False), (3, True), (9, True), (10, False)):
        with clock.shifted(timedelta(days=days)):
            answer = await ask(service, who)
        assert answer.is_success is holds, (days, answer.text)
        assert holds or problem(answer, 403, "no-membership")
    with clock.shifted(timedelta(days=5)):
        assert (await ask(service, who)).is_success
        await members.end(made)
        problem(await ask(service, who), 403, "no-membership")


async def test_days_are_those_of_vietnam(ask: Ask, members: Members, tenant: Tenant) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    await members.enter("somebody", tenant.commune, "officer", valid_from=tomorrow.isoformat())
    midnight = clock.now().astimezone(clock.VIETNAM).replace(hour=0, minute=0, second=0) + timedelta(days=1)
    until = midnight - clock.now()
    with clock.shifted(until - timedelta(minutes=2)):
        problem(await ask("reports", tenant.bare("somebody")), 403, "no-membership")
    with clock.shifted(until + timedelta(minutes=2)):
        assert (await ask("reports", tenant.bare("somebody"))).is_success


@pytest.mark.parametrize("service", SERVICES)
async def test_of_several_agencies_one_is_chosen(
    ask: Ask, members: Members, tenant: Tenant, official: str, service: str
) -> None:
    await members.enter("somebody", tenant.commune, "officer")
    await members.enter("somebody", tenant.foreign, "officer")
    who = tenant.bare("somebody")
    refused = problem(await ask(service, who), 403, "choose-agency")
    assert refused["agencies"] == sorted([tenant.commune, tenant.foreign])
    for code in (tenant.commune, official):
        assert (await ask(service, {**who, "X-Acting-For": code})).is_success
    problem(await ask(service, {**who, "X-Acting-For": tenant.foreign}), 404, "not-found")
    for code in (tenant.province, "T99.NOBODY"):
        problem(await ask(service, {**who, "X-Acting-For": code}), 403, "no-membership")
    malformed = problem(await ask(service, {**who, "X-Acting-For": "t82"}), 422, "invalid")
    assert malformed["errors"][0]["pointer"] == "/header/x-acting-for"


@pytest.mark.parametrize("service", SERVICES)
async def test_what_the_token_claims_wins(
    ask: Ask, members: Members, tenant: Tenant, official: str, service: str
) -> None:
    await members.enter("somebody", tenant.foreign, "officer", "admin")
    who = tenant.auth(tenant.commune, "officer", sub=tenant.subject("somebody"))
    for code in (tenant.commune, official):
        assert (await ask(service, {**who, "X-Acting-For": code})).is_success
    assert (await ask(service, who)).is_success
    problem(await ask(service, {**who, "X-Acting-For": tenant.foreign}), 403, "no-membership")
    await members.enter("powerless", tenant.commune, "admin", "officer")
    problem(
        await ask(service, tenant.auth(tenant.sibling, "officer", sub=tenant.subject("powerless"))),
        404,
        "not-found",
    )


async def test_roles_are_those_of_the_membership(members: Members, tenant: Tenant) -> None:
    await members.enter("somebody", tenant.commune, "viewer")
    body = {"agency_code": tenant.commune, "subject": tenant.subject("another"), "roles": ["viewer"]}
    refused = await members.registry.post("/v1/memberships", json=body, headers=tenant.bare("somebody"))
    assert problem(refused, 403, "forbidden")["required_roles"] == ["admin"]
    assert ok(await members.registry.get("/v1/accounts", headers=tenant.bare("somebody")))["items"] == []


async def test_whoever_stands_in_has_their_own_roles_too(members: Members, tenant: Tenant) -> None:
    absent = await members.enter("absent", tenant.commune, "officer", "approver")
    await members.enter("stand-in", tenant.commune, "viewer")
    today = clock.today()
    body = {
        "subject": tenant.subject("stand-in"),
        "roles": ["officer"],
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=7)).isoformat(),
    }
    path = f"/v1/memberships/{absent['id']}/delegations"
    await members.kept(await members.registry.post(path, json=body, headers=tenant.bare("absent")))
    account = {
        "url": f"https://www.facebook.com/ubnd{uuid4().hex}",
        "display_name": "Xã",
        "languages": ["vi"],
    }
    body = {"agency_code": tenant.commune, **account}
    ok(await members.registry.post("/v1/accounts", json=body, headers=tenant.bare("stand-in")), 201)
    ok(await members.registry.get("/v1/accounts", headers=tenant.bare("stand-in")))
    with clock.shifted(timedelta(days=7)):
        ok(await members.registry.get("/v1/accounts", headers=tenant.bare("stand-in")))
        refused = await members.registry.post("/v1/accounts", json=body, headers=tenant.bare("stand-in"))
        problem(refused, 403, "forbidden")


async def test_a_system_may_be_a_member_and_approves_nothing(members: Members, tenant: Tenant) -> None:
    # Entered as a person by mistake: what the token shows decides.
    await members.enter("robot", tenant.commune, "officer", "approver")
    robot, nothing = tenant.bare("robot", client_id=tenant.subject("robot")), f"/v1/accounts/{uuid4()}"
    problem(await members.registry.post(f"{nothing}/submit", headers=robot), 404, "not-found")
    problem(await members.registry.post(f"{nothing}/approve", headers=robot), 403, "people-only")


async def test_an_identity_is_of_its_issuer(ask: Ask, members: Members, tenant: Tenant) -> None:
    await members.enter("somebody", tenant.commune, "officer", issuer="https://id.example.vn")
    problem(await ask("registry", tenant.bare("somebody")), 403, "no-membership")
    elsewhere = tenant.bare("somebody", iss="https://id.example.vn")
    problem(await ask("registry", elsewhere), 401, "unauthenticated")
    await members.enter("somebody", tenant.commune, "officer")
    genuine = tenant.bare("somebody")["Authorization"].removeprefix("Bearer ")
    claims, head = (
        jwt.decode(genuine, options={"verify_signature": False}),
        jwt.get_unverified_header(genuine),
    )
    forged = jwt.encode(claims, Ed25519PrivateKey.generate(), "EdDSA", {"kid": head["kid"]})
    problem(await ask("registry", {"Authorization": f"Bearer {forged}"}), 401, "unauthenticated")
    assert (await ask("registry", tenant.bare("somebody"))).is_success


async def test_members_of_an_ended_agency_learn_who_followed_it(
    ask: Ask, members: Members, apps: dict[str, FastAPI], tenant: Tenant
) -> None:
    await members.enter("somebody", tenant.sibling, "officer")
    ended = agency(
        tenant.sibling,
        parent_code=tenant.province,
        valid_to=clock.today(),
        successors=[tenant.commune],
        version=2,
    )
    await everywhere(apps, ended)
    refused = problem(await ask("reports", tenant.bare("somebody")), 403, "forbidden")
    assert refused["successors"] == [tenant.commune]
    await members.enter("somebody", tenant.commune, "officer")
    assert (await ask("reports", tenant.bare("somebody"))).is_success  # there is nothing to choose


async def test_public_routes_know_members_and_take_everybody_else_for_anybody(
    reports: httpx.AsyncClient, registry: httpx.AsyncClient, members: Members, tenant: Tenant
) -> None:
    await members.enter("officer", tenant.commune, "officer")

    async def incident_of(headers: dict[str, str]) -> Any:
        report = impersonation(tenant.commune)
        return ok(await reports.post("/v1/incidents", json=report, headers=headers), 201)["incident_id"]

    assert await incident_of(tenant.bare("officer"))
    assert await incident_of(tenant.bare("a citizen")) is None
    await members.enter("officer", tenant.foreign, "officer")
    unclear = await reports.post(
        "/v1/incidents", json=impersonation(tenant.commune), headers=tenant.bare("officer")
    )
    problem(unclear, 403, "choose-agency")
    assert await incident_of({**tenant.bare("officer"), "X-Acting-For": tenant.commune})
    for who in ("officer", "a citizen"):
        ok(await registry.get("/v1/agencies", headers=tenant.bare(who)))
    ok(await registry.get("/v1/events", headers=tenant.bare("a citizen")))


async def test_a_token_of_a_stranger_is_no_way_around_the_counting_of_reports(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    settings = settings_for("reports").model_copy(update={"intake_per_ten_minutes": 1})
    async with running("reports", settings) as app, client_of(app) as client:
        answers = [
            await client.post("/v1/incidents", json=impersonation(tenant.commune), headers=tenant.bare(who))
            for who in ("a", "b", "c")
        ]
    assert [answer.status_code for answer in answers].count(429) >= 2


@pytest.mark.parametrize("service", SERVICES)
async def test_a_token_may_claim_an_official_code(
    ask: Ask, tenant: Tenant, official: str, service: str
) -> None:
    answer = await ask(service, tenant.auth(official, "officer", "approver"))
    assert answer.is_success, answer.text
    stored = answer.json()
    assert stored["owner_code" if service == "notifications" else "agency_code"] == tenant.commune
    assert official not in json.dumps(stored)


async def test_an_official_code_moves_whichever_change_arrives_first(
    apps: dict[str, FastAPI], tenant: Tenant, official: str
) -> None:
    for service in ("reports", "notifications"):
        async with apps[service].state.database.transaction() as session:
            taking = agency(tenant.sibling, official_code=official, parent_code=tenant.province, version=2)
            leaving = agency(tenant.commune, parent_code=tenant.province, version=3)
            await tenancy.store(session, [taking, leaving])
            assert await tenancy.resolve(session, official) == tenant.sibling


async def test_official_codes_are_taken_wherever_an_agency_is_named(
    registry: httpx.AsyncClient,
    reports: httpx.AsyncClient,
    notifications: httpx.AsyncClient,
    tenant: Tenant,
    official: str,
    child: str,
) -> None:
    officer, admin = tenant.auth(tenant.commune, "officer"), tenant.auth(tenant.commune, "admin")
    url = f"https://www.facebook.com/ubnd{uuid4().hex}"
    account = {"agency_code": official, "url": url, "display_name": "Xã", "languages": ["vi"]}
    member = {"agency_code": official, "subject": tenant.subject("somebody"), "roles": ["viewer"]}
    for client, path, body, headers in (
        (registry, "/v1/accounts", account, officer),
        (registry, "/v1/memberships", member, admin),
        (notifications, "/v1/subscriptions", {**HOOK, "agency_code": official}, officer),
    ):
        made = ok(await client.post(path, json=body, headers=headers), 201)
        assert made["agency_code"] == tenant.commune
    made = ok(await reports.post("/v1/incidents", json=impersonation(official), headers=officer), 201)
    for client, path, query, headers, found in (
        (registry, "/v1/agencies", {"parent_code": official}, {}, child),
        (registry, "/v1/memberships", {"agency_code": official}, admin, tenant.subject("somebody")),
        (reports, "/v1/incidents", {"agency_code": official}, officer, made["incident_id"]),
    ):
        assert found in json.dumps(ok(await client.get(path, params=query, headers=headers))["items"])
        unknown = await client.get(path, params=dict.fromkeys(query, "T99.NOBODY"), headers=headers)
        (name,) = query
        assert problem(unknown, 422, "invalid")["errors"][0]["pointer"] == f"/query/{name}"
    read = ok(await registry.get(f"/v1/agencies/{official}"))
    assert (read["code"], read["official_code"]) == (tenant.commune, official)
