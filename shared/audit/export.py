"""Writing out a service's audit log, for `python -m shared.audit verify`."""

import json
from collections.abc import Callable

from sqlalchemy import MetaData, select

from shared.audit import tables
from shared.audit.entries import entry_of
from shared.db import Database
from shared.settings import ServiceSettings

_AT_ONCE = 5000


async def export(
    service: str, write: Callable[[str], object], settings: ServiceSettings | None = None
) -> None:
    """Write every sealed row as a line of JSON, in the order of places.

    A seal whose row is gone is written with `"entry": null`, and so shows when it is checked. What is
    committed and not sealed yet, a second's worth, is left for the next export.
    """
    audit = tables.declare(MetaData(schema=service))
    query = select(audit.seals.c.place, audit.seals.c.hash, audit.log).outerjoin_from(
        audit.seals, audit.log, audit.log.c.id == audit.seals.c.audit_id
    )
    database = Database(settings or ServiceSettings(), service, {})
    try:
        place, written = 0, _AT_ONCE
        while written == _AT_ONCE:
            async with database.transaction() as session:
                page = query.where(audit.seals.c.place > place).order_by(audit.seals.c.place).limit(_AT_ONCE)
                rows = (await session.execute(page)).all()
            written = len(rows)
            for row in rows:
                place = row.place
                line = {"place": place, "hash": row.hash.hex(), "entry": entry_of(row) if row.id else None}
                write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    finally:
        await database.close()
