"""Checking is not watching (docs/principles.md, 3): a queried link leaves no trace anywhere."""

import logging
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import pytest

from deploy.local import postgres
from deploy.local.config import LocalConfig
from tests.support.answers import ok
from tests.support.staff import Staff

ROWS = """
    SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables
    WHERE table_schema IN ('registry', 'reports', 'notifications')
"""


async def tables_with(servers: LocalConfig, database: str, mark: str) -> list[str]:
    """The tables of all services that hold the mark in any column of any row."""
    connection = await asyncpg.connect(postgres.dsn(servers, database=database))
    try:
        return [
            table
            for (table,) in await connection.fetch(ROWS)
            if await connection.fetchval(
                f"SELECT EXISTS (SELECT FROM {table} AS t WHERE t::text ILIKE '%' || $1 || '%')",  # noqa: S608
                mark,
            )
        ]
    finally:
        await connection.close()


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything any logger said, with all its fields, but for the test's own client."""
    ours = (record for record in caplog.records if not record.name.startswith(("httpx", "httpcore")))
    return "\n".join(f"{record.getMessage()} {vars(record)}" for record in ours)


async def test_queried_links_reach_no_log_metric_table_or_event(
    registry: httpx.AsyncClient,
    staff: Staff,
    servers: LocalConfig,
    database: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    mark = f"marked{uuid4().hex[:12]}"
    known = await staff.active(url=f"https://www.facebook.com/official{mark}")
    before = await tables_with(servers, database, mark)
    # The search does find what there is.
    assert set(before) == {
        "registry.accounts",
        "registry.account_history",
        "registry.identities",
        "registry.outbox",
    }
    mark = f"queried{uuid4().hex[:12]}"
    links = [
        f"https://www.facebook.com/{mark}",
        f"https://{mark}.example/path?q={mark}#{mark}",
        f"{known['url']}?ref={mark}",
        f"{mark} is not a link",
        f"https://x.com/{mark}\x00",
        f"https://x.com/{mark}/" + "x" * 3000,
    ]
    with caplog.at_level(logging.DEBUG):
        for link in links:
            await registry.get("/v1/verify", params={"url": link})
            await registry.post("/v1/verify", json={"items": [link, {"url": link}]})
            await registry.get(f"/v1/verify/{quote(link, safe='')}", params={mark: link})
        ok(await registry.post("/v1/verify", json={"items": links[:5]}))
    answers = logged(caplog)
    assert "/v1/verify" in answers  # the access log was there to be read
    assert mark not in answers
    assert mark not in (await registry.get("/metrics")).text
    assert await tables_with(servers, database, mark) == []
    for server in ("postgres", "nats"):
        assert mark not in (servers.home / "logs" / f"{server}.log").read_text()
