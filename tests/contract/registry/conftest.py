"""What the tests of the registry's contract begin with."""

import pytest
from fastapi import FastAPI

from deploy.local.config import LocalConfig
from tests.support.tenant import Tenant, new_tenant


@pytest.fixture
async def tenant(servers: LocalConfig, registry_app: FastAPI) -> Tenant:
    """Agencies of this test alone."""
    return await new_tenant(servers, [registry_app.state.database])
