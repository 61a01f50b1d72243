"""Keeping the index in memory as the database is (ADR 33).

The database is asked which accounts changed since the last look, by the order of its own transactions: no clock, no
event and no other process can make this process miss one. A commit wakes it at once (NOTIFY); where that is lost
it looks every second. An index that could not be compared for a while answers nothing at all.
"""

import asyncio
import gc
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from itertools import groupby
from typing import Any, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.settings import Settings
from services.registry.verify import queries
from services.registry.verify.accounts import Known
from services.registry.verify.index import Agency, Index
from shared import clock
from shared.db import Database
from shared.messaging.listen import listen
from shared.problems import Text, Unavailable
from shared.tasks import stop

log = logging.getLogger(__name__)

_AGENCIES_SECONDS = 1.0
_WAKE_SECONDS = 0.05  # between two looks, however many commits there are
_PATIENCE_SECONDS = 5.0
_SLICE = 100  # accounts after which requests get their turn
_NOT_NOW = Text("Sổ đăng ký đang được nạp.", "The register is being loaded.")


class LiveIndex:
    """The index of this process. Enter it at start; `current` gives what can be relied on."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._index: Index | None = None
        self._woken = asyncio.Event()
        self._loaded = asyncio.Event()
        self._looking = asyncio.Lock()
        self._since = 0
        self._agencies_at = self._confirmed = 0.0
        self._doubted: set[UUID] = set()
        self.as_of: datetime = clock.now()
        """When the index was last known to be what the database held."""

    async def __aenter__(self) -> Self:
        settings = self._settings.model_copy(update={"database_pool_size": 2})
        self._database = Database(settings, SCHEMA, SESSION_INFO)
        self._tasks = [
            asyncio.create_task(listen(self._settings, f"{SCHEMA}_outbox", self._woken.set)),
            asyncio.create_task(self._run()),
            asyncio.create_task(self._reconcile()),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        await stop(*self._tasks)
        await self._database.close()

    def require(self) -> Index:
        """The index.

        Raises:
            Unavailable: it is not loaded yet, or nobody knows whether it still holds.
        """
        unconfirmed = time.monotonic() - self._confirmed
        if self._index is None or unconfirmed > self._settings.verify_stale_seconds:
            raise Unavailable(_NOT_NOW)
        return self._index

    async def current(self) -> Index:
        """The index, waited for a little while the process starts. Raises Unavailable, as `require` does."""
        if not self._loaded.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._loaded.wait()
        return self.require()

    async def refresh(self) -> None:
        """Make the index what the database holds now, without waiting for the next look. Raises Unavailable."""
        async with self._looking:
            await self._look(at_once=True)

    async def _run(self) -> None:
        while True:
            self._woken.clear()
            try:
                async with self._looking:
                    await self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, an index that stays behind stops answering
                log.warning("verification index not refreshed", extra={"error": type(error).__name__})
            await asyncio.sleep(_WAKE_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.verify_poll_seconds):
                    await self._woken.wait()

    async def _look(self, *, at_once: bool = False) -> None:
        index, since = self._index, self._since
        if index is None:
            index, since = await self._load()
        await self._catch_up(index, since, at_once=at_once)

    async def _catch_up(self, index: Index, since: int, *, at_once: bool = False) -> None:
        """Make an index what the database holds now, and what this process answers from."""
        began, as_of = time.monotonic(), clock.now()
        async with self._database.transaction() as session:
            # Before anything is read: what is not visible then was changed by this transaction or a later one.
            # A connection that hangs would be waited for without end.
            async with asyncio.timeout(self._settings.verify_stale_seconds):
                horizon = await queries.horizon(session)
                changed = await queries.changed_since(session, since)
            await self._take_changes(session, index, changed)
            if at_once or began - self._agencies_at > _AGENCIES_SECONDS:
                await self._take_agencies(session, index)
                self._agencies_at = began
        self._index, self._since, self._confirmed, self.as_of = index, horizon, began, as_of
        self._loaded.set()

    async def _load(self) -> tuple[Index, int]:
        """An index of everything, and the transaction from which on changes may be missing in it."""
        gc.disable()  # nothing of it is garbage, and the collector would walk through it again and again
        try:
            async with self._database.transaction() as session:
                horizon = await queries.horizon(session)
                mark = await queries.agencies_mark(session)
                index = Index(await _agencies(session), await queries.count(session), agencies_mark=mark)
                async with aclosing(ahead(queries.known(session))) as batches:
                    async for batch in batches:
                        for start in range(0, len(batch), _SLICE):
                            for row in batch[start : start + _SLICE]:
                                index.add(row)
                            await asyncio.sleep(0)
            gc.freeze()  # or it would do so later, and requests would wait
        finally:
            gc.enable()
        log.info("verification index loaded", extra={"identities": len(index.accounts)})
        return index, horizon

    async def _renew(self) -> None:
        """Load an index beside the present one, which answers meanwhile, and take its place."""
        index, horizon = await self._load()
        async with self._looking:
            await self._catch_up(index, horizon)

    async def _take_changes(self, session: AsyncSession, index: Index, changed: Sequence[UUID]) -> None:
        doubted = set(self._doubted)
        accounts = [*doubted.union(changed)]
        for start in range(0, len(accounts), queries.BATCH):
            ids = accounts[start : start + queries.BATCH]
            rows = {account: group async for account, group in _by_account(queries.known(session, ids))}
            there = [row for group in rows.values() for row in group]
            # No account becomes former with its agency before it can be said who has taken over.
            if any(row.agency_code not in index.agencies or row.reason == "agency_ended" for row in there):
                await self._take_agencies(session, index)
            for number, account in enumerate(ids):
                index.put(account, rows.get(account, ()))
                if number % _SLICE == 0:
                    await asyncio.sleep(0)
        self._doubted -= doubted

    async def _take_agencies(self, session: AsyncSession, index: Index) -> None:
        mark = await queries.agencies_mark(session)
        if mark != index.agencies_mark:
            for number, code in enumerate(index.know_agencies(await _agencies(session), mark)):
                index.recall(code)
                if number % _SLICE == 0:
                    await asyncio.sleep(0)

    async def _reconcile(self) -> None:
        """Compare everything now and then. What differs is only doubted: to be read anew by the one who writes.

        Nothing should differ, so it is worth a word in the log.
        """
        while True:
            await asyncio.sleep(self._settings.verify_reconcile_seconds)
            if self._index is None:
                continue
            try:
                if self._index.accounts.is_worn:
                    await self._renew()
                async with self._database.transaction() as session:
                    doubted = await _differing(session, self._index)
            except Exception as error:  # noqa: BLE001 - the next time will do
                log.warning("verification index not compared", extra={"error": type(error).__name__})
                continue
            if doubted:
                log.warning("verification index differed", extra={"accounts": len(doubted)})
                self._doubted |= doubted
                self._woken.set()


async def ahead(batches: AsyncIterator[Sequence[Known]]) -> AsyncGenerator[Sequence[Known]]:
    """The same batches; the database has the next one ready while one is worked on. Close it before the session."""

    async def following() -> Sequence[Known]:
        async for batch in batches:
            return batch
        return ()

    task = asyncio.create_task(following())
    try:
        while batch := await task:
            task = asyncio.create_task(following())
            yield batch
    finally:
        await stop(task)


async def _agencies(session: AsyncSession) -> dict[str, Agency]:
    """Every agency, read so that requests get their turn."""
    found = {}
    async for batch in queries.agency_names(session):
        for code, name, parent_code, successors, keys in map(tuple, batch):
            found[code] = Agency(name, parent_code, tuple(successors or ()), keys)
        await asyncio.sleep(0)
    return found


async def _differing(session: AsyncSession, index: Index) -> set[UUID]:
    """Accounts of which the index holds something else than the database, or that are in one of the two only."""
    seen = bytearray(len(index.accounts))
    doubted = set()
    async for account, rows in _by_account(queries.known(session)):
        if index.differs(account, rows):
            doubted.add(account)
        for number in index.accounts.of(account):
            if number < len(seen):
                seen[number] = True
    for number, is_seen in enumerate(seen):
        if not is_seen and (known := index.accounts.get(number)):
            doubted.add(known.id)
    return doubted


async def _by_account(batches: AsyncIterator[Sequence[Any]]) -> AsyncIterator[tuple[UUID, list[Any]]]:
    """All rows of each account together; they come in the order of accounts, but batches end anywhere."""
    pending: list[Any] = []
    async for batch in batches:
        groups = [list(rows) for _, rows in groupby([*pending, *batch], key=lambda row: row.id)]
        pending = groups.pop() if groups else []
        for rows in groups:
            yield rows[0].id, rows
        await asyncio.sleep(0)
    if pending:
        yield pending[0].id, pending
