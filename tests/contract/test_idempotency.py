"""A creation that is repeated with its key is done once, in every service."""

import asyncio
import secrets
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from deploy.local.config import LocalConfig
from services.registry.accounts import entering
from shared import clock, idempotency
from shared.retention import MESSAGING, forget_once
from tests.support.answers import ok, problem
from tests.support.reports import impersonation
from tests.support.tenant import Tenant, new_tenant

_LOCKS = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE locktype = 'advisory' AND datname = current_database()
"""
Post = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def tenant(servers: LocalConfig, apps: dict[str, FastAPI]) -> Tenant:
    return await new_tenant(servers, [app.state.database for app in apps.values()])


def account(tenant: Tenant, **changes: Any) -> dict[str, Any]:
    return {
        "agency_code": tenant.commune,
        "url": f"https://www.facebook.com/ubnd{secrets.token_hex(6)}",
        "display_name": "Ủy ban nhân dân xã",
        "languages": ["vi"],
        **changes,
    }


@pytest.fixture
def enter(registry: httpx.AsyncClient, tenant: Tenant) -> Post:
    """Enter an account, by an officer and with a key unless told otherwise."""

    async def post(
        body: dict[str, Any], key: str | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        known = {"Idempotency-Key": key} if key else {}
        return await registry.post(
            "/v1/accounts",
            json=body,
            headers={**(headers or tenant.auth(tenant.commune, "officer")), **known},
        )

    return post


async def entered(registry: httpx.AsyncClient, tenant: Tenant) -> list[dict[str, Any]]:
    answer = ok(await registry.get("/v1/accounts", headers=tenant.auth(tenant.province, "viewer")))
    items: list[dict[str, Any]] = answer["items"]
    return items


async def test_the_first_answer_is_given_again(
    enter: Post, registry: httpx.AsyncClient, tenant: Tenant
) -> None:
    body = account(tenant)
    first = await enter(body, "k1")
    again = await enter(dict(reversed(body.items())), "k1")  # the same JSON, written otherwise
    assert ok(again, 201) == ok(first, 201)
    for header in ("location", "etag"):
        assert again.headers[header] == first.headers[header]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(await entered(registry, tenant)) == 1


async def test_a_reference_in_the_body_does_the_same(
    enter: Post, registry: httpx.AsyncClient, tenant: Tenant
) -> None:
    body = account(tenant, client_reference="CV-2026/118")
    assert ok(await enter(body), 201) == ok(await enter(body), 201)
    assert len(await entered(registry, tenant)) == 1


async def test_another_body_is_refused(enter: Post, registry: httpx.AsyncClient, tenant: Tenant) -> None:
    ok(await enter(account(tenant), "k1"), 201)
    problem(await enter(account(tenant), "k1"), 422, "idempotency-key-reused")
    assert len(await entered(registry, tenant)) == 1


async def test_a_key_belongs_to_whoever_uses_it(
    enter: Post, registry: httpx.AsyncClient, tenant: Tenant
) -> None:
    body = account(tenant)
    ok(await enter(body, "k1"), 201)
    other = await enter(body, "k1", tenant.auth(tenant.commune, "officer", sub="somebody else"))
    ok(other, 201)
    assert "idempotency-replayed" not in other.headers
    assert len(await entered(registry, tenant)) == 2


async def test_a_refusal_is_not_kept(enter: Post, tenant: Tenant) -> None:
    problem(await enter(account(tenant, agency_code=tenant.foreign), "k1"), 404, "not-found")
    ok(await enter(account(tenant), "k1"), 201)


async def test_twins_have_one_effect(enter: Post, registry: httpx.AsyncClient, tenant: Tenant) -> None:
    body = account(tenant)
    answers = await asyncio.gather(*(enter(body, "k1") for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    for answer in answers:
        if answer.status_code == 409:
            problem(answer, 409, "request-in-progress")
            assert answer.headers["retry-after"] == "1"
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 201}) == 1
    assert len(await entered(registry, tenant)) == 1


async def test_a_crash_before_the_commit_leaves_nothing_and_one_after_it_the_answer(
    enter: Post,
    registry_app: FastAPI,
    registry: httpx.AsyncClient,
    tenant: Tenant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body, create = account(tenant), entering.create

    async def crash(*arguments: Any) -> Any:
        await create(*arguments)
        raise KeyError("the process dies here")

    with monkeypatch.context() as patched:
        patched.setattr(entering, "create", crash)
        problem(await enter(body, "k1"), 500, "internal")
    assert await entered(registry, tenant) == []
    first = ok(await enter(body, "k1"), 201)  # the answer to this one is lost on its way
    assert ok(await enter(body, "k1"), 201) == first
    assert len(await entered(registry, tenant)) == 1
    async with registry_app.state.database.transaction() as session:
        assert await session.scalar(text(_LOCKS)) == 0


async def test_what_is_kept_cannot_be_read_and_goes_after_a_day(
    enter: Post, registry_app: FastAPI, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, key = account(tenant), f"key-{uuid.uuid4()}"
    first = ok(await enter(body, key), 201)
    database = registry_app.state.database

    async def kept() -> str:
        async with database.transaction() as session:
            rows = await session.execute(text("SELECT scope, request, answer FROM idempotency_keys"))
            return b"".join(part for row in rows for part in row).decode("latin-1")

    for word in (key, first["id"], body["url"], tenant.commune):
        assert word not in await kept()

    later = clock.now() + idempotency.KEEP + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    second = await enter({**body, "url": body["url"] + "x"}, key)
    assert ok(second, 201)["id"] != first["id"]
    monkeypatch.setattr(clock, "now", lambda: later + idempotency.KEEP + timedelta(seconds=1))
    await forget_once(database, MESSAGING)
    assert await kept() == ""


@pytest.mark.parametrize(
    "key",
    [
        "1",
        "monthly-report-november-2026",
        "0123456789abcdef0123456789abcdef",
        "01936f3e-7b1a-7cc0-8a51-2f3b4c5d6e7f",  # UUIDv7 has 74 random bits
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8",  # UUIDv1 has none
    ],
)
async def test_a_strangers_key_must_be_unguessable(
    reports: httpx.AsyncClient, tenant: Tenant, key: str
) -> None:
    body = impersonation(tenant.commune)
    problem(await reports.post("/v1/incidents", json=body, headers={"Idempotency-Key": key}), 422, "invalid")
    officer = {"Idempotency-Key": key, **tenant.auth(tenant.commune, "officer")}
    ok(await reports.post("/v1/incidents", json=body, headers=officer), 201)


async def test_a_reporter_whose_line_broke_gets_the_tracking_code_again(
    reports: httpx.AsyncClient, tenant: Tenant
) -> None:
    body, key = impersonation(tenant.commune), str(uuid.uuid4())
    first = ok(await reports.post("/v1/incidents", json=body, headers={"Idempotency-Key": key}), 201)
    assert ok(await reports.post("/v1/incidents", json=body, headers={"Idempotency-Key": key}), 201) == first
    ok(await reports.post("/v1/track", json={"tracking_code": first["tracking_code"]}))
    officer = tenant.auth(tenant.commune, "officer")
    [incident] = ok(await reports.get("/v1/incidents", headers=officer))["items"]
    assert incident["sightings"] == 1


async def test_a_secret_is_shown_once(notifications: httpx.AsyncClient, tenant: Tenant) -> None:
    headers = {**tenant.auth(tenant.commune, "officer"), "Idempotency-Key": "k1"}
    body = {"channel": "webhook", "url": "http://127.0.0.1:8443/", "event_types": ["reports.*"]}
    first = ok(await notifications.post("/v1/subscriptions", json=body, headers=headers), 201)
    again = ok(await notifications.post("/v1/subscriptions", json=body, headers=headers), 201)
    assert first["secret"].startswith("whsec_")
    assert again == {**first, "secret": None}
    mine = ok(await notifications.get("/v1/subscriptions", headers=headers))["items"]
    assert [each["id"] for each in mine] == [first["id"]]


@pytest.mark.parametrize("key", ["", "a b", "ký-hiệu".encode(), "k" * 256])
async def test_what_is_no_key_is_refused(registry: httpx.AsyncClient, tenant: Tenant, key: Any) -> None:
    answer = await registry.post(
        "/v1/accounts",
        json=account(tenant),
        headers={**tenant.auth(tenant.commune, "officer"), "Idempotency-Key": key},
    )
    if key:
        problem(answer, 422, "invalid")
        assert await entered(registry, tenant) == []
    else:
        ok(answer, 201)  # an empty header is no header
