"""Rotating the key-encryption key: wrapped keys are brought under the newest one (ADR 17)."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import prometheus_client
from sqlalchemy import Column, Table, bindparam, func, select, update

from shared.crypto import KeyRing, Unsealable, key_ring
from shared.db import Database
from shared.problems import Unavailable
from shared.settings import ServiceSettings

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
AT_ONCE = 200

LOST = prometheus_client.Gauge(
    "keys_that_do_not_open", "Data keys that no key-encryption key of the ring opens."
)


def rewrapper(wrapped: Column[Any]) -> Callable[[Database, ServiceSettings], Coroutine[Any, Any, None]]:
    """The worker's job: bring the keys in this column under the newest key-encryption key.

    At start, for a new key comes with a restart, and once an hour, for those that another process has
    wrapped with the old one until then.
    """

    async def rewrap(database: Database, settings: ServiceSettings) -> None:
        ring = key_ring(settings)
        while True:
            try:
                left = await rewrap_all(database, ring, wrapped)
                LOST.set(left)
                if left:
                    log.error("keys that no key-encryption key opens", extra={"keys": left})
            except Unavailable:
                log.warning("nothing rewrapped, the database is away")
            await asyncio.sleep(EVERY_SECONDS)

    return rewrap


async def rewrap_all(database: Database, ring: KeyRing, wrapped: Column[Any]) -> int:
    """Rewrap what an older key has wrapped, in small transactions; returns how many cannot be opened."""
    table: Table = wrapped.table
    (owner,) = table.primary_key
    foreign = func.substring(wrapped, 1, len(ring.newest)) != ring.newest
    query = select(owner, wrapped).where(foreign).order_by(owner).limit(AT_ONCE).with_for_update()
    change = update(table).where(owner == bindparam("id")).values({wrapped.name: bindparam("new")})
    last, lost = None, 0
    while True:
        async with database.transaction() as session:
            page = query if last is None else query.where(owner > last)
            rows = (await session.execute(page)).all()
            changes = []
            for key, old in rows:
                try:
                    changes.append({"id": key, "new": ring.rewrap(old, str(key))})
                except Unsealable:
                    lost += 1
            if changes:
                connection = await session.connection()
                await connection.execute(change, changes)
        if len(rows) < AT_ONCE:
            return lost
        last = rows[-1][0]
