"""What the tests of the registry's contract begin with."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.config import LocalConfig
from shared.db import Database
from tests.contract.registry.reform import Reform
from tests.support.site import Site, running_site
from tests.support.staff import Staff
from tests.support.tenant import Tenant, new_tenant


@pytest.fixture(scope="session")
def registry_database(registry_app: FastAPI) -> Database:
    """The registry's own connections, to look at what it stored."""
    database: Database = registry_app.state.database
    return database


@pytest.fixture
async def tenant(servers: LocalConfig, registry_database: Database) -> Tenant:
    """Agencies of this test alone."""
    return await new_tenant(servers, [registry_database])


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """The web site of this test's agencies."""
    async with running_site() as site:
        yield site


@pytest.fixture
def staff(registry: httpx.AsyncClient, tenant: Tenant, site: Site) -> Staff:
    """Those who keep the accounts of the tenant's commune."""
    return Staff(registry, tenant, site, tenant.commune)


@pytest.fixture
def reform(registry: httpx.AsyncClient, registry_database: Database, tenant: Tenant) -> Reform:
    """Those who reorganise the tenant's province."""
    return Reform(registry, registry_database, tenant)
