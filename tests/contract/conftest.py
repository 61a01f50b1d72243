"""The three services in this process, on this worker's database."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from tests.conftest import SettingsFor
from tests.support.apps import client_of, running


@pytest.fixture(scope="session")
async def registry_app(settings_for: SettingsFor) -> AsyncIterator[FastAPI]:
    async with running("registry", settings_for("registry")) as app:
        yield app


@pytest.fixture(scope="session")
async def registry(registry_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(registry_app) as client:
        yield client
