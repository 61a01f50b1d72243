"""A registry that has accounts already is upgraded with all of them: nothing official is forgotten."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.local import postgres
from deploy.local.config import DATABASE, HOST, LocalConfig
from services.registry.settings import Settings
from shared import migrations
from shared.db import database_dsn
from tests.support.servers import settings_values

_AGENCY = """
    INSERT INTO agencies (code, name, short_name, level, successors, version)
    VALUES ('P1.X1', 'Ủy ban nhân dân xã', 'UBND xã', 'commune', '{}', 1)
"""
_ACCOUNTS = """
    INSERT INTO accounts (id, agency_code, kind, platform, handle, identity, url, display_name, languages, state,
        reason, submitter_issuer, submitter_subject, approver_issuer, approver_subject, version, created_at, updated_at)
    SELECT gen_random_uuid(), 'P1.X1', 'agency', 'facebook', state, 'facebook:@' || state,
        'https://www.facebook.com/' || state, 'Xã LẤP VÒ ' || state, '{vi}', state, reason,
        'i', 'one', CASE WHEN approved THEN 'i' END, CASE WHEN approved THEN 'two' END, 3, now(), now()
    FROM (VALUES ('draft', NULL, false), ('active', NULL, true), ('suspended', 'takeover', true),
        ('retired', 'closed_by_agency', true)) AS old (state, reason, approved)
"""


@pytest.fixture
async def settings(servers: LocalConfig, worker_id: str) -> AsyncIterator[Settings]:
    """Of a registry whose database has nothing but an empty schema."""
    name = f"{DATABASE}_upgrade_{worker_id}"
    server = await asyncpg.connect(postgres.dsn(servers))
    try:
        await server.execute(f"CREATE DATABASE {name} TEMPLATE {DATABASE}")
        inside = await asyncpg.connect(postgres.dsn(servers), database=name)
        await inside.execute("DROP SCHEMA registry CASCADE; CREATE SCHEMA registry AUTHORIZATION registry")
        await inside.close()
        values = settings_values(servers, "registry")
        values["database_url"] = f"postgresql://registry@{HOST}:{servers.ports['postgres']}/{name}"
        yield Settings(**values)
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()


async def test_accounts_of_before_are_held_known_and_in_the_history(settings: Settings) -> None:
    engine = create_async_engine(
        database_dsn(settings, "postgresql+asyncpg"),
        poolclass=NullPool,
        connect_args={"server_settings": {"search_path": "registry"}},
    )

    def before(connection: Connection) -> None:
        command.upgrade(migrations.config_for("registry", connection), "0003")
        connection.execute(text(_AGENCY))
        connection.execute(text(_ACCOUNTS))

    async with engine.begin() as connection:
        await connection.run_sync(before)
    await migrations.upgrade("registry", settings)

    async with engine.connect() as connection:

        async def rows(query: str) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in await connection.execute(text(query))]

        assert await rows("SELECT identity, released_at IS NULL FROM identities ORDER BY identity") == [
            ("facebook:@active", True),
            ("facebook:@retired", False),
            ("facebook:@suspended", True),
        ]
        assert await rows("SELECT state, reason, version, folded FROM account_history ORDER BY state") == [
            ("active", None, 3, "xa lap vo active"),
            ("draft", None, 3, "xa lap vo draft"),
            ("retired", "closed_by_agency", 3, "xa lap vo retired"),
            ("suspended", "takeover", 3, "xa lap vo suspended"),
        ]
    await engine.dispose()
