"""Requests that wait, and requests that never come to their end."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from deploy.local.config import SERVICES, LocalConfig
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.apps import client_of
from tests.support.site import running_site
from tests.support.staff import Staff
from tests.support.tenant import Tenant, new_tenant


@pytest.fixture
async def tenant(servers: LocalConfig, apps: dict[str, FastAPI]) -> Tenant:
    return await new_tenant(servers, [app.state.database for app in apps.values()])


@pytest.mark.parametrize("service", SERVICES)
async def test_a_long_poll_holds_no_connection(
    apps: dict[str, FastAPI], tenant: Tenant, service: str
) -> None:
    app = apps[service]
    database: Database = app.state.database
    waiters = database.engine.pool.size() + 2  # type: ignore[attr-defined]
    headers = tenant.auth(tenant.commune, "viewer")
    query = {"after": str(2**61), "wait": "1"}
    async with client_of(app) as client:
        # Each would need a second connection, and wait for it until nobody has one.
        answers = await asyncio.gather(
            *(client.get("/v1/events", params=query, headers=headers) for _ in range(waiters))
        )
    assert [ok(answer)["items"] for answer in answers] == [[]] * waiters


async def test_half_a_request_is_none(apps: dict[str, FastAPI], tenant: Tenant) -> None:
    app = apps["registry"]
    async with client_of(app) as client, running_site() as site:
        staff = Staff(client, tenant, site, tenant.commune)
        account = await staff.submitted()
        messages = [
            {"type": "http.request", "body": b'{"expected_', "more_body": True},
            {"type": "http.disconnect"},
        ]
        sent: list[Any] = []

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(message)

        path = f"/v1/accounts/{account['id']}/approve"
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"authorization", staff.approver["Authorization"].encode()),
                (b"content-type", b"application/json"),
            ],
            "client": ("198.51.100.7", 50_000),
            "server": ("test", 80),
        }
        await app(scope, receive, send)
        assert sent == []
        read = ok(await client.get(f"/v1/accounts/{account['id']}", headers=staff.officer))
        assert read["state"] == "submitted"


async def test_who_may_no_longer_act_is_not_shown_what_an_agency_is_shown(
    apps: dict[str, FastAPI], tenant: Tenant
) -> None:
    async with client_of(apps["registry"]) as client:
        ended = problem(
            await client.get("/v1/events", headers=tenant.auth(tenant.former, "admin")), 403, "forbidden"
        )
        assert ended["successors"] == [tenant.commune]
        powerless = problem(
            await client.get("/v1/events", headers=tenant.auth(tenant.commune)), 403, "forbidden"
        )
        assert "viewer" in powerless["required_roles"]
