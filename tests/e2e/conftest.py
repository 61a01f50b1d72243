"""The real local stack: every process, on free ports, with the gazetteer."""

from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.config import LocalConfig, temporary_home
from deploy.local.stack import RunningStack, running_stack
from tests.support.receiver import Receiver, running_receiver
from tests.support.site import running_site
from tests.support.staff import Staff
from tests.support.tenant import Tenant

COMMUNE = "T82.X30169"  # Lấp Vò, in the province of Đồng Tháp


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[RunningStack]:
    with temporary_home() as home:
        async with running_stack(LocalConfig.on_free_ports(home)) as running:
            yield running


@pytest.fixture(scope="session")
def tenant(stack: RunningStack) -> Tenant:
    """Agencies of the gazetteer."""
    return Tenant(
        stack.config, province="T82", commune=COMMUNE, sibling="T82.X30178", former="L87.H875", foreign="T01"
    )


@pytest.fixture
async def registry(stack: RunningStack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url("registry")) as client:
        yield client


@pytest.fixture
async def reports(stack: RunningStack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url("reports")) as client:
        yield client


@pytest.fixture
async def notifications(stack: RunningStack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.url("notifications")) as client:
        yield client


@pytest.fixture
async def staff(registry: httpx.AsyncClient, tenant: Tenant) -> AsyncIterator[Staff]:
    """The people of the commune."""
    async with running_site() as site:
        yield Staff(registry, tenant, site, tenant.commune)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running
