"""A file is read by another process, whose failures are refusals."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from deploy.local.config import PROJECT
from services.registry.imports import apart
from services.registry.imports.reading import Refused
from services.registry.imports.reading.__main__ import CHARACTERS_A_LINE, ROWS_A_LINE
from services.registry.imports.reading.table import MAX_CELL

HEADER = "Agency code,Link,Display name\n"


async def parts_of(content: str) -> list[list[Any]]:
    return [part async for part in apart.read(content.encode(), "accounts", {})][1:]


async def test_rows_come_in_order_many_at_a_time() -> None:
    short = await parts_of(HEADER + "T82,http://a.vn,A\n" * (ROWS_A_LINE + 1))
    assert [len(part) for part in short] == [ROWS_A_LINE, 1]
    assert [number for part in short for number, _ in part] == list(range(2, ROWS_A_LINE + 3))


async def test_of_long_rows_there_are_fewer() -> None:
    cells = ",".join(["ế" * MAX_CELL] * 100)
    long = await parts_of(HEADER + f"T82,http://a.vn,A,{cells}\n" * 20)
    assert sum(map(len, long)) == 20
    assert max(map(len, long)) <= CHARACTERS_A_LINE / (100 * MAX_CELL) + 1


async def test_whoever_stores_the_rows_is_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timeout around a `yield` would cancel the worker's task, and with it all imports."""
    running = False

    @asynccontextmanager
    async def watched(_: float) -> AsyncIterator[None]:
        nonlocal running
        running = True
        yield
        running = False

    monkeypatch.setattr(apart, "timeout", watched)
    async for _ in apart.read(HEADER.encode() + b"T82,http://a.vn,A\n", "accounts", {}):
        assert not running


async def test_what_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0)
    with pytest.raises(Refused) as caught:
        await parts_of(HEADER)
    assert caught.value.code == "too-slow"


def test_reading_ends_before_the_database_gives_the_transaction_up() -> None:
    roles = (PROJECT / "deploy" / "postgres" / "roles.sql").read_text()
    (allowed,) = re.findall(r"idle_in_transaction_session_timeout = ''(\d+)s''", roles)
    assert int(allowed) > apart.SECONDS


async def test_who_stops_listening_leaves_no_process() -> None:
    reading = apart.read((HEADER + "T82,http://a.vn,A\n" * 5000).encode(), "accounts", {})
    await anext(reading)
    await asyncio.wait_for(reading.aclose(), 10)
