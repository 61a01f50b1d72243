"""What the tests of imports begin with."""

import httpx
import pytest

from shared.db import Database
from tests.support.importing import Desk
from tests.support.tenant import Tenant


@pytest.fixture
def desk(registry: httpx.AsyncClient, registry_database: Database, tenant: Tenant) -> Desk:
    """An officer of the tenant's province, with files."""
    return Desk(registry, registry_database, tenant.auth(tenant.province, "officer"))
