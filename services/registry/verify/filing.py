"""The worker's job: names are read before an index asks for them, for reading them is half the work of its start.

What is missing, since an account is new or its name or the rules have changed, each index reads by itself.
"""

import asyncio
import logging
from typing import NoReturn

from services.registry.settings import Settings
from services.registry.verify import names, queries
from services.registry.verify.places import gazetteer
from shared.db import Database
from shared.problems import Unavailable
from shared.urls import Canonical

log = logging.getLogger(__name__)

EVERY_SECONDS = 60.0
_SLICE = 100  # accounts after which the worker's other tasks get their turn


async def read_names(database: Database, _: Settings) -> NoReturn:
    """Look for ever for names that were not read by the present rules."""
    while True:
        try:
            if read := await read_all(database):
                log.info("names read", extra={"accounts": read})
        except Unavailable:
            log.warning("names wait to be read, the database is away")
        await asyncio.sleep(EVERY_SECONDS)


async def read_all(database: Database) -> int:
    """Read the names that are not, a batch in a transaction; returns of how many accounts.

    Workers that do so at the same time write the same. Raises Unavailable.
    """
    places = await asyncio.to_thread(gazetteer)
    read = 0
    async with database.transaction() as reading:
        async for batch in queries.unread(reading):
            found = []
            for number, row in enumerate(batch):
                link = Canonical(row.platform, row.handle, row.platform_id)
                keys = " ".join(sorted(names.of_account(link, row.display_name, places)))
                found.append({"account_id": str(row.id), "version": row.version, "keys": keys})
                if number % _SLICE == 0:
                    await asyncio.sleep(0)
            async with database.transaction() as writing:
                await queries.note_read(writing, found)
            read += len(found)
    return read
