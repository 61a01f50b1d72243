"""The three services in this process, on this worker's database."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import SettingsFor
from tests.support.apps import client_of, look_first, running


@pytest.fixture(scope="session")
async def registry_app(settings_for: SettingsFor) -> AsyncIterator[FastAPI]:
    async with running("registry", settings_for("registry")) as app:
        yield app


@pytest.fixture(scope="session")
async def reports_app(settings_for: SettingsFor) -> AsyncIterator[FastAPI]:
    async with running("reports", settings_for("reports")) as app:
        yield app


@pytest.fixture(scope="session")
async def notifications_app(settings_for: SettingsFor) -> AsyncIterator[FastAPI]:
    async with running("notifications", settings_for("notifications")) as app:
        yield app


@pytest.fixture(scope="session")
def apps(registry_app: FastAPI, reports_app: FastAPI, notifications_app: FastAPI) -> dict[str, FastAPI]:
    """The three services by name."""
    return {"registry": registry_app, "reports": reports_app, "notifications": notifications_app}


@pytest.fixture(scope="session")
async def registry(registry_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(registry_app) as client:
        look_first(client, registry_app)
        yield client


@pytest.fixture(scope="session")
async def reports(reports_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(reports_app) as client:
        yield client


@pytest.fixture(scope="session")
async def notifications(notifications_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(notifications_app) as client:
        yield client
