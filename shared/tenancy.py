"""Who stands above whom: agencies, and the closure of who reaches whose records (ADR 18).

An agency reaches its own records, those of everything below it in the tree, and those of the ended
agencies it succeeds. Codes are opaque: nothing is ever decided by comparing prefixes.

    reach(X) = X and its ancestors in the tree, and reach(S) for every successor S of X

The successors of X's *parent* do not count: when a district ends, each commune formed on its land
takes over the district's own records, not those of all its former communes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    Index,
    Integer,
    MetaData,
    Row,
    Table,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.elements import SQLCoreOperations

from shared import clock
from shared.db import code, insert_many, unnested, words
from shared.problems import Invalid, Text

LEVELS = ("central", "province", "commune", "department", "unit", "district")


@dataclass(frozen=True)
class Tenancy:
    """A service's own copy of the tree."""

    agencies: Table
    reach: Table


def declare(metadata: MetaData, *extra: SchemaItem, copied: bool = False) -> Tenancy:
    """The tables `agencies` (with a service's `extra` columns and indexes) and `agency_reach`.

    In a copy two agencies may have one official code for a moment, until both changes have arrived.
    """
    agencies = Table(
        "agencies",
        metadata,
        Column("code", code(35), primary_key=True),
        Column("official_code", code(35), unique=not copied, index=copied),
        Column("name", code(255), nullable=False),
        Column("short_name", code(255), nullable=False),
        Column("level", words("level", *LEVELS), nullable=False),
        Column("area_code", code(5)),
        Column("parent_code", code(35), index=True),
        Column("valid_from", Date),
        Column("valid_to", Date),
        Column("successors", ARRAY(code(35)), nullable=False),
        Column("version", Integer, nullable=False),
        *extra,
        CheckConstraint("code ~ '^[0-9A-Z]+([.][0-9A-Z]+)*$'", name="code_form"),
        CheckConstraint("valid_from < valid_to", name="validity"),
        Index("ix_agencies_successors", "successors", postgresql_using="gin"),
    )
    reach = Table(
        "agency_reach",
        metadata,
        Column("descendant", code(35), primary_key=True),
        Column("ancestor", code(35), primary_key=True),
        Index("ix_agency_reach_ancestor", "ancestor", "descendant"),
    )
    return Tenancy(agencies, reach)


def of(session: AsyncSession) -> Tenancy:
    """The tables of the service that the session belongs to."""
    tenancy: Tenancy = session.info["tenancy"]
    return tenancy


def in_force(agency: Any, on: date | None = None) -> bool:
    """Whether an agency (a row or an object with `valid_from`, `valid_to`) exists on a day."""
    day = on or clock.today()
    return (agency.valid_from is None or agency.valid_from <= day) and (
        agency.valid_to is None or day < agency.valid_to
    )


def has_ended(agency: Any) -> bool:
    """Whether an agency exists no longer; one that has yet to begin has not ended."""
    return agency.valid_to is not None and agency.valid_to <= clock.today()


async def resolve(session: AsyncSession, code: str) -> str | None:
    """The code of the agency that has it as its code or as its official code; None when there is none.

    For every agency code that comes from outside: what is stored and shown is always `code`.
    """
    found = await find(session, code)
    return None if found is None else str(found.code)


async def parameter(session: AsyncSession, name: str, code: str | None) -> str | None:
    """The code of the agency that the query parameter `name` asks for; None when it was left out.

    Raises:
        Invalid: there is no such agency.
    """
    if code is None:
        return None
    found = await resolve(session, code)
    if found is None:
        raise Invalid.at(f"/query/{name}", _UNKNOWN)
    return found


_UNKNOWN = Text("Không có cơ quan nào mang mã này.", "No agency has this code.")


def within(session: AsyncSession, column: SQLCoreOperations[Any], agency: str) -> ColumnElement[bool]:
    """A condition for WHERE: the row's agency (in `column`) is reached by `agency`."""
    reach = of(session).reach
    return column.in_(select(reach.c.descendant).where(reach.c.ancestor == agency))


async def reaches(session: AsyncSession, ancestor: str, descendant: str) -> bool:
    """Whether `ancestor` reaches the records of `descendant`."""
    if ancestor == descendant:
        return True
    reach = of(session).reach
    found = await session.scalar(
        select(reach.c.ancestor).where(reach.c.ancestor == ancestor, reach.c.descendant == descendant)
    )
    return found is not None


