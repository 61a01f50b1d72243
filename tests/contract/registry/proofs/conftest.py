"""The registry on a database of its own, in a small world of named sites, with its own name server.

Of its own, because these tests move the clock and look at everything that is due.
"""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from deploy.local import postgres
from deploy.local.config import DATABASE, HOST, LocalConfig
from services.registry.proofs.dns_txt import resolver
from services.registry.proofs.method import Probe
from services.registry.proofs.recheck import Rechecker
from services.registry.proofs.service import outbound_policy
from services.registry.settings import Settings
from shared.db import Database
from shared.outbound.client import Outbound
from tests.conftest import SettingsFor
from tests.support.apps import client_of, look_first, running
from tests.support.certificates import Authority
from tests.support.names import Names, running_names
from tests.support.site import Site, running_site

Serve = Callable[..., AbstractAsyncContextManager[Site]]


@pytest.fixture(scope="session")
async def settings(servers: LocalConfig, settings_for: SettingsFor, worker_id: str) -> Settings:
    name = f"{DATABASE}_{worker_id}_proofs"
    connection = await asyncpg.connect(postgres.dsn(servers))
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
    finally:
        await connection.close()
    url = f"postgresql://registry@{HOST}:{servers.ports['postgres']}/{name}"
    made = settings_for("registry").model_copy(update={"database_url": url, "proof_timeout_seconds": 2.0})
    assert isinstance(made, Settings)
    return made


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    async with running("registry", settings) as app:
        yield app


@pytest.fixture(scope="session")
def registry_database(app: FastAPI) -> Database:
    database: Database = app.state.database
    return database


@pytest.fixture(scope="session")
async def registry(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        look_first(client, app)
        yield client


@pytest.fixture(scope="session")
def authority() -> Authority:
    """Whom this world trusts to sign certificates."""
    return Authority()


@pytest.fixture
async def names() -> AsyncIterator[Names]:
    async with running_names() as names:
        yield names


@pytest.fixture(autouse=True)
async def probe(app: FastAPI, settings: Settings, names: Names, authority: Authority) -> AsyncIterator[Probe]:
    """Finds every name that ends in `.vn` or `.example` on this machine."""

    async def resolve(host: str) -> Sequence[str]:
        if not host.endswith((".vn", ".example")):
            raise OSError("no such name")
        return ["127.0.0.1"]

    policy = outbound_policy(settings)
    async with Outbound(policy, resolve=resolve, tls=authority.trusted()) as outbound:
        app.state.probe = Probe(outbound, resolver([names.address]), settings.proof_timeout_seconds)
        yield app.state.probe


@pytest.fixture
def serve(authority: Authority) -> Serve:
    """Sites under names of their own, by https."""

    def start(host: str) -> AbstractAsyncContextManager[Site]:
        return running_site(host, authority.server(host))

    return start


@pytest.fixture
def rechecker(settings: Settings, registry_database: Database, probe: Probe) -> Rechecker:
    """What the worker runs."""
    return Rechecker(registry_database, settings, probe)


@pytest.fixture
async def nothing_is_due(registry_database: Database) -> None:
    """What other tests left is not looked at in this one."""
    async with registry_database.transaction() as session:
        await session.execute(text("UPDATE proofs SET next_check_at = NULL"))


@pytest.fixture
async def secure_site(serve: Serve) -> AsyncIterator[Site]:
    """A government site."""
    async with serve(f"x{secrets.token_hex(4)}.gov.vn") as site:
        yield site
