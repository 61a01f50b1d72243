"""A membership given or taken in the registry counts in the other services, by the real bus."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.config import LocalConfig
from shared.db import Database
from shared.membership_projection import membership_projection
from shared.messaging.bus import Consumer, connect
from shared.messaging.relay import Relay
from shared.messaging.streams import declare_stream, fact_stream, state_stream
from shared.tasks import stop
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.eventually import eventually
from tests.support.members import Members
from tests.support.tenant import Tenant, new_tenant

OTHERS = ("reports", "notifications")
PATHS = {"reports": "/v1/incidents", "notifications": "/v1/subscriptions"}


@pytest.fixture
async def tenant(servers: LocalConfig, apps: dict[str, FastAPI]) -> Tenant:
    return await new_tenant(servers, [app.state.database for app in apps.values()])


@pytest.fixture
async def consumers(settings_for: SettingsFor, apps: dict[str, FastAPI]) -> AsyncIterator[None]:
    """The relay of the registry, and what the other services' workers do with memberships."""
    settings = settings_for("registry")
    streams = (fact_stream("registry", settings), state_stream("registry", settings))
    running: list[asyncio.Task[None]] = []
    async with connect(settings, "test") as client:
        js = client.jetstream()
        for stream in streams:
            await declare_stream(js, stream)
        running.append(asyncio.create_task(Relay(settings, "registry", client, streams).run()))
        works = []
        for service in OTHERS:
            work = membership_projection(service)
            work = replace(work, durable=f"{work.durable}-{uuid4().hex[:8]}")
            database: Database = apps[service].state.database
            consumer = Consumer(js, client, database, work)
            running.append(asyncio.create_task(consumer.run()))
            works.append(work)
            await consumer.caught_up.wait()
        yield
        await stop(*running)
        for work in works:
            await js.delete_consumer(work.stream, work.durable)


@pytest.mark.usefixtures("consumers")
async def test_what_the_registry_gives_and_takes_counts_everywhere(
    registry: httpx.AsyncClient, reports: httpx.AsyncClient, notifications: httpx.AsyncClient, tenant: Tenant
) -> None:
    clients = {"reports": reports, "notifications": notifications}
    members, who = Members(registry, tenant), tenant.bare("somebody")

    async def until(service: str, status: int) -> httpx.Response:
        async def answered() -> httpx.Response | None:
            answer = await clients[service].get(PATHS[service], headers=who)
            return answer if answer.status_code == status else None

        return await eventually(answered)

    for service in OTHERS:
        problem(await until(service, 403), 403, "no-membership")
    made = await members.enter("somebody", tenant.commune, "viewer")
    for service in OTHERS:
        ok(await until(service, 200))
    ended = await members.end(made)
    for service in OTHERS:
        problem(await until(service, 403), 403, "no-membership")
    restored = {"roles": ["viewer"], "valid_from": ended["valid_from"], "valid_to": None}
    path = f"/v1/memberships/{made['id']}"
    ok(await registry.put(path, json=restored, headers=members.by(tenant.commune)))
    for service in OTHERS:
        ok(await until(service, 200))
