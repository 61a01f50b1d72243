"""No route of any service stumbles over bad input, repeats it, logs it or keeps it."""

from importlib import import_module

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import MetaData, func, select

from deploy.local.config import SERVICES, LocalConfig
from shared.app import api_routes
from shared.db import Database
from shared.policy import permit_of
from tests.support.answers import PROBLEM, problem
from tests.support.apps import client_of
from tests.support.bad_input import MARKER, Case, Operation, cases, good_body
from tests.support.tenant import Tenant, new_tenant

OPERATIONS = [
    pytest.param(service, method.lower(), route.path, id=f"{service} {method} {route.path}")
    for service in SERVICES
    for route in api_routes(import_module(f"services.{service}.main").SERVICE)
    for method in sorted(route.methods or ())
]

# Any text is a fair question to these: what names no account is `unknown`.
JUDGES_TEXT = {"verifyLink", "verifyLinks"}
# These count who knocks, whatever is said (keyed by a salted digest, never by content).
COUNTERS = {"intake_counts"}


ASKED = [
    pytest.param(service, method.lower(), route.path, permit.rule.passed_on, id=f"{service} {route.path}")
    for service in SERVICES
    for route in api_routes(import_module(f"services.{service}.main").SERVICE)
    for method in route.methods or ()
    for each in route.dependant.dependencies
    if route.dependant.query_params and (permit := permit_of(each.call))
]
"""Operations with query parameters, and whether their links are passed on."""


@pytest.mark.parametrize(("service", "method", "path", "passed_on"), ASKED)
async def test_a_mistyped_parameter_is_not_taken_for_none(
    apps: dict[str, FastAPI], servers: LocalConfig, service: str, method: str, path: str, passed_on: bool
) -> None:
    app = apps[service]
    tenant = await new_tenant(servers, [app.state.database])
    operation = described(app, method, path, tenant)
    query = operation.query()
    async with client_of(app) as client:
        answer = await client.request(
            method,
            f"{operation.path()}{query}{'&' if query else '?'}fbclid=x",
            content=operation.file.content if operation.file else None,
            headers={
                **tenant.auth(tenant.commune, "viewer", "officer", "approver", "admin"),
                **(operation.file.headers if operation.file else {}),
            },
        )
    if passed_on:
        assert answer.status_code != 422, answer.text
    else:
        assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/query/fbclid"


@pytest.mark.parametrize(("service", "method", "path"), OPERATIONS)
async def test_but_for_one_bad_thing_the_requests_are_good(
    apps: dict[str, FastAPI], servers: LocalConfig, service: str, method: str, path: str
) -> None:
    app = apps[service]
    tenant = await new_tenant(servers, [app.state.database])
    operation = described(app, method, path, tenant)
    file = operation.file
    async with client_of(app) as client:
        answer = await client.request(
            method,
            operation.path() + operation.query(),
            json=good_body(operation) if operation.body_schema else None,
            content=file.content if file else None,
            headers={
                **tenant.auth(tenant.commune, "viewer", "officer", "approver", "admin"),
                **(file.headers if file else {}),
            },
        )
    found_nothing = answer.status_code == 404
    assert answer.is_success or found_nothing, answer.text


def described(app: FastAPI, method: str, path: str, tenant: Tenant) -> Operation:
    """An operation, with what its own examples cannot know."""
    known = {"agency_code": tenant.commune}
    if path == "/v1/subscriptions":
        known["url"] = "http://127.0.0.1:1024/hook"  # the example's host is not there
    return Operation(app.openapi(), method, path, known)


async def stored(database: Database, metadata: MetaData) -> dict[str, int]:
    """How many rows each table holds."""
    async with database.transaction() as session:
        return {
            table.name: await session.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table.name not in COUNTERS
        }


def complaint(case: Case, answer: httpx.Response, *, judges_text: bool) -> str | None:
    """What is wrong with the answer to bad input."""
    seen = answer.text + repr(answer.headers.raw)
    if MARKER in seen:
        return f"{case.name}: repeats the input"
    if judges_text and answer.status_code == 200:
        verdicts = answer.json().get("items", [answer.json()])
        return None if all(each["verdict"] == "unknown" for each in verdicts) else f"{case.name}: vouched for"
    if answer.status_code not in case.allowed:
        return f"{case.name}: {answer.status_code} instead of {sorted(case.allowed)}: {answer.text[:200]}"
    if answer.headers.get("content-type") != PROBLEM:
        return f"{case.name}: no problem document"
    return None


@pytest.mark.parametrize(("service", "method", "path"), OPERATIONS)
async def test_bad_input_is_refused_precisely(
    apps: dict[str, FastAPI],
    servers: LocalConfig,
    caplog: pytest.LogCaptureFixture,
    service: str,
    method: str,
    path: str,
) -> None:
    app = apps[service]
    database: Database = app.state.database
    metadata = import_module(f"services.{service}.base").metadata
    tenant = await new_tenant(servers, [database])
    operation = described(app, method, path, tenant)
    headers = tenant.auth(tenant.commune, "viewer", "officer", "approver", "admin")
    before = await stored(database, metadata)
    complaints = []
    async with client_of(app) as client:
        for case in cases(operation):
            answer = await client.request(
                method, case.path, content=case.content, headers={**headers, **case.headers}
            )
            judges_text = operation.spec["operationId"] in JUDGES_TEXT
            complaints.append(complaint(case, answer, judges_text=judges_text))
    assert [each for each in complaints if each] == []
    assert await stored(database, metadata) == before
    assert MARKER not in caplog.text
