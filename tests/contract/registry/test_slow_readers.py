"""Whoever takes a file away slowly keeps nobody else waiting."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message

from shared.db import Database
from tests.support.importing import HEADER, Desk
from tests.support.tenant import Tenant


@pytest.mark.parametrize("path", ["/v1/agencies/crosswalk.csv", "/v1/agencies/{commune}/orphans.csv"])
async def test_a_reader_who_stalls_holds_no_connection(
    registry_app: FastAPI, registry_database: Database, tenant: Tenant, path: str
) -> None:
    path = path.format(commune=tenant.commune)
    await stall(registry_app, registry_database, path, tenant.auth(tenant.commune, "viewer"))


async def test_nor_does_one_of_an_import_s_errors(
    registry: httpx.AsyncClient, registry_app: FastAPI, registry_database: Database, tenant: Tenant
) -> None:
    desk = Desk(registry, registry_database, tenant.auth(tenant.province, "officer"))
    made = await desk.checked([HEADER, (tenant.commune, "nothing", "A", "vi")])
    await stall(registry_app, registry_database, f"/v1/imports/{made['id']}/errors.csv", desk.headers)


async def stall(app: FastAPI, database: Database, path: str, headers: dict[str, str]) -> None:
    """Read a file as far as its first piece: no connection may be taken then."""
    token = headers["Authorization"]
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"authorization", token.encode()), (b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "scheme": "http",
    }
    stalled, go_on, status = asyncio.Event(), asyncio.Event(), 0

    request: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not request:
            await asyncio.Event().wait()  # a client that stays
        return request.pop()

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        if message["type"] == "http.response.body":
            stalled.set()
            await go_on.wait()

    pool: Any = database.engine.pool
    before = pool.checkedout()
    reading = asyncio.create_task(app(scope, receive, send))
    try:
        await asyncio.wait_for(stalled.wait(), 10)
        assert pool.checkedout() == before
    finally:
        go_on.set()
        await reading
    assert status == 200
