"""The audit log of a service: sealed, exported, published, and read by administrators."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from deploy.local.config import SERVICES, LocalConfig
from shared import clock
from shared.audit import sealer as sealing
from shared.audit import trail
from shared.audit.chain import Broken, Head, verify
from shared.audit.export import export
from shared.audit.sealer import Sealer
from shared.auth import Actor
from shared.db import Database, new_id
from shared.events import notifications, registry, reports
from shared.settings import ServiceSettings
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.apps import client_of
from tests.support.audit import audited
from tests.support.tenant import Tenant, new_tenant

EVENTS = {
    "registry": registry.AuditSealed,
    "reports": reports.AuditSealed,
    "notifications": notifications.AuditSealed,
}


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    """Each service in turn."""
    return str(request.param)


@pytest.fixture
def app(apps: dict[str, FastAPI], service: str) -> FastAPI:
    return apps[service]


@pytest.fixture
def store(app: FastAPI) -> Database:
    """The service's own connections."""
    database: Database = app.state.database
    return database


@pytest.fixture
async def tenant(servers: LocalConfig, store: Database) -> Tenant:
    """Agencies of this test alone."""
    return await new_tenant(servers, [store])


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as client:
        yield client


@pytest.fixture
def fresh(store: Database, service: str) -> Callable[[], Sealer]:
    """Makes a sealer as a worker does that has just started."""
    return lambda: Sealer(store, EVENTS[service])


def officer_of(agency: str, subject: str = "somebody") -> Actor:
    return Actor("https://id.example.vn", subject, agency, frozenset({"officer"}))


async def record(store: Database, agency: str, times: int = 1, thing: UUID | None = None) -> None:
    """Acts on things of an agency, in one transaction."""
    async with store.transaction() as session:
        for version in range(1, times + 1):
            actor, act = officer_of(agency), "things.change"
            await trail.record(session, actor, act, "thing", thing or new_id(), agency, version)


async def seal(sealer: Sealer) -> None:
    """Seal whatever is there."""
    while await sealer.turn():
        pass


async def exported(settings: ServiceSettings, service: str) -> list[str]:
    lines: list[str] = []
    await export(service, lines.append, settings)
    return lines


async def published(store: Database) -> list[Head]:
    """All heads that the service has told of."""
    query = text("SELECT envelope FROM outbox WHERE type = :type ORDER BY position")
    async with store.transaction() as session:
        rows = await session.scalars(query, {"type": f"{store.schema}.audit.sealed.v1"})
        return [Head(**{k: json.loads(row)["data"][k] for k in ("place", "hash")}) for row in rows]


async def test_committed_rows_are_chained_in_their_order_and_the_export_is_whole(
    service: str, store: Database, tenant: Tenant, fresh: Callable[[], Sealer], settings_for: SettingsFor
) -> None:
    await record(store, tenant.commune, 3)
    assert [row.place for row in await audited(store, tenant.commune)] == [None] * 3
    await seal(fresh())
    await record(store, tenant.commune, 2)
    await seal(fresh())
    places = [row.place for row in await audited(store, tenant.commune)]
    assert places == sorted(places)
    lines = await exported(settings_for(service), service)
    assert len(lines) == places[-1]
    head = verify(lines, await published(store))
    assert await published(store) == [*(await published(store))[:-1], head]
    row = json.loads(lines[-1])
    assert row["entry"]["agency_code"] == tenant.commune
    row["entry"]["actor_subject"] = "somebody else"
    with pytest.raises(Broken, match=f"^place {head.place}: changed"):
        verify([*lines[:-1], json.dumps(row)])


