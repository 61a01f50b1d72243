"""The worker's part: reads what was uploaded, checks its rows, and enters them when asked.

One step is one transaction in which the import's row is locked: a batch of rows, with its effect and the position
after it. So a worker may die anywhere and another goes on from there, nothing is done twice, and of several
workers each takes another import.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.imports import apart, of_accounts, of_agencies, queries
from services.registry.imports.columns import FIELDS
from services.registry.imports.reading import Refused
from services.registry.imports.reading.table import mapped
from services.registry.imports.rows import Row
from services.registry.imports.tables import INTERNAL, Import
from services.registry.settings import Settings
from shared import clock
from shared.auth import Actor
from shared.db import Database
from shared.problems import Unavailable

log = logging.getLogger(__name__)

BATCH = 500
IDLE_SECONDS = 1.0
_ATTEMPTS = 3
_MANY = 5_000
"""Rows of a file after which statistics are made at once instead of in the next minutes."""


@dataclass(frozen=True)
class _Kind:
    """What a kind of import adds."""

    judge: Callable[[AsyncSession, Actor, Sequence[Row], Mapping[str, Mapping[str, str]]], Awaitable[None]]
    """Notes what is wrong with rows; the last are values of good rows further up, where these count."""
    apply: Callable[[AsyncSession, Actor, Sequence[Row]], Awaitable[list[str]]]

    refers_to: str | None = None
    """The field that may name a row further up."""


_KINDS = {
    "accounts": _Kind(of_accounts.judge, of_accounts.apply),
    "agencies": _Kind(of_agencies.judge, of_agencies.apply, refers_to="parent_code"),
}


async def imports(database: Database, _: Settings) -> NoReturn:
    """Work on imports, for ever: step by step, the one that has waited longest first."""
    while True:
        try:
            if await step(database):
                continue
        except Unavailable:
            log.warning("imports wait, the database is away")
        await asyncio.sleep(IDLE_SECONDS)


async def step(database: Database) -> bool:
    """Take the next step of one import; returns False when none waits for any.

    An import over which the service stumbles again and again is given up, so that it holds up no other.
    """
    failures: Counter[UUID] = Counter()
    while True:
        import_id = None
        try:
            async with database.transaction() as session:
                importing = await queries.claim(session)
                if importing is None:
                    return False
                import_id = importing.id
                importing.started_at = importing.started_at or clock.now()
                await _STEPS[importing.state](session, importing)
                importing.updated_at = clock.now()
                await session.flush()
        except Unavailable:
            raise
        except Exception:
            # Somebody may have been faster with the same thing: a later look will tell.
            log.exception("a step of an import failed", extra={"import_id": str(import_id)})
        else:
            return True
        if import_id is None:
            return False
        failures[import_id] += 1
        if failures[import_id] == _ATTEMPTS:
            break
    async with database.transaction() as session:
        await queries.drop_file(session, import_id)
        await queries.give_up(session, import_id, INTERNAL)
    return True


async def _read(session: AsyncSession, importing: Import) -> None:
    """Read the file into rows, or refuse it."""
    content = await queries.take_file(session, importing.id)
    reading = apart.read(content, importing.kind, importing.options["named"])
    total = 0
    try:
        async with session.begin_nested(), aclosing(reading) as parts:
            about = await anext(parts)
            _require_columns(importing, about["fields"])
            async for rows in parts:
                await queries.add_rows(session, importing.id, rows)
                total += len(rows)
    except Refused as refusal:
        importing.refusal, importing.missing = refusal.code, list(refusal.missing)
        _move(importing, "refused")
        return
    for name in ("encoding", "header_row", "headings", "fields"):
        setattr(importing, name, about[name])
    importing.total = total
    if total > _MANY:
        await queries.look_at_rows(session)
    _move(importing, "checking")


def _require_columns(importing: Import, found: Sequence[str | None]) -> None:
    """Go on only with every column that the kind cannot do without.

    Raises:
        Refused: naming those that are missing.
    """
    given = {*found, *(["agency_code"] if importing.options["agency_code"] else [])}
    missing = [each.name for each in FIELDS[importing.kind] if each.required and each.name not in given]
    if importing.kind == "accounts" and not {"url", "platform"} & given:
        missing.append("url")
    if missing:
        raise Refused("columns-missing", tuple(missing))


async def _check(session: AsyncSession, importing: Import) -> None:
    """Judge the next rows and write down what is wrong with them."""
    rows = await _next(session, importing)
    # Who sent it; of the rules only the reach of the agency counts here.
    actor = Actor("", "", importing.agency_code, frozenset())
    kind = _KINDS[importing.kind]
    await kind.judge(session, actor, rows, await _earlier(session, importing, kind, rows))
    await _refuse_doubles(session, importing, rows)
    for row in rows:
        outcome = "bad" if row.errors else "unchanged" if row.known else "good"
        setattr(importing, outcome, getattr(importing, outcome) + 1)
    await queries.book(session, importing.id, [_booked(row, "good") for row in rows])
    importing.checked += len(rows)
    if len(rows) < BATCH:
        _move(importing, "checked")


async def _apply(session: AsyncSession, importing: Import) -> None:
    """Enter the next good rows, judged again: the world may have changed since they were checked."""
    rows = await _next(session, importing, only="good")
    assert importing.applier_issuer is not None  # noqa: S101 - held by a CHECK
    assert importing.applier_subject is not None  # noqa: S101 - same
    assert importing.applier_agency is not None  # noqa: S101 - same
    actor = Actor(importing.applier_issuer, importing.applier_subject, importing.applier_agency, frozenset())
    kind = _KINDS[importing.kind]
    await kind.judge(session, actor, rows, {})
    entered = [row for row in rows if not row.errors and not row.known]
    results = dict(
        zip((row.number for row in entered), await kind.apply(session, actor, entered), strict=True)
    )
    for row in rows:
        outcome = "failed" if row.errors else "unchanged" if row.known else "applied"
        setattr(importing, outcome, getattr(importing, outcome) + 1)
    booked = [{**_booked(row, "applied"), "result": results.get(row.number, row.known)} for row in rows]
    failed = [{**each, "outcome": "failed"} if each["outcome"] == "bad" else each for each in booked]
    await queries.book(session, importing.id, failed)
    if len(rows) < BATCH:
        _move(importing, "applied")


_STEPS = {"uploaded": _read, "checking": _check, "applying": _apply}


async def _next(session: AsyncSession, importing: Import, *, only: str | None = None) -> list[Row]:
    """The next rows, and the position moved behind them."""
    found = await queries.next_rows(session, importing, BATCH, only=only)
    if found:
        importing.position = found[-1][0]
    return [_row(importing, number, cells) for number, cells in found]


def _row(importing: Import, number: int, cells: list[str]) -> Row:
    values = mapped(importing.fields, cells)
    default = importing.options["agency_code"]
    if default and importing.kind == "accounts":
        values.setdefault("agency_code", default)
    row = Row(number, values)
    if len(cells) > len(importing.fields):
        row.refuse("extra-cells")
    return row


async def _earlier(
    session: AsyncSession, importing: Import, kind: _Kind, rows: Sequence[Row]
) -> dict[str, dict[str, str]]:
    """Values of the good rows of batches before this one that these rows refer to, by key."""
    if kind.refers_to is None:
        return {}
    named = {row.values.get(kind.refers_to, "").upper() for row in rows}
    found = await queries.good_rows(session, importing.id, named)
    return {key: mapped(importing.fields, cells) for key, cells in found.items()}


async def _refuse_doubles(session: AsyncSession, importing: Import, rows: Sequence[Row]) -> None:
    """Of rows that stand for the same thing the first counts."""
    keys = {row.key for row in rows if row.key}
    seen = await queries.earlier(session, importing.id, keys) if keys else {}
    for row in rows:
        if row.key is None or row.errors:
            continue
        first = seen.setdefault(row.key, row.number)
        if first != row.number:
            row.refuse("duplicate", suggestion=str(first))


def _booked(row: Row, good: str) -> dict[str, Any]:
    return {
        "number": row.number,
        "key": row.key if not row.errors else None,
        "outcome": "bad" if row.errors else "unchanged" if row.known else good,
        "errors": [each.stored() for each in row.errors] or None,
        "warnings": [each.stored() for each in row.warnings] or None,
        "result": row.known,
    }


def _move(importing: Import, state: str) -> None:
    importing.state = state
    importing.version += 1
    if state in {"applied", "refused"}:
        importing.finished_at = clock.now()
