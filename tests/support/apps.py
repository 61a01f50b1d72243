"""Services inside the test's own process: everything real but the network in front of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import httpx
from fastapi import FastAPI

from shared.settings import ServiceSettings
from tests.support.contract import unannounced


@asynccontextmanager
async def running(service: str, settings: ServiceSettings) -> AsyncIterator[FastAPI]:
    """The service's application, started."""
    app: FastAPI = import_module(f"services.{service}.main").build(settings)
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application; what the application fails to handle is raised in the test.

    So is a problem that it answers without announcing it in its OpenAPI document.
    """

    async def check(answer: httpx.Response) -> None:
        await answer.aread()
        assert (complaint := unannounced(app.openapi(), answer)) is None, complaint

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test", event_hooks={"response": [check]}
    ) as client:
        yield client


def look_first(client: httpx.AsyncClient, app: FastAPI) -> None:
    """Have the registry's index look for changes before each verification: tests do not wait for it.

    Tests of the index itself ask without this.
    """

    async def refresh(request: httpx.Request) -> None:
        if request.url.path.startswith("/v1/verify"):
            await app.state.verification.refresh()

    client.event_hooks["request"].append(refresh)
