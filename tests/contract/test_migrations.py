"""Migrations make exactly what the tables say, and never hold up a running service for long."""

from importlib import import_module

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.local.config import SERVICES
from shared import migrations
from shared.db import database_dsn
from tests.conftest import SettingsFor


@pytest.mark.parametrize("service", SERVICES)
async def test_the_database_is_what_the_tables_say(settings_for: SettingsFor, service: str) -> None:
    engine = create_async_engine(
        database_dsn(settings_for(service), "postgresql+asyncpg"),
        poolclass=NullPool,
        # Empty, so that every table is reflected with its schema, as the metadata names it.
        connect_args={"server_settings": {"search_path": ""}},
    )
    async with engine.connect() as connection:
        await connection.run_sync(lambda sync: command.check(migrations.config_for(service, sync)))
    await engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
async def test_upgrading_again_changes_nothing(settings_for: SettingsFor, service: str) -> None:
    await migrations.upgrade(service, settings_for(service))


@pytest.mark.parametrize("service", SERVICES)
def test_there_is_one_chain(service: str) -> None:
    script = ScriptDirectory.from_config(migrations.config_for(service))
    assert len(script.get_heads()) == 1
    assert script.get_bases() == ["0001"]


@pytest.mark.parametrize("service", SERVICES)
def test_everything_of_a_service_stands_in_its_own_schema(service: str) -> None:
    import_module(f"services.{service}.main")
    metadata = import_module(f"services.{service}.base").metadata
    # The audit log's schema is made for the service alone, and is not its to change.
    assert {table.schema for table in metadata.sorted_tables} == {service, f"{service}_audit"}
    foreign = {key.target_fullname.split(".")[0] for t in metadata.sorted_tables for key in t.foreign_keys}
    assert foreign <= {service}
