"""Reading the tree of agencies, and writing it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    ScalarSelect,
    and_,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agencies.tables import AgencyPast
from services.registry.agencies.words import TOP_DOWN
from services.registry.base import SESSION_INFO
from shared import clock, tenancy
from shared.db import unnested
from shared.search import fold, matches

agencies = SESSION_INFO["tenancy"].agencies
history: FromClause = AgencyPast.metadata.tables["registry.agency_history"]

_ONCE = ("name", "short_name", "parent_code", "folded")
"""What an agency may have had otherwise before: the columns of its history."""
_BAR = " | "
_KINDS = ("tinh", "thanh pho", "huyen", "quan", "thi xa", "thi tran", "xa", "phuong", "dac khu")
_LONGEST_FOLDED = 600


@dataclass(frozen=True)
class Filter:
    """Which agencies a list is about; None leaves all. Codes may be official ones."""

    at: date
    parent_code: str | None = None
    level: str | None = None
    organisation_type: str | None = None
    area_code: str | None = None
    q: str | None = None


def folded(name: str, short_name: str) -> str:
    """Both names as the search knows them, with a bar between so that a whole name can be told."""
    return f"{fold(name)}{_BAR}{fold(short_name)}"[:_LONGEST_FOLDED]


async def find(session: AsyncSession, code: str, *, at: date | None = None) -> Row[Any] | None:
    """The agency with this code, or with this official code: as it is, or as it was on a day."""
    table = as_of(at or clock.today())
    query = select(table).where(or_(table.c.code == code, table.c.official_code == code))
    return (await session.execute(query.order_by(table.c.code != code).limit(1))).one_or_none()


async def held(session: AsyncSession, code: str) -> Row[Any]:
    """The agency with this code, which does not change before the transaction is over."""
    return (
        await session.execute(select(agencies).where(agencies.c.code == code).with_for_update(read=True))
    ).one()


async def taken(session: AsyncSession, code: str, *, but: str = "") -> bool:
    """Whether a code is some agency's code or official code; the agency `but` does not count."""
    query = select(agencies.c.code).where(
        or_(agencies.c.code == code, agencies.c.official_code == code), agencies.c.code != but
    )
    return await session.scalar(query.limit(1)) is not None


async def find_many(session: AsyncSession, codes: Collection[str]) -> dict[str, Row[Any]]:
    """The agencies with these codes or official codes, by the code that was asked for."""
    asked = unnested(codes, agencies.c.code)
    query = select(asked.c.value.label("asked"), agencies).join(
        agencies, or_(agencies.c.code == asked.c.value, agencies.c.official_code == asked.c.value)
    )
    return {row.asked: row for row in await session.execute(query)}


async def lock(session: AsyncSession) -> None:
    """Wait until no other transaction is changing the tree.

    Who reaches whom follows from many rows, and no constraint spans code and official code: changes are
    rare, and come one after the other.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("agencies"))))


async def by_code(session: AsyncSession, codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The agencies with these codes, by code. Before a change take the lock."""
    asked = unnested(codes, agencies.c.code)
    found = await session.execute(select(agencies).join(asked, agencies.c.code == asked.c.value))
    return {row.code: as_dict(row) for row in found}


def as_dict(row: Row[Any]) -> dict[str, Any]:
    """A row of the table, to change and to write."""
    return {str(name): value for name, value in row._mapping.items()}  # noqa: SLF001 - public, in spite of its name


