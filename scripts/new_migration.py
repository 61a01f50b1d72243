"""Write a new migration for a service from the difference between its tables and its database.

    python scripts/new_migration.py registry "accounts get a purpose"

Reads the service's environment (DATABASE_URL and so on), so run it against the local stack.
Read what it wrote: expand first, contract later (docs/principles.md).
"""

import asyncio
import sys
from importlib import import_module
from pathlib import Path

from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.db import database_dsn
from shared.migrations import config_for


async def main(service: str, message: str, number: int) -> None:
    """Autogenerate one revision."""
    settings = import_module(f"services.{service}.settings").Settings()
    engine = create_async_engine(
        database_dsn(settings, "postgresql+asyncpg"),
        poolclass=NullPool,
        # Empty, so that every table is reflected with its schema, as the metadata names it.
        connect_args={"server_settings": {"search_path": ""}},
    )
    async with engine.begin() as connection:
        await connection.run_sync(
            lambda sync: command.revision(
                config_for(service, sync), message, autogenerate=True, rev_id=f"{number:04}"
            )
        )
    await engine.dispose()


if __name__ == "__main__":
    _, service, message = sys.argv
    number = len(list(Path("services", service, "migrations", "versions").glob("*.py"))) + 1
    asyncio.run(main(service, message, number))
