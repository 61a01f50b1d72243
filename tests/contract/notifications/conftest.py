"""What the tests of the contract of notifications begin with."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.config import LocalConfig
from services.notifications.deliveries.dispatcher import Dispatcher
from services.notifications.subscriptions.service import outbound_policy
from shared.db import Database
from shared.outbound.client import Outbound
from shared.tasks import stop
from tests.contract.notifications.office import Office
from tests.support.receiver import Receiver, running_receiver
from tests.support.tenant import Tenant, new_tenant

Dispatch = Callable[[], Awaitable[Dispatcher]]


@pytest.fixture(scope="session")
def database_of_notifications(notifications_app: FastAPI) -> Database:
    """The service's own connections, to look at what it stored."""
    database: Database = notifications_app.state.database
    return database


@pytest.fixture
async def tenant(servers: LocalConfig, database_of_notifications: Database) -> Tenant:
    """Agencies of this test alone."""
    return await new_tenant(servers, [database_of_notifications])


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Where this test's subscriptions send."""
    async with running_receiver() as running:
        yield running


@pytest.fixture
def office(
    notifications: httpx.AsyncClient,
    database_of_notifications: Database,
    tenant: Tenant,
    receiver: Receiver,
) -> Office:
    """Those who keep the subscriptions of the tenant's commune."""
    return Office(notifications, database_of_notifications, tenant, receiver, tenant.commune)


@pytest.fixture
async def dispatch(
    notifications_app: FastAPI, database_of_notifications: Database
) -> AsyncIterator[Dispatch]:
    """Starts dispatchers, as a worker does. They stop with the test."""
    running: list[asyncio.Task[None]] = []
    settings = notifications_app.state.settings
    async with Outbound(outbound_policy(settings)) as outbound:

        async def start() -> Dispatcher:
            dispatcher = Dispatcher(
                database_of_notifications, settings, notifications_app.state.key_ring, outbound
            )
            running.append(asyncio.create_task(dispatcher.run()))
            return dispatcher

        yield start
        await stop(*running)
    assert all(task.cancelled() for task in running), running
