"""Before the processes start: `python -m services.registry.prepare` migrates and loads the gazetteer."""

import asyncio

from services.registry.agencies.load import load_gazetteer
from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.settings import Settings
from shared.db import Database
from shared.migrations import upgrade


async def prepare(settings: Settings) -> None:
    """Bring the schema to the newest version and enter the agencies of the gazetteer."""
    await upgrade(SCHEMA, settings)
    database = Database(settings, SCHEMA, SESSION_INFO)
    try:
        async with database.transaction() as session:
            await load_gazetteer(session)
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(prepare(Settings()))
