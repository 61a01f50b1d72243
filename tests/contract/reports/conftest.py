"""What the tests of the contract of reports begin with."""

import pytest
from fastapi import FastAPI

from deploy.local.config import LocalConfig
from shared.db import Database
from tests.support.tenant import Tenant, new_tenant


@pytest.fixture(scope="session")
def database_of_reports(reports_app: FastAPI) -> Database:
    """The service's own connections, to look at what it stored."""
    database: Database = reports_app.state.database
    return database


@pytest.fixture
async def tenant(servers: LocalConfig, database_of_reports: Database) -> Tenant:
    """Agencies of this test alone."""
    return await new_tenant(servers, [database_of_reports])
