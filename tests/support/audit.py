"""Looking into a service's audit log."""

from typing import Any

from sqlalchemy import text

from shared.audit.tables import schema_of
from shared.db import Database


async def audited(database: Database, *agencies: str) -> list[Any]:
    """The rows about things of these agencies, in the order of writing, with their places."""
    schema = schema_of(database.schema)
    query = f"""
        SELECT log.*, seal.place FROM {schema}.audit AS log
        LEFT JOIN {schema}.audit_seals AS seal ON seal.audit_id = log.id
        WHERE agency_code = ANY(:agencies) ORDER BY log.id
    """  # noqa: S608 - constants of ours
    async with database.transaction() as session:
        return list((await session.execute(text(query), {"agencies": list(agencies)})).all())


async def acts(database: Database, *agencies: str) -> list[tuple[str, str, int | None]]:
    """The same, as (action, actor's subject, version)."""
    return [(row.action, row.actor_subject, row.version) for row in await audited(database, *agencies)]
