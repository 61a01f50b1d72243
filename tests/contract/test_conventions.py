"""What is the same in every service: who may call, problems, the reference, health, metrics."""

import time
from importlib import import_module
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from deploy.local.config import AUDIENCE, SERVICES, LocalConfig
from scripts.export_contracts import openapi
from shared.app import api_routes
from shared.db import Database
from shared.policy import permit_of
from tests.support.answers import ok, problem
from tests.support.apps import client_of
from tests.support.bad_input import Operation, good_body
from tests.support.tenant import Tenant, new_tenant

CLOSED = [
    pytest.param(service, method.lower(), route.path, permit.rule, id=f"{service} {method} {route.path}")
    for service in SERVICES
    for route in api_routes(import_module(f"services.{service}.main").SERVICE)
    for dependency in route.dependant.dependencies
    if (permit := permit_of(dependency.call)) and not permit.rule.public
    for method in sorted(route.methods or ())
]


@pytest.fixture
async def tenant(servers: LocalConfig, apps: dict[str, FastAPI]) -> Tenant:
    databases: list[Database] = [app.state.database for app in apps.values()]
    return await new_tenant(servers, databases)


async def call(app: FastAPI, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    """A request that is good, apart from whose it is."""
    operation = Operation(app.openapi(), method, path, known={})
    body = good_body(operation) if operation.body_schema else None
    async with client_of(app) as client:
        return await client.request(method, operation.path() + operation.query(), json=body, headers=headers)


@pytest.mark.parametrize(("service", "method", "path", "rule"), CLOSED)
async def test_a_closed_route_asks_who_is_there(
    apps: dict[str, FastAPI], tenant: Tenant, service: str, method: str, path: str, rule: Any
) -> None:
    app = apps[service]
    problem(await call(app, method, path, {}), 401, "unauthenticated")
    if rule.own:
        return  # neither role nor agency decides
    others = sorted({"viewer", "officer", "approver", "admin"} - rule.roles)
    refused = await call(app, method, path, tenant.auth(tenant.commune, *others))
    assert problem(refused, 403, "forbidden")["required_roles"] == sorted(rule.roles)
    ended = await call(app, method, path, tenant.auth(tenant.former, *rule.roles))
    assert problem(ended, 403, "forbidden")["successors"] == [tenant.commune]


def token(tenant: Tenant, key: Any = None, algorithm: str = "EdDSA", **changes: Any) -> str:
    """A token of the tenant's viewer with other claims, signed by the issuer unless with another key."""
    good = tenant.auth(tenant.commune, "viewer")["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(good, options={"verify_signature": False})
    key = key or (tenant.issuer.secret("issuer.pem").read_text() if algorithm == "EdDSA" else None)
    kid = jwt.get_unverified_header(good)["kid"]
    return jwt.encode({**claims, **changes}, key, algorithm=algorithm, headers={"kid": kid})


async def test_only_tokens_of_the_issuer_open_the_door(registry: httpx.AsyncClient, tenant: Tenant) -> None:
    now = int(time.time())
    bad = {
        "nothing": "",
        "rubbish": "zqx.zqx.zqx",
        "another key": token(tenant, Ed25519PrivateKey.generate()),
        "HMAC": token(tenant, "x" * 32, "HS256"),
        "none": token(tenant, algorithm="none"),
        "expired": token(tenant, exp=now - 60),
        "not yet valid": token(tenant, nbf=now + 600),
        "another audience": token(tenant, aud=f"{AUDIENCE}-x"),
        "another issuer": token(tenant, iss="http://localhost/other"),
        "an agency that is no text": token(tenant, agency=["T82"]),
        "roles as text": token(tenant, roles="viewer"),
        "an unknown role": token(tenant, roles=["viewer", "root"]),
        "a person that is no text": token(tenant, sub=7),
    }
    for name, each in bad.items():
        answer = await registry.get("/v1/accounts", headers={"Authorization": f"Bearer {each}"})
        assert answer.status_code == 401, (name, answer.text)
        problem(answer, 401, "unauthenticated")
    for scheme in (b"Basic eA==", b"\xe1\xba\xa1", b"Bearer \xff.\xff.\xff"):
        answer = await registry.get("/v1/accounts", headers=[(b"Authorization", scheme)])
        problem(answer, 401, "unauthenticated")
    ok(await registry.get("/v1/accounts", headers={"Authorization": f"bearer {token(tenant)}"}))


async def test_a_bad_token_is_not_taken_for_none(registry: httpx.AsyncClient) -> None:
    answer = await registry.get("/v1/agencies", headers={"Authorization": "Bearer zqx"})
    problem(answer, 401, "unauthenticated")


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_not_there_is_a_problem_in_the_caller_s_language(
    apps: dict[str, FastAPI], service: str
) -> None:
    async with client_of(apps[service]) as client:
        answer = await client.get("/v1/nothing", headers={"Accept-Language": "en"})
        assert problem(answer, 404, "not-found")["title"] == "Not found"
        assert answer.headers["content-language"] == "en"
        answer = await client.get("/v1/nothing")
        assert problem(answer, 404, "not-found")["title"] == "Không tìm thấy"
        problem(await client.patch("/v1/events"), 405, "method-not-allowed")


@pytest.mark.parametrize("service", SERVICES)
async def test_an_answer_carries_its_trace_and_forbids_guessing(
    apps: dict[str, FastAPI], service: str
) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    async with client_of(apps[service]) as client:
        answer = await client.get("/v1/nothing", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert problem(answer, 404, "not-found")["trace_id"] == answer.headers["trace-id"] == trace
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("service", SERVICES)
async def test_health_metrics_and_the_reference(apps: dict[str, FastAPI], service: str) -> None:
    async with client_of(apps[service]) as client:
        assert ok(await client.get("/livez")) == {"status": "alive"}
        assert ok(await client.get("/readyz")) == {"status": "ready"}
        metrics = await client.get("/metrics")
        assert 'http_request_seconds_count{method="GET",route="/readyz",status="200"}' in metrics.text
        page = await client.get("/docs")
        assert page.status_code == 200
        for asset in ("assets/swagger-ui-bundle.js", "assets/swagger-ui.css"):
            assert asset in page.text
            assert (await client.get(f"/{asset}")).status_code == 200
        assert "http://" not in page.text
        assert "https://" not in page.text
        assert ok(await client.get("/openapi.json")) == openapi(service)


@pytest.mark.parametrize("service", SERVICES)
async def test_safeguards_are_open_to_everybody(apps: dict[str, FastAPI], service: str) -> None:
    async with client_of(apps[service]) as client:
        register = ok(await client.get("/v1/safeguards"))
    assert register["lists"]
    assert any("outbox.envelope" in field["places"] for field in register["fields"])