async def test_a_row_that_commits_late_gets_a_later_place(
    service: str,
    store: Database,
    tenant: Tenant,
    fresh: Callable[[], Sealer],
    settings_for: SettingsFor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sealer = fresh()
    await seal(sealer)
    async with store.transaction() as slow:
        await trail.record(slow, officer_of(tenant.commune), "things.change", "thing", "late", tenant.commune)
        await record(store, tenant.commune)
        await seal(sealer)
    assert [bool(row.place) for row in await audited(store, tenant.commune)] == [False, True]
    monkeypatch.setattr(sealing, "_LOOK_BACK", 0)
    await seal(sealer)
    assert (await audited(store, tenant.commune))[0].place is None, "it lies before where this one looks"
    await seal(fresh())  # as each does when it starts, and once an hour: look at everything
    late, quick = await audited(store, tenant.commune)
    assert late.id < quick.id
    assert late.place == quick.place + 1
    verify(await exported(settings_for(service), service))


async def test_many_sealers_make_one_chain(
    service: str, store: Database, tenant: Tenant, fresh: Callable[[], Sealer], settings_for: SettingsFor
) -> None:
    async def work() -> None:
        sealer = fresh()
        for _ in range(4):
            await record(store, tenant.commune, 2)
            await sealer.turn()

    await asyncio.gather(*(work() for _ in range(4)))
    await seal(fresh())
    lines = await exported(settings_for(service), service)
    verify(lines)
    assert len({row.place for row in await audited(store, tenant.commune)}) == 32


async def test_the_head_is_published_at_once_and_then_at_most_once_a_minute(
    store: Database, tenant: Tenant, fresh: Callable[[], Sealer], monkeypatch: pytest.MonkeyPatch
) -> None:
    await seal(fresh())  # what other tests left: one turn takes so many
    sealer = fresh()
    await record(store, tenant.commune)
    await sealer.turn()
    before = await published(store)
    assert before[-1].place == (await audited(store, tenant.commune))[-1].place
    await record(store, tenant.commune)
    await seal(sealer)
    assert await published(store) == before
    monkeypatch.setattr(sealing, "PUBLISH_EVERY_SECONDS", 0.0)
    await sealer.turn()
    after = await published(store)
    assert after[:-1] == before
    assert after[-1].place == before[-1].place + 1
    await sealer.turn()
    assert await published(store) == after, "there is nothing new to tell"


async def listed(
    client: httpx.AsyncClient, headers: dict[str, str], **params: str
) -> list[dict[str, object]]:
    items: list[dict[str, object]] = ok(await client.get("/v1/audit", params=params, headers=headers))[
        "items"
    ]
    return items


async def test_administrators_see_their_own_subtree(
    client: httpx.AsyncClient, store: Database, tenant: Tenant
) -> None:
    for agency in (tenant.commune, tenant.sibling, tenant.foreign):
        await record(store, agency)
    seen = {
        agency: {row["agency_code"] for row in await listed(client, tenant.auth(agency, "admin"))}
        for agency in (tenant.commune, tenant.province, tenant.foreign)
    }
    assert seen == {
        tenant.commune: {tenant.commune},
        tenant.province: {tenant.commune, tenant.sibling},
        tenant.foreign: {tenant.foreign},
    }
    for role in ("viewer", "officer", "approver"):
        answer = await client.get("/v1/audit", headers=tenant.auth(tenant.commune, role))
        assert problem(answer, 403, "forbidden")["required_roles"] == ["admin"]


async def test_who_acted_is_told_for_one_thing_at_a_time_and_asking_is_recorded(
    client: httpx.AsyncClient, store: Database, tenant: Tenant
) -> None:
    thing = uuid4()
    await record(store, tenant.commune, 2, thing)
    await record(store, tenant.commune)
    admin = tenant.auth(tenant.commune, "admin", sub="the admin")
    assert [row["actor"] for row in await listed(client, admin)] == [None] * 3
    person = {"issuer": "https://id.example.vn", "subject": "somebody", "agency_code": tenant.commune}
    assert [row["actor"] for row in await listed(client, admin, object_id=str(thing))] == [person] * 2
    newest = (await listed(client, admin))[0]
    assert (newest["action"], newest["object_id"]) == ("audit.list", str(thing))
    foreign = tenant.auth(tenant.foreign, "admin")
    assert await listed(client, foreign, object_id=str(thing)) == []
    assert await audited(store, tenant.foreign) == []


def test_nobody_asks_by_person(app: FastAPI) -> None:
    parameters = app.openapi()["paths"]["/v1/audit"]["get"]["parameters"]
    asked = {each["name"] for each in parameters if each["in"] == "query"}
    assert asked == {"action", "object_id", "since", "cursor", "limit"}


async def test_the_list_is_filtered_and_comes_in_pages(
    client: httpx.AsyncClient, store: Database, tenant: Tenant
) -> None:
    admin = tenant.auth(tenant.commune, "admin")
    with clock.shifted(timedelta(days=-2)):
        await record(store, tenant.commune, 3)
    await record(store, tenant.commune, 4)
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    assert len(await listed(client, admin)) == 7
    assert len(await listed(client, admin, since=yesterday)) == 4
    assert len(await listed(client, admin, action="things.change")) == 7
    assert await listed(client, admin, action="things.make") == []
    seen, cursor = [], None
    while True:
        query = {"limit": "3", **({"cursor": cursor} if cursor else {})}
        page = ok(await client.get("/v1/audit", params=query, headers=admin))
        seen += [row["id"] for row in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert len(seen) == 7
    assert seen == sorted(set(seen), reverse=True)
