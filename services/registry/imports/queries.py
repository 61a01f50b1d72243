"""The SQL of imports. Rows travel many at a time, as one JSON parameter each way."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, delete, insert, or_, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.imports.tables import Import, ImportFile, ImportRow
from shared import clock, tenancy
from shared.db import insert_many

# What was never applied comes to nothing, and the same file would be a new import.
CLOSE_OLD = text("""
    UPDATE imports SET digest = NULL, options = '{"named": {}, "agency_code": null}', headings = '[]', fields = '[]',
        state = CASE state WHEN 'checked' THEN 'cancelled' ELSE state END,
        finished_at = coalesce(finished_at, updated_at)
    WHERE id IN (
        SELECT id FROM imports WHERE digest IS NOT NULL AND updated_at < :before
            AND state IN ('checked', 'applied', 'refused', 'cancelled')
        LIMIT :limit FOR UPDATE SKIP LOCKED
    )
""")
FORGET_ROWS = text("""
    DELETE FROM import_rows WHERE (import_id, number) IN (
        SELECT import_id, number FROM import_rows JOIN imports ON imports.id = import_id
        WHERE digest IS NULL AND updated_at < :before LIMIT :limit
    )
""")


_FINISHED = ("refused", "cancelled")
_rows: Any = ImportRow.__table__  # type: ignore[attr-defined]


async def find(session: AsyncSession, import_id: UUID, agency: str, *, lock: bool = False) -> Import | None:
    """The import, if `agency` reaches it; locked against other changes when asked."""
    query = select(Import).where(
        Import.id == import_id,  # type: ignore[arg-type]
        tenancy.within(session, col(Import.agency_code), agency),
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def same_file(session: AsyncSession, agency: str, digest: bytes) -> Import | None:
    """The import of the same file with the same options, unless it came to nothing."""
    return await session.scalar(
        select(Import).where(
            col(Import.agency_code) == agency,
            col(Import.digest) == digest,
            col(Import.state).not_in(_FINISHED),
        )
    )


async def page(session: AsyncSession, agency: str, *, after: UUID | None, limit: int) -> list[Import]:
    """Imports that `agency` reaches, newest first."""
    query = select(Import).where(tenancy.within(session, col(Import.agency_code), agency))
    if after is not None:
        query = query.where(col(Import.id) < after)
    return list(await session.scalars(query.order_by(col(Import.id).desc()).limit(limit)))


async def keep_file(session: AsyncSession, import_id: UUID, content: bytes) -> None:
    """Keep a file until it is read."""
    await session.execute(insert(ImportFile), [{"import_id": import_id, "content": content}])


async def take_file(session: AsyncSession, import_id: UUID) -> bytes:
    """The file, which is gone with the present transaction."""
    gone = delete(ImportFile).where(col(ImportFile.import_id) == import_id).returning(col(ImportFile.content))
    return bytes((await session.execute(gone)).scalar_one())


async def drop_file(session: AsyncSession, import_id: UUID) -> None:
    """Forget a file that nobody will read."""
    await session.execute(delete(ImportFile).where(col(ImportFile.import_id) == import_id))


_CLAIM = text("""
    SELECT id FROM imports WHERE state IN ('uploaded', 'checking', 'applying')
    ORDER BY updated_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")


async def claim(session: AsyncSession) -> Import | None:
    """The import that has waited longest for its next step, locked: nobody else works on it meanwhile."""
    found = await session.scalar(_CLAIM)
    return None if found is None else await session.get(Import, found)


async def add_rows(session: AsyncSession, import_id: UUID, rows: Sequence[tuple[int, list[str]]]) -> None:
    """Keep rows as they were read."""
    made = [{"import_id": str(import_id), "number": number, "cells": cells} for number, cells in rows]
    await session.execute(insert_many(_rows, made))


async def look_at_rows(session: AsyncSession) -> None:
    """Have PostgreSQL learn what the table of rows holds.

    Until it does it takes an import for a two-hundredth of the table, and reads all of it for each batch.
    """
    await session.execute(text("ANALYZE import_rows"))