async def reached(session: AsyncSession, ancestor: str, codes: Collection[str]) -> frozenset[str]:
    """Those of the codes whose records `ancestor` reaches."""
    reach = of(session).reach
    asked = unnested(codes, reach.c.descendant)
    query = select(reach.c.descendant).join(asked, reach.c.descendant == asked.c.value)
    return frozenset(await session.scalars(query.where(reach.c.ancestor == ancestor)))


# Prebuilt, as one of them runs for every request and every event.
_FIND = text("""
    SELECT code, official_code, valid_from, valid_to, successors, ARRAY(
        SELECT ancestor FROM agency_reach WHERE descendant = agencies.code ORDER BY ancestor
    ) AS path
    FROM agencies WHERE code = :code OR official_code = :code ORDER BY code = :code DESC LIMIT 1
""")
_PATH = text("SELECT ancestor FROM agency_reach WHERE descendant = :agency ORDER BY ancestor")


async def find(session: AsyncSession, agency: str) -> Row[Any] | None:
    """The agency with this code, or else this official code: `code`, `official_code`, `valid_from`, `valid_to`,
    `successors`, and as `path` the codes of all that reach it.
    """
    return (await session.execute(_FIND, {"code": agency})).one_or_none()


async def path(session: AsyncSession, agency: str) -> list[str]:
    """The codes of all agencies that reach `agency`, itself included, sorted."""
    return list(await session.scalars(_PATH, {"agency": agency}))


async def store(session: AsyncSession, agencies: Sequence[dict[str, Any]]) -> None:
    """Insert agencies or bring them up to date, and recompute who reaches them.

    Each is a row of `agencies`; columns that are not given stay as they are. Older versions than what
    is stored are ignored, so repeats and late arrivals do no harm. Order does not matter: a parent or
    successor may still be missing.
    """
    newest = {agency["code"]: agency for agency in sorted(agencies, key=itemgetter("version"))}
    table = of(session).agencies
    await session.execute(_ONE_AT_A_TIME)
    statement = insert_many(table, list(newest.values()))
    statement = statement.on_conflict_do_update(
        index_elements=["code"],
        set_={name: statement.excluded[name] for name in agencies[0] if name != "code"},
        where=table.c.version < statement.excluded.version,
    )
    await session.execute(statement)
    await _recompute_reach(session, list(newest))


# Two writers that do not see each other's rows would each leave out what the other one's mean. Readers go on.
_ONE_AT_A_TIME = text("LOCK TABLE agency_reach IN SHARE ROW EXCLUSIVE MODE")
# `own` nodes are the agency and its successors, whose successors count too; the others are ancestors
# in the tree. A parent that is not known yet is named all the same, so that its late arrival finds
# everything below it.
#
# Lists are joined, never compared with `= ANY`: once PostgreSQL plans a statement without looking at
# its parameters, it takes such a list for ten codes and reads the whole table five hundred times.
_AFFECTED = text("""
    SELECT unnest(CAST(:codes AS varchar[])) UNION
    SELECT descendant FROM agency_reach JOIN unnest(CAST(:codes AS varchar[])) AS code ON code = ancestor
""")
_FORGET = text("""
    DELETE FROM agency_reach USING unnest(CAST(:codes AS varchar[])) AS code WHERE code = descendant
""")
_RECOMPUTE = text("""
    WITH RECURSIVE walk(descendant, code, own) AS (
        SELECT code, code, true FROM agencies JOIN unnest(CAST(:codes AS varchar[])) AS code USING (code)
        UNION
        SELECT walk.descendant, CAST(edge.code AS varchar), edge.own
        FROM walk JOIN agencies USING (code) CROSS JOIN LATERAL (
            SELECT parent_code, false WHERE parent_code IS NOT NULL
            UNION ALL
            SELECT unnest(successors), true WHERE walk.own
        ) AS edge(code, own)
    )
    INSERT INTO agency_reach (descendant, ancestor) SELECT DISTINCT descendant, code FROM walk
""")


async def _recompute_reach(session: AsyncSession, codes: Sequence[str]) -> None:
    """Who reaches `codes`, and whatever lies below them or was succeeded by them."""
    affected = list(await session.scalars(_AFFECTED, {"codes": list(codes)}))
    await session.execute(_FORGET, {"codes": affected})
    await session.execute(_RECOMPUTE, {"codes": affected})
