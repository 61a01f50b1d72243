"""Before the processes start: `python -m services.reports.prepare` migrates the schema."""

import asyncio

from services.reports.base import SCHEMA
from services.reports.settings import Settings
from shared.migrations import upgrade


async def prepare(settings: Settings) -> None:
    """Bring the schema to the newest version."""
    await upgrade(SCHEMA, settings)


if __name__ == "__main__":
    asyncio.run(prepare(Settings()))
