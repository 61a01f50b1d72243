"""Who asks too often is told so, whichever replica is asked; and nobody learns who it was."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from deploy.local.config import SERVICES, LocalConfig
from shared import clock
from shared.db import Database
from shared.limits import FORGOTTEN, WINDOW_SECONDS
from shared.retention import forget_once
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.apps import running
from tests.support.reports import impersonation
from tests.support.tenant import Tenant, new_tenant

ADDRESSES = iter(f"198.51.{n // 250}.{n % 250 + 1}" for n in range(10_000))
CODE = {"tracking_code": "0000-0000-0000-0000-0"}


@asynccontextmanager
async def client_at(app: FastAPI, address: str, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application at a network address."""
    transport = httpx.ASGITransport(app, client=(address, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


@asynccontextmanager
async def replica(settings_for: SettingsFor, service: str, **changes: Any) -> AsyncIterator[FastAPI]:
    """One more process of a service, with other limits."""
    settings = settings_for(service)
    changed = type(settings)(**{**settings.model_dump(), **changes})
    async with running(service, changed) as app:
        if service == "registry":
            await app.state.verification.current()  # it is not ready before
        yield app


@pytest.fixture
async def tenant(servers: LocalConfig, apps: dict[str, FastAPI]) -> Tenant:
    return await new_tenant(servers, [app.state.database for app in apps.values()])


@pytest.mark.parametrize("service", SERVICES)
async def test_an_address_without_a_token_has_a_bucket(settings_for: SettingsFor, service: str) -> None:
    async with replica(settings_for, service, public_requests_per_minute=3) as app:
        async with client_at(app, "2001:db8:1:2::1") as client:
            for _ in range(3):
                ok(await client.get("/v1/safeguards"))
            refused = await client.get("/v1/safeguards", headers={"Accept-Language": "en"})
            assert problem(refused, 429, "rate-limited")["title"] == "Too many requests"
            assert 1 <= int(refused.headers["retry-after"]) <= 20
            assert refused.headers["cache-control"] == "no-store"
            for path in ("/livez", "/readyz", "/metrics"):
                assert (await client.get(path)).status_code == 200
        async with client_at(app, "2001:db8:1:2:ffff::2") as neighbour:  # of the same subscriber
            problem(await neighbour.get("/v1/nothing"), 429, "rate-limited")
        async with client_at(app, "2001:db8:1:3::1") as other:
            ok(await other.get("/v1/safeguards"))


async def test_a_bad_token_is_no_way_around_the_bucket(settings_for: SettingsFor) -> None:
    async with (
        replica(settings_for, "registry", public_requests_per_minute=2) as app,
        client_at(app, "198.18.0.1", Authorization="Bearer x") as client,
    ):
        for _ in range(2):
            problem(await client.get("/v1/agencies"), 401, "unauthenticated")
        problem(await client.get("/v1/agencies"), 429, "rate-limited")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/nothing", 404), ("DELETE", "/v1/agencies", 405), ("GET", "/openapi.json", 200)],
)
async def test_a_token_that_nobody_looks_at_is_none_either(
    settings_for: SettingsFor, method: str, path: str, status: int
) -> None:
    address = next(ADDRESSES)
    async with (
        replica(settings_for, "registry", public_requests_per_minute=2) as app,
        client_at(app, address, Authorization="Bearer x") as client,
        client_at(app, address) as without,
    ):
        for _ in range(2):
            assert (await client.request(method, path)).status_code == status
        problem(await client.request(method, path), 429, "rate-limited")
        ok(await without.get("/v1/agencies?limit=1"))  # which is counted by itself


async def test_unreadable_bodies_are_counted_too(settings_for: SettingsFor) -> None:
    async with (
        replica(settings_for, "reports", public_requests_per_minute=2) as app,
        client_at(app, next(ADDRESSES), Authorization="Bearer x") as client,
    ):
        headers = {"Content-Type": "application/json"}
        for _ in range(2):
            answer = await client.post("/v1/incidents", content=b"[[[", headers=headers)
            assert answer.status_code in {400, 401, 422}
        problem(await client.post("/v1/incidents", content=b"[[[", headers=headers), 429, "rate-limited")


async def test_the_holder_of_a_token_has_a_quota_of_its_own(
    settings_for: SettingsFor, tenant: Tenant
) -> None:
    limits = {"public_requests_per_minute": 1, "actor_requests_per_minute": 4}
    async with replica(settings_for, "registry", **limits) as app:
        for address in ("198.18.0.2", "198.18.0.3"):  # whatever it calls from
            async with client_at(app, address, **tenant.auth(tenant.commune, "viewer")) as backend:
                for path in ("/v1/agencies?limit=1", "/v1/accounts"):
                    ok(await backend.get(path))
        async with client_at(app, "198.18.0.2") as client:
            problem(
                await client.get("/v1/accounts", headers=tenant.auth(tenant.commune, "viewer")),
                429,
                "rate-limited",
            )
            ok(await client.get("/v1/accounts", headers=tenant.auth(tenant.commune, "officer")))
            ok(await client.get("/v1/agencies?limit=1"))


@pytest.mark.parametrize(("path", "status"), [("/v1/incidents", 201), ("/v1/track", 404)])
async def test_what_the_public_sends_is_counted_over_all_replicas(
    settings_for: SettingsFor, tenant: Tenant, path: str, status: int
) -> None:
    address = next(ADDRESSES)
    body: Callable[[], dict[str, Any]] = {
        "/v1/incidents": lambda: impersonation(tenant.commune),
        "/v1/track": lambda: CODE,
    }[path]
    with_all_of_a_window = timedelta(seconds=WINDOW_SECONDS - clock.now().timestamp() % WINDOW_SECONDS)
    with clock.shifted(with_all_of_a_window):
        await count_over_all_replicas(settings_for, tenant, path, body, address, status)


async def count_over_all_replicas(
    settings_for: SettingsFor,
    tenant: Tenant,
    path: str,
    body: Callable[[], dict[str, Any]],
    address: str,
    status: int,
) -> None:
    async with (
        replica(settings_for, "reports", intake_per_ten_minutes=4) as one,
        replica(settings_for, "reports", intake_per_ten_minutes=4) as other,
        client_at(one, address) as left,
        client_at(other, address) as right,
    ):
        for client in (left, right):
            assert (await client.post(path, json=body())).status_code == status
            problem(await client.post(path, json={}), 422, "invalid")  # what fails counts too
        for client in (left, right):
            refused = await client.post(path, json=body())
            problem(refused, 429, "rate-limited")
            assert 1 <= int(refused.headers["retry-after"]) <= WINDOW_SECONDS
        allowed = await left.post(path, json=body(), headers=tenant.auth(tenant.commune, "officer"))
        assert allowed.status_code == status
        with clock.shifted(timedelta(seconds=WINDOW_SECONDS)):
            assert (await right.post(path, json=body())).status_code == status
        async with client_at(one, next(ADDRESSES)) as somebody_else:
            assert (await somebody_else.post(path, json=body())).status_code == status


async def test_counts_of_two_days_or_two_purposes_cannot_be_linked(reports_app: FastAPI) -> None:
    address, found = next(ADDRESSES), []
    async with client_at(reports_app, address) as client:
        for days in (400, 400, 401):
            with clock.shifted(timedelta(days=days)):
                before = await clients(reports_app.state.database)
                for path in ("/v1/incidents", "/v1/track"):
                    await client.post(path, json={})
                found.append(await clients(reports_app.state.database) - before)
    assert [len(new) for new in found] == [2, 0, 2]


async def clients(database: Database) -> set[bytes]:
    async with database.transaction() as session:
        return set((await session.execute(text("SELECT client FROM intake_counts"))).scalars())


async def test_counts_are_forgotten_after_a_day(reports_app: FastAPI) -> None:
    database: Database = reports_app.state.database
    moments = {b"old": clock.now() - timedelta(days=1, minutes=1), b"new": clock.now() - timedelta(hours=23)}
    async with database.transaction() as session:
        for client, moment in moments.items():
            row = {"client": client, "moment": moment}
            await session.execute(text("INSERT INTO intake_counts VALUES (:client, :moment, 1)"), row)
    await forget_once(database, [FORGOTTEN])
    assert {b"new"} == await clients(database) & moments.keys()


async def test_without_its_counter_nothing_is_taken_in(
    settings_for: SettingsFor, servers: LocalConfig
) -> None:
    gone = settings_for("reports").database_url.replace(f":{servers.ports['postgres']}/", ":9/")
    async with (
        replica(settings_for, "reports", database_url=gone) as app,
        client_at(app, next(ADDRESSES)) as client,
    ):
        problem(await client.post("/v1/track", json=CODE), 503, "unavailable")


async def test_addresses_reach_no_log_metric_or_table(
    settings_for: SettingsFor, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    peer, client_address = "203.0.113.77", "198.19.201.203"
    networks = {"trusted_proxies": "203.0.113.0/24", "public_requests_per_minute": 6}
    with caplog.at_level(logging.DEBUG):
        async with (
            replica(settings_for, "reports", intake_per_ten_minutes=1, **networks) as app,
            client_at(app, peer, **{"X-Forwarded-For": client_address}) as client,
        ):
            await client.post("/v1/incidents", json=impersonation(tenant.commune))
            tracked = [await client.post("/v1/track", json=CODE) for _ in range(8)]
            metrics = (await client.get("/metrics")).text
            async with app.state.database.transaction() as session:
                rows = (await session.execute(text("SELECT c::text FROM intake_counts c"))).scalars().all()
    assert {answer.status_code for answer in tracked} == {404, 429}
    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    answers = "\n".join(answer.text + repr(answer.headers.raw) for answer in tracked)
    assert "/v1/track" in logged
    for address in (peer, client_address):
        plain, hexed = address, address.encode().hex()
        for kept in (logged, metrics, answers, *rows):
            assert plain not in kept
            assert hexed not in kept


async def test_verification_is_never_cached_however_it_ends(settings_for: SettingsFor) -> None:
    async with (
        replica(settings_for, "registry", public_requests_per_minute=4) as app,
        client_at(app, "198.18.0.9") as client,
    ):
        answers = [
            await client.get("/v1/verify", params={"url": "https://x.com/a"}),
            await client.get("/v1/verify", params={"url": "x" * 9000}),
            await client.post("/v1/verify", json={"items": []}),
            await client.post("/v1/verify", json={"items": ["https://x.com/a"]}),
            await client.get("/v1/verify", params={"url": "https://x.com/a"}),
        ]
    assert [answer.status_code for answer in answers] == [200, 414, 422, 200, 429]
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


TOO_MUCH = [
    ({"params": [("x", "1")] * 101}, 400, "bad-request"),
    ({"params": {"x": "1" * 9000}}, 414, "uri-too-long"),
    ({"headers": [(f"x-{n}", "1") for n in range(110)]}, 431, "headers-too-large"),
    ({"headers": {"cookie": "x" * 33_000}}, 431, "headers-too-large"),
    ({"content": b"x" * 300_000}, 413, "too-large"),
    ({"headers": {"content-length": "9" * 40}}, 413, "too-large"),
    ({"content": b"[" * 33 + b"]" * 33}, 400, "bad-request"),
]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(("request_", "status", "slug"), TOO_MUCH)
async def test_more_than_anybody_needs_is_refused_before_it_is_read(
    apps: dict[str, FastAPI], service: str, request_: dict[str, Any], status: int, slug: str
) -> None:
    async with client_at(apps[service], next(ADDRESSES)) as client:
        answer = await client.request("POST", "/v1/nothing", **request_)
        problem(answer, status, slug)
        assert (await client.get("/v1/safeguards", params="&".join(["x=1"] * 100))).status_code == 200
