"""The worker's job: names are read before an index asks for them, for reading them is half the work of its start.

What is missing, since somebody is new or a name or the rules have changed, each index reads by itself.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.settings import Settings
from services.registry.verify import names, queries
from services.registry.verify.places import gazetteer
from services.registry.verify.tables import AccountKeys, AgencyKeys
from shared.db import Database
from shared.problems import Unavailable
from shared.urls import Canonical

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
_SLICE = 100  # names after which the worker's other tasks get their turn


async def read_names(database: Database, _: Settings) -> NoReturn:
    """Look for ever for names that were not read by the present rules."""
    while True:
        try:
            if read := await read_all(database):
                log.info("names read", extra={"names": read})
        except Unavailable:
            log.warning("names wait to be read, the database is away")
        except Exception:
            log.exception("names not read")  # an index reads them by itself: nothing else may stop for it
        await asyncio.sleep(EVERY_SECONDS)


async def read_all(database: Database) -> int:
    """Read the names that are not; returns how many. Workers that do so at the same time write the same.

    Raises Unavailable.
    """
    places = await asyncio.to_thread(gazetteer)

    def of_account(row: Row[Any]) -> set[str]:
        link = Canonical(row.platform, row.handle, row.platform_id)
        return names.of_account(link, row.display_name, places)

    def of_agency(row: Row[Any]) -> set[str]:
        return names.of_texts([row.name], places)

    read = await _read(database, AgencyKeys, "", queries.unread_agencies, of_agency)
    return read + await _read(database, AccountKeys, UUID(int=0), queries.unread_accounts, of_account)


async def _read(
    database: Database,
    table: type[AccountKeys | AgencyKeys],
    after: Any,
    unread: Callable[[AsyncSession, Any], Awaitable[Sequence[Row[Any]]]],
    keys_of: Callable[[Row[Any]], set[str]],
) -> int:
    """Read the names of the owners after this one, some at a time; returns how many."""
    read = 0
    while True:
        async with database.transaction() as session:
            batch = await unread(session, after)
            if not batch:
                return read
            found = []
            for number, row in enumerate(batch):
                keys = " ".join(sorted(keys_of(row)))
                found.append({"owner": str(row.owner), "version": row.version, "keys": keys})
                if number % _SLICE == 0:
                    await asyncio.sleep(0)
            await queries.note_read(session, table, found)
        read, after = read + len(batch), batch[-1].owner
