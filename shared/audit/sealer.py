"""The sealer: a job of the worker that chains committed rows and publishes the end of the chain."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.chain import GENESIS, Head, link
from shared.audit.entries import entry_of
from shared.audit.tables import schema_of
from shared.audit.trail import tables
from shared.db import Database
from shared.events.audit import SYSTEM_AGENCY, AuditSealed
from shared.messaging import outbox
from shared.problems import Unavailable
from shared.settings import ServiceSettings
from shared.telemetry import continue_trace

log = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
PUBLISH_EVERY_SECONDS = 60.0
AT_ONCE = 500
_LOOK_BACK = 1000
_LOOK_AT_ALL_EVERY_SECONDS = 3600.0


@dataclass
class Sealer:
    """Chains the rows of one service's audit log, and tells of it by events of the type `event`."""

    database: Database
    event: type[AuditSealed]
    published: int = 0
    """Place of the last head that this process published."""
    _published_at: float = field(default=float("-inf"))
    _looked_at_all: float = field(default=float("-inf"))

    async def run(self) -> None:
        """Seal for ever, every second or so."""
        while True:
            try:
                while await self.turn() == AT_ONCE:
                    pass
            except Unavailable:
                log.warning("nothing sealed, the database is away")
            await asyncio.sleep(EVERY_SECONDS)

    async def turn(self) -> int:
        """Seal a batch, in one transaction; returns how many rows."""
        now = time.monotonic()
        at_all = now - self._looked_at_all >= _LOOK_AT_ALL_EVERY_SECONDS
        continue_trace(None)
        async with self.database.transaction() as session:
            # Of the sealers of several workers one works at a time; the others have nothing to do.
            locked = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
            if not await session.scalar(locked, {"name": f"seal:{self.database.schema}"}):
                return 0
            head = await _head(session)
            rows = await _unsealed(session, self.database.schema, everywhere=at_all)
            if rows:
                head = await _seal(session, head, rows)
            due = head.place > self.published and now - self._published_at >= PUBLISH_EVERY_SECONDS
            if due:
                await self._publish(session, head)
        if at_all and len(rows) < AT_ONCE:
            self._looked_at_all = now
        if due:
            self.published, self._published_at = head.place, now
        return len(rows)

    async def _publish(self, session: AsyncSession, head: Head) -> None:
        data = self.event(place=head.place, hash=head.hash)
        await outbox.emit(session, data, subject=SYSTEM_AGENCY, version=head.place, path=[SYSTEM_AGENCY])
        log.info("audit log sealed", extra={"place": head.place, "hash": head.hash})


def sealer(event: type[AuditSealed]) -> Callable[[Database, ServiceSettings], Coroutine[Any, Any, None]]:
    """The worker's job: seal for ever, and tell of it by events of the type `event`."""

    async def seal(database: Database, _: ServiceSettings) -> None:
        await Sealer(database, event).run()

    return seal


async def _head(session: AsyncSession) -> Head:
    seals = tables(session).seals
    last = (await session.execute(seals.select().order_by(seals.c.place.desc()).limit(1))).one_or_none()
    return Head(last.place, last.hash.hex()) if last else Head(0, GENESIS.hex())


async def _unsealed(session: AsyncSession, service: str, *, everywhere: bool) -> Sequence[Any]:
    """Rows without a seal, in the order of their ids.

    A transaction that takes long commits rows with ids below those that are sealed already. A look
    at the last thousand finds them all but always; one at everything, now and then, finds the rest.
    """
    schema = schema_of(service)
    since = f"(SELECT coalesce(max(audit_id), 0) - {_LOOK_BACK} FROM {schema}.audit_seals)"  # noqa: S608 - ours
    query = f"""
        SELECT * FROM {schema}.audit AS entry
        WHERE entry.id > {0 if everywhere else since}
            AND NOT EXISTS (SELECT FROM {schema}.audit_seals AS seal WHERE seal.audit_id = entry.id)
        ORDER BY entry.id LIMIT {AT_ONCE}
    """  # noqa: S608 - constants of ours
    return (await session.execute(text(query))).all()


async def _seal(session: AsyncSession, head: Head, rows: Sequence[Any]) -> Head:
    place, current, seals = head.place, bytes.fromhex(head.hash), []
    for row in rows:
        place, current = place + 1, link(current, entry_of(row))
        seals.append({"place": place, "audit_id": row.id, "hash": current})
    await session.execute(insert(tables(session).seals), seals)
    return Head(place, current.hex())
