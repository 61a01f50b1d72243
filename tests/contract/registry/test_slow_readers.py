"""Whoever takes a file away slowly keeps nobody else waiting."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.types import Message

from shared.db import Database
from tests.support.tenant import Tenant


@pytest.mark.parametrize("path", ["/v1/agencies/crosswalk.csv", "/v1/agencies/{commune}/orphans.csv"])
async def test_a_reader_who_stalls_holds_no_connection(
    registry_app: FastAPI, registry_database: Database, tenant: Tenant, path: str
) -> None:
    token = tenant.auth(tenant.commune, "viewer")["Authorization"]
    path = path.format(commune=tenant.commune)
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

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        if message["type"] == "http.response.body":
            stalled.set()
            await go_on.wait()

    pool: Any = registry_database.engine.pool
    before = pool.checkedout()
    reading = asyncio.create_task(registry_app(scope, receive, send))
    try:
        await asyncio.wait_for(stalled.wait(), 10)
        assert pool.checkedout() == before
    finally:
        go_on.set()
        await reading
    assert status == 200
