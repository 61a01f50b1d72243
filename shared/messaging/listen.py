"""Being woken by the database: PostgreSQL's LISTEN."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import asyncpg

from shared.db import database_dsn
from shared.settings import ServiceSettings

_RETRY_SECONDS = 1.0


async def listen(settings: ServiceSettings, channel: str, wake: Callable[[], None]) -> None:
    """Call `wake` for every NOTIFY on `channel`, for ever, and once whenever listening begins.

    A notification can be missed while the database is away: have a slow poll behind it.
    """
    while True:
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            await _listen(settings, channel, wake)
        await asyncio.sleep(_RETRY_SECONDS)


async def _listen(settings: ServiceSettings, channel: str, wake: Callable[[], None]) -> None:
    connection = await asyncpg.connect(database_dsn(settings), timeout=5)
    try:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(channel, lambda *_: wake())
        wake()
        await lost.wait()
    finally:
        connection.terminate()
