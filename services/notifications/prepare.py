"""Before the processes start: `python -m services.notifications.prepare` migrates the schema."""

import asyncio

from services.notifications.base import SCHEMA
from services.notifications.settings import Settings
from shared.migrations import upgrade


async def prepare(settings: Settings) -> None:
    """Bring the schema to the newest version."""
    await upgrade(SCHEMA, settings)


if __name__ == "__main__":
    asyncio.run(prepare(Settings()))
