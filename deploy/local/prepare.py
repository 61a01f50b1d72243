"""Migrations and first data of all three services, in one process: `python -m deploy.local.prepare`."""

import asyncio
import hashlib
from importlib import import_module

import asyncpg

from deploy.local import postgres
from deploy.local.config import DATABASE, PROJECT, SERVICES, LocalConfig, service_environment


async def main(config: LocalConfig) -> None:
    """Run what `python -m services.<service>.prepare` runs, service by service, unless nothing has changed.

    Importing the services is most of the time this takes, so the database is told what it was last
    prepared with, in a comment on itself: it cannot outlive the data.
    """
    wanted = f"prepared with {_fingerprint()}"
    connection = await asyncpg.connect(postgres.dsn(config, database=DATABASE))
    try:
        if await connection.fetchval(_COMMENT) == wanted:
            return
        for service in SERVICES:
            await _prepare(config, service)
        await connection.execute(f"COMMENT ON DATABASE {DATABASE} IS '{wanted}'")
    finally:
        await connection.close()


async def _prepare(config: LocalConfig, service: str) -> None:
    variables = service_environment(config, service)
    settings = import_module(f"services.{service}.settings").Settings(
        **{name.lower(): value for name, value in variables.items()}
    )
    await import_module(f"services.{service}.prepare").prepare(settings)


_COMMENT = """
    SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()
"""


def _fingerprint() -> str:
    """Of everything that preparing reads: the migrations and the gazetteer."""
    digest = hashlib.sha256()
    files = [*PROJECT.glob("services/*/migrations/versions/*.py"), *PROJECT.glob("services/*/*/*.csv.gz")]
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    asyncio.run(main(LocalConfig.from_environment()))
