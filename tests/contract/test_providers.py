"""Tokens of OpenID providers that others made: found by discovery, over HTTP, by a service as it is."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local.config import LocalConfig
from shared.auth import Authenticator
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.apps import client_of, running
from tests.support.providers import (
    certified_provider,
    client_credentials,
    installed,
    log_in,
    mock_provider,
)
from tests.support.tenant import Tenant, new_tenant


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where a provider of this test serves, at each of its starts."""
    return LocalConfig.on_free_ports(tmp_path).url("registry")


class House:
    """A registry that trusts one issuer, of which it knows nothing but the name."""

    def __init__(self, client: httpx.AsyncClient, tenant: Tenant) -> None:
        self.client = client
        self.tenant = tenant
        self.seconds = 0.0

    async def ask(self, token: str, path: str = "/v1/accounts", method: str = "GET") -> httpx.Response:
        return await self.client.request(method, path, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
async def house(url: str, servers: LocalConfig, settings_for: SettingsFor) -> AsyncIterator[House]:
    settings = settings_for("registry").model_copy(update={"auth_issuer": url, "auth_jwks": ""})
    async with running("registry", settings) as app, client_of(app) as client:
        house = House(client, await new_tenant(servers, [app.state.database]))
        app.state.authenticator = Authenticator(settings, lambda: house.seconds)
        yield house


async def test_people_of_a_provider_that_names_no_key(house: House, url: str) -> None:
    claims = {"agency": house.tenant.commune, "roles": ["officer", "approver"]}
    async with mock_provider(url) as provider:
        token = await log_in(provider, "somebody", **claims)
        ok(await house.ask(token))
        # A person is let through to the account, which is not there.
        nothing = f"/v1/accounts/{'0' * 8}-0000-7000-8000-{'0' * 12}/approve"
        problem(await house.ask(token, nothing, "POST"), 404, "not-found")
        problem(await house.ask(await log_in(provider, "nobody")), 403, "no-membership")
    ok(await house.ask(token))
    async with mock_provider(url) as provider:  # with another key
        fresh = await log_in(provider, "somebody", **claims)
        problem(await house.ask(fresh), 401, "unauthenticated")
        house.seconds = 60
        ok(await house.ask(fresh))
        problem(await house.ask(token), 401, "unauthenticated")


@pytest.fixture(scope="session")
async def package(pytestconfig: pytest.Config) -> Path:
    """Where the certified provider is, kept for later runs."""
    directory = pytestconfig.cache.mkdir("npm")
    if reason := await installed(directory):
        pytest.skip(reason)
    return directory


async def test_systems_of_a_certified_provider(house: House, url: str, package: Path) -> None:
    claims = {"agency": house.tenant.commune, "roles": ["officer", "approver"]}
    nothing = f"/v1/accounts/{'0' * 8}-0000-7000-8000-{'0' * 12}"
    async with certified_provider(package, url, **claims) as provider:
        token = await client_credentials(provider)
        ok(await house.ask(token))
        problem(await house.ask(token, f"{nothing}/submit", "POST"), 404, "not-found")
        problem(await house.ask(token, f"{nothing}/approve", "POST"), 403, "people-only")
    async with certified_provider(package, url, **claims) as provider:
        fresh = await client_credentials(provider)
        problem(await house.ask(fresh), 401, "unauthenticated")
        house.seconds = 60
        ok(await house.ask(fresh))
        problem(await house.ask(token), 401, "unauthenticated")
