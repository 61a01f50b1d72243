"""The sealer: a job of the worker that chains committed rows and publishes the end of the chain."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.chain import GENESIS, Head, link
from shared.audit.entries import entry_of
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
_LOOK_BACK = 200
_LOOK_AHEAD = 100_000
_BEGIN_ANEW_EVERY_SECONDS = 3600.0


@dataclass
class Sealer:
    """Chains the rows of one service's audit log, and tells of it by events of the type `event`.

    A transaction that takes long commits rows with ids below those that are sealed already. A look back
    finds them all but always; beginning anew, now and then, finds the rest.
    """

    database: Database
    event: type[AuditSealed]
    _looked_to: int = 0
    """Up to this id everything was sealed when last looked at."""
    _begun_at: float = field(default_factory=time.monotonic)
    _published: int = 0
    _published_at: float = float("-inf")

    async def run(self) -> None:
        """Seal for ever, every second or so."""
        while True:
            try:
                while await self.turn():
                    pass
            except Unavailable:
                log.warning("nothing sealed, the database is away")
            await asyncio.sleep(EVERY_SECONDS)
            if time.monotonic() - self._begun_at >= _BEGIN_ANEW_EVERY_SECONDS:
                self._begun_at, self._looked_to = time.monotonic(), 0

    async def turn(self) -> bool:
        """Seal a batch, in one transaction; returns whether there may be more."""
        continue_trace(None)
        async with self.database.transaction() as session:
            # Of the sealers of several workers one works at a time; the others have nothing to do.
            locked = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
            if not await session.scalar(locked, {"name": f"seal:{self.database.schema}"}):
                return False
            newest = await session.scalar(select(func.max(tables(session).log.c.id))) or 0
            since = min(self._looked_to, newest - _LOOK_BACK)
            until = since + _LOOK_AHEAD
            rows = await _unsealed(session, since, until)
            head = await _head(session)
            if rows:
                head = await _seal(session, head, rows)
            grown = head.place > self._published
            if publish := grown and time.monotonic() - self._published_at >= PUBLISH_EVERY_SECONDS:
                await _publish(session, self.event, head)
        if publish:
            log.info("audit log sealed", extra={"place": head.place, "hash": head.hash})
            self._published, self._published_at = head.place, time.monotonic()
        full = len(rows) == AT_ONCE
        self._looked_to = rows[-1].id if full else min(until, newest)
        return full or until < newest


def sealer(event: type[AuditSealed]) -> Callable[[Database, ServiceSettings], Coroutine[Any, Any, None]]:
    """The worker's job: seal for ever, and tell of it by events of the type `event`."""

    async def seal(database: Database, _: ServiceSettings) -> None:
        await Sealer(database, event).run()

    return seal


async def _publish(session: AsyncSession, event: type[AuditSealed], head: Head) -> None:
    data = event(place=head.place, hash=head.hash)
    await outbox.emit(session, data, subject=SYSTEM_AGENCY, version=head.place, path=[SYSTEM_AGENCY])


async def _head(session: AsyncSession) -> Head:
    seals = tables(session).seals
    last = (await session.execute(seals.select().order_by(seals.c.place.desc()).limit(1))).one_or_none()
    return Head(last.place, last.hash.hex()) if last else Head(0, GENESIS.hex())


async def _unsealed(session: AsyncSession, since: int, until: int) -> Sequence[Any]:
    """The first rows between two ids that have no seal."""
    entries, seals = tables(session).log, tables(session).seals
    # Asked for each row: as a join, the planner would read all seals there are.
    seal = select(seals.c.place).where(seals.c.audit_id == entries.c.id).scalar_subquery()
    query = select(entries).where(entries.c.id > since, entries.c.id <= until, seal.is_(None))
    return (await session.execute(query.order_by(entries.c.id).limit(AT_ONCE))).all()


async def _seal(session: AsyncSession, head: Head, rows: Sequence[Any]) -> Head:
    place, current, seals = head.place, bytes.fromhex(head.hash), []
    for row in rows:
        place, current = place + 1, link(current, entry_of(row))
        seals.append({"place": place, "audit_id": row.id, "hash": current})
    await session.execute(insert(tables(session).seals), seals)
    return Head(place, current.hex())