_NEXT = text("""
    SELECT number, cells FROM import_rows
    WHERE import_id = :import_id AND number > :position AND (CAST(:only AS varchar) IS NULL OR outcome = :only)
    ORDER BY number LIMIT :limit
""").columns(cells=JSONB)


async def next_rows(
    session: AsyncSession, importing: Import, limit: int, *, only: str | None = None
) -> list[tuple[int, list[str]]]:
    """Rows after the import's position, in their order; those with the outcome `only` when given."""
    parameters = {"import_id": importing.id, "position": importing.position, "only": only, "limit": limit}
    return [(row.number, row.cells) for row in await session.execute(_NEXT, parameters)]


_BOOK = text("""
    UPDATE import_rows AS old SET key = coalesce(new.key, old.key), outcome = new.outcome, errors = new.errors,
        warnings = new.warnings, result = new.result
    FROM json_to_recordset(CAST(:rows AS json))
        AS new (number int, key varchar, outcome varchar, errors jsonb, warnings jsonb, result varchar)
    WHERE old.import_id = :import_id AND old.number = new.number
""")


async def book(session: AsyncSession, import_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down what became of rows: number, key, outcome, errors, warnings, result of each."""
    await session.execute(_BOOK, {"import_id": import_id, "rows": orjson.dumps(rows).decode()})


_EARLIER = text("""
    SELECT key, min(number) AS number FROM import_rows
    JOIN unnest(CAST(:keys AS varchar[])) AS key USING (key)
    WHERE import_id = :import_id AND outcome <> 'bad' GROUP BY key
""")


async def earlier(session: AsyncSession, import_id: UUID, keys: Iterable[str]) -> dict[str, int]:
    """For each key that a row checked before stands for without error, the number of that row."""
    rows = await session.execute(_EARLIER, {"import_id": import_id, "keys": list(keys)})
    return {row.key: row.number for row in rows}


_GOOD = text("""
    SELECT key, cells FROM import_rows JOIN unnest(CAST(:keys AS varchar[])) AS key USING (key)
    WHERE import_id = :import_id AND outcome = 'good'
""").columns(cells=JSONB)


async def good_rows(session: AsyncSession, import_id: UUID, keys: Iterable[str]) -> dict[str, list[str]]:
    """The cells of rows that were found good, by what they stand for."""
    rows = await session.execute(_GOOD, {"import_id": import_id, "keys": list(keys)})
    return {row.key: row.cells for row in rows}


async def findings(
    session: AsyncSession, import_id: UUID, *, after: int, limit: int, warnings: bool
) -> list[Row[Any]]:
    """Rows with errors, and with `warnings` those with warnings too, in their order."""
    wrong = _rows.c.errors.is_not(None)
    query = (
        select(_rows)
        .where(_rows.c.import_id == import_id, _rows.c.number > after)
        .where(or_(wrong, _rows.c.warnings.is_not(None)) if warnings else wrong)
        .order_by(_rows.c.number)
        .limit(limit)
    )
    return list((await session.execute(query)).all())


_WITHIN = text("""
    SELECT agencies.code, name, short_name, area_code FROM agencies
    JOIN agency_reach ON descendant = agencies.code AND ancestor = :agency
    WHERE (valid_from IS NULL OR valid_from <= :today) AND (valid_to IS NULL OR valid_to > :today)
    ORDER BY agencies.code
""")


async def agencies_within(session: AsyncSession, agency: str) -> list[Row[Any]]:
    """Code, names and area of the agencies in force that `agency` reaches."""
    parameters = {"agency": agency, "today": clock.today()}
    return list((await session.execute(_WITHIN, parameters)).all())


_GIVE_UP = text("""
    UPDATE imports SET state = 'refused', refusal = :refusal, finished_at = :now, updated_at = :now,
        version = version + 1 WHERE id = :import_id AND state IN ('uploaded', 'checking', 'applying')
""")


async def give_up(session: AsyncSession, import_id: UUID, refusal: str) -> None:
    """End an import on which the service itself fails."""
    await session.execute(_GIVE_UP, {"import_id": import_id, "refusal": refusal, "now": clock.now()})
