"""The key-encryption key is rotated; what was erased before cannot be read from any backup after."""

import dataclasses
import secrets
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from services.reports.incidents.intake import Keys
from services.reports.incidents.tables import WRAPPED_KEYS, IncidentKey, Sighting
from shared.crypto import KeyRing
from shared.db import Database
from shared.rewrapping import rewrap_all
from shared.settings import read_key
from tests.support.answers import ok
from tests.support.reports import impersonation
from tests.support.tenant import Tenant

OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)


@pytest.fixture
def keys(reports_app: FastAPI) -> Iterator[Any]:
    """Puts keys on the service's ring, the newest first; those it had come back in the end."""
    before: Keys = reports_app.state.keys

    def put(*ring: bytes) -> KeyRing:
        reports_app.state.keys = dataclasses.replace(before, ring=KeyRing(*ring))
        return KeyRing(*ring)

    yield put
    reports_app.state.keys = before


async def backup(database: Database) -> list[Any]:
    """A copy of all that is sealed."""
    async with database.transaction() as session:
        return [
            type(row)(**row.model_dump())
            for table in (IncidentKey, Sighting)
            for row in await session.scalars(select(table))
        ]


async def restore(database: Database, rows: list[Any]) -> None:
    async with database.transaction() as session:
        for row in rows:
            await session.merge(row)
        await session.flush()


async def test_a_restored_backup_cannot_read_what_was_erased(
    reports: httpx.AsyncClient, database_of_reports: Database, reports_app: FastAPI, tenant: Tenant, keys: Any
) -> None:
    own_key = read_key(reports_app.state.settings.key_file)  # other tests' incidents are under it
    officer = tenant.auth(tenant.commune, "officer")

    async def descriptions() -> dict[str, str | None]:
        items = ok(await reports.get("/v1/incidents", headers=officer))["items"]
        return {incident["id"]: incident["description"] for incident in items}

    keys(OLD, own_key)
    for text in ("sẽ bị xoá", "còn lại"):
        ok(await reports.post("/v1/incidents", json=impersonation(tenant.commune, description=text)), 201)
    kept, erased = await descriptions()
    assert await descriptions() == {kept: "còn lại", erased: "sẽ bị xoá"}
    rows = await backup(database_of_reports)
    ok(await reports.post(f"/v1/incidents/{erased}/refuse", json={"reason": "fits_no_harm"}, headers=officer))

    # The backup opens until the key has been rotated: operators have to know.
    await restore(database_of_reports, rows)
    assert await descriptions() == {kept: "còn lại", erased: "sẽ bị xoá"}
    async with database_of_reports.transaction() as session:
        await session.delete(await session.get_one(IncidentKey, erased))
        await session.flush()

    ring = keys(NEW, OLD, own_key)
    assert await rewrap_all(database_of_reports, ring, WRAPPED_KEYS) == 0
    keys(NEW)
    assert (await descriptions())[kept] == "còn lại"

    await restore(database_of_reports, rows)
    assert set((await descriptions()).values()) == {None}

    keys(NEW, OLD)  # as long as the old key is kept, for disasters, a backup can be used
    assert (await descriptions())[kept] == "còn lại"
    await rewrap_all(database_of_reports, KeyRing(own_key, NEW, OLD), WRAPPED_KEYS)


async def test_keys_are_rewrapped_in_pages_and_those_that_do_not_open_are_counted(
    reports: httpx.AsyncClient,
    database_of_reports: Database,
    reports_app: FastAPI,
    tenant: Tenant,
    keys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("shared.rewrapping.AT_ONCE", 2)
    own_key = read_key(reports_app.state.settings.key_file)
    keys(OLD)
    for _ in range(5):
        ok(await reports.post("/v1/incidents", json=impersonation(tenant.commune)), 201)
    lost = await rewrap_all(database_of_reports, KeyRing(own_key), WRAPPED_KEYS)
    assert lost >= 5
    assert await rewrap_all(database_of_reports, KeyRing(own_key, OLD), WRAPPED_KEYS) == lost - 5
    assert await rewrap_all(database_of_reports, KeyRing(own_key), WRAPPED_KEYS) == lost - 5