async def resolve(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """The code of each agency that is named by its code or its official code; unknown ones are missing."""
    asked = unnested(codes, agencies.c.code)
    named = or_(agencies.c.code == asked.c.value, agencies.c.official_code == asked.c.value)
    rows = await session.execute(select(asked.c.value.label("asked"), agencies.c.code).join(agencies, named))
    return {row.asked: row.code for row in rows}


async def page(session: AsyncSession, which: Filter, *, after: str | None, limit: int) -> list[Row[Any]]:
    """Agencies in force on a day: in the order of their codes, or the best matches of a search first.

    `after` is the code of the last agency of the page before.
    """
    table = as_of(which.at)
    query = select(table).where(_in_force(table, which.at))
    if which.parent_code is not None:
        query = query.where(table.c.parent_code == _resolved(which.parent_code))
    for name in ("level", "organisation_type", "area_code"):
        if (value := getattr(which, name)) is not None:
            query = query.where(table.c[name] == value)
    order: list[ColumnElement[Any]] = [table.c.code]
    if which.q is not None:
        query = query.where(_named(table, which.q, which.at))
        order = [_distance(table.c.folded, which.q), _rank(table), table.c.folded, table.c.code]
    if after is not None:
        last = (await session.execute(select(*order).where(table.c.code == after))).one_or_none()
        if last is None:
            return []
        query = query.where(tuple_(*order) > tuple_(*(literal(value) for value in last)))
    return list((await session.execute(query.order_by(*order).limit(limit))).all())


async def tree(session: AsyncSession, code: str, *, at: date, depth: int, limit: int) -> list[Row[Any]]:
    """An agency and what stood below it on a day, at most `depth` levels down, nearest first."""
    top, table = as_of(at).alias(), as_of(at).alias()
    found = select(top, literal(0).label("depth")).where(top.c.code == code).cte("found", recursive=True)
    below = select(table, (found.c.depth + 1).label("depth")).where(
        table.c.parent_code == found.c.code, found.c.depth < depth, _in_force(table, at)
    )
    found = found.union_all(below)
    query = select(found).order_by(found.c.depth, found.c.code).limit(limit)
    return list((await session.execute(query)).all())


async def predecessors(session: AsyncSession, code: str) -> list[str]:
    """Codes of the ended agencies that name this one as a successor."""
    result = await session.scalars(
        select(agencies.c.code).where(agencies.c.successors.contains([code])).order_by(agencies.c.code)
    )
    return list(result)


async def past(session: AsyncSession, code: str) -> list[Row[Any]]:
    """What an agency was before, the latest first."""
    query = select(history).where(history.c.agency_code == code).order_by(history.c.until.desc())
    return list((await session.execute(query)).all())


async def last_changes(session: AsyncSession, codes: Iterable[str]) -> dict[str, date]:
    """The day of the last renaming or moving of each agency that had one."""
    query = select(history.c.agency_code, func.max(history.c.until))
    found = await session.execute(
        query.where(history.c.agency_code.in_(list(codes))).group_by(history.c.agency_code)
    )
    return {row[0]: row[1] for row in found}


async def codes(session: AsyncSession) -> dict[str, bool]:
    """Codes of all agencies, and whether each can be found by its name."""
    rows = await session.execute(select(agencies.c.code, agencies.c.folded.is_not(None)))
    return {row[0]: row[1] for row in rows}


async def paths(session: AsyncSession, codes: Iterable[str]) -> dict[str, list[str]]:
    """For each of these agencies, the codes of all that reach its records."""
    reach = tenancy.of(session).reach
    path = func.array_agg(aggregate_order_by(reach.c.ancestor, reach.c.ancestor.asc()))
    asked = unnested(codes, reach.c.descendant)
    query = select(reach.c.descendant, path).join(asked, reach.c.descendant == asked.c.value)
    rows = await session.execute(query.group_by(reach.c.descendant))
    return {row[0]: row[1] for row in rows}


async def write(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store agencies, and who reaches them: whole rows of the table, all with the same columns."""
    await lock(session)
    named = [{**row, "folded": folded(row["name"], row["short_name"])} for row in rows]
    await tenancy.store(session, named)


async def remember(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add to the history: whole rows of it, but for the folded name."""
    named = [{**row, "folded": folded(row["name"], row["short_name"])} for row in rows]
    await session.execute(insert(AgencyPast), named)


def as_of(day: date) -> FromClause:
    """The agencies, with the names and parents that they had on a day."""
    if day >= clock.today():
        today: FromClause = agencies.alias()
        return today
    columns = [
        case((history.c.until.is_not(None), history.c[column.name]), else_=column).label(column.name)
        if column.name in _ONCE
        else column
        for column in agencies.c
    ]
    return (
        select(*columns)
        .select_from(agencies.outerjoin(history, and_(history.c.agency_code == agencies.c.code, _was(day))))
        .subquery()
    )


def _was(day: date) -> ColumnElement[bool]:
    """Whether a row of the history tells of that day."""
    return and_(or_(history.c.since.is_(None), history.c.since <= day), history.c.until > day)


def _in_force(table: FromClause, day: date) -> ColumnElement[bool]:
    return and_(
        or_(table.c.valid_from.is_(None), table.c.valid_from <= day),
        or_(table.c.valid_to.is_(None), table.c.valid_to > day),
    )


def _resolved(code: str) -> ScalarSelect[Any]:
    """The code of the agency with this code or official code."""
    query = select(agencies.c.code).where(or_(agencies.c.code == code, agencies.c.official_code == code))
    return query.order_by(agencies.c.code != code).limit(1).scalar_subquery()


def _named(table: FromClause, q: str, day: date) -> ColumnElement[bool]:
    """Whether the name on that day matches: asked of the columns that have an index."""
    if day >= clock.today():
        return matches(table.c.folded, q)
    was_otherwise = select(history.c.agency_code).where(_was(day))
    now = select(agencies.c.code).where(matches(agencies.c.folded, q), agencies.c.code.not_in(was_otherwise))
    return table.c.code.in_(now.union(was_otherwise.where(matches(history.c.folded, q))))


def _distance(column: ColumnElement[Any], q: str) -> ColumnElement[int]:
    """0 for a whole name, or a place's own ("lap vo" of "xa lap vo"), 1 for the end of one, 2 otherwise."""
    padded, words = literal(_BAR) + column + _BAR, fold(q)
    whole = [_BAR, *(f" {kind} " for kind in _KINDS)]
    return case(
        (or_(*(padded.contains(f"{before}{words}{_BAR}") for before in whole)), 0),
        (padded.contains(f" {words}{_BAR}"), 1),
        else_=2,
    )


def _rank(table: FromClause) -> ColumnElement[int]:
    return case({level: rank for rank, level in enumerate(TOP_DOWN)}, value=table.c.level)
