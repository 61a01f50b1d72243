"""Alembic, one chain of migrations per service, its version table in the service's own schema."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command, context
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.audit.tables import schema_of
from shared.db import database_dsn
from shared.settings import ServiceSettings

LOCK_TIMEOUT = "4s"  # a migration that must wait longer would make everybody wait


def config_for(schema: str, connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration for the service whose schema this is."""
    config = Config()
    location = Path(__file__).parent.parent / "services" / schema / "migrations"
    config.set_main_option("script_location", str(location))
    config.attributes["connection"] = connection
    return config


async def upgrade(schema: str, settings: ServiceSettings) -> None:
    """Bring a service's schema to the newest version. Two at once wait for each other."""
    engine = create_async_engine(
        database_dsn(settings, "postgresql+asyncpg"),
        poolclass=NullPool,
        connect_args={"server_settings": {"search_path": schema, "lock_timeout": LOCK_TIMEOUT}},
    )

    def run(connection: sa.Connection) -> None:
        connection.execute(
            sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"migrate:{schema}"}
        )
        if not connection.scalar(
            sa.text("SELECT to_regclass(:name)"), {"name": f"{schema_of(schema)}.audit"}
        ):
            raise RuntimeError(
                "There is no audit log: run deploy/postgres/roles.sql, as before every release."
            )
        command.upgrade(config_for(schema, connection), "head")

    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


def run_env(metadata: sa.MetaData) -> None:
    """The body of each service's `migrations/env.py`."""
    connection = context.config.attributes["connection"]
    schemas = {table.schema for table in metadata.sorted_tables}
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table_schema=metadata.schema,
        include_schemas=True,
        include_name=lambda name, kind, _: kind != "schema" or name in schemas,
        include_object=lambda _, name, kind, *__: kind != "table" or name != "alembic_version",
        compare_type=True,
        transactional_ddl=False,  # the caller's transaction is the only one
    )
    context.run_migrations()
