"""Reading the directory: the accounts as they are, or as they were at some moment."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.registry.accounts.tables import Account, AccountVersion, Identity
from services.registry.agencies.queries import agencies, as_of
from services.registry.directory.schemas import DirectoryEntry
from shared import clock, tenancy
from shared.search import matches_words

OFFICIAL = ("active", "suspended")
_SHOWN = (
    "agency_code",
    "kind",
    "office",
    "purpose",
    "platform",
    "handle",
    "platform_id",
    "display_name",
    "url",
    "languages",
    "state",
    "reason",
    "version",
)
ENTRY = tuple(DirectoryEntry.model_fields)
"""What is read of an account, in this order."""
# One plan for a rare word and for one that all names have would be a bad one for either.
_PLAN_EACH = text("SET LOCAL plan_cache_mode = force_custom_plan")
_OF_AGENCY = ("name", "short_name", "version")


@dataclass(frozen=True)
class Filter:
    """Which accounts, in which order. None leaves all."""

    states: tuple[str, ...] = OFFICIAL
    q: str | None = None
    platform: str | None = None
    agency: str | None = None
    below: bool = False
    """Also those of the agencies that `agency` reaches."""
    area_code: str | None = None
    language: str | None = None
    purpose: str | None = None
    day: date | None = None
    """As they were at the end of this day in Vietnam; as they are when None."""
    sort: str = "name"


async def page(session: AsyncSession, which: Filter, *, after: UUID | None, limit: int) -> list[Row[Any]]:
    """The accounts that follow the one with the id `after`."""
    await session.execute(_PLAN_EACH)
    table = _table(which.day)
    query = _chosen(session, table, which)
    order = _order(table, which.sort)
    if after is not None:
        last = (await session.execute(select(*order).where(table.c.id == after))).one_or_none()
        if last is None:
            return []
        here, there = tuple_(*order), tuple_(*(literal(value) for value in last))
        query = query.where(here < there if which.sort == "newest" else here > there)
    return list((await session.execute(_ordered(query, order, which.sort).limit(limit))).all())


async def batches(session: AsyncSession, which: Filter, size: int) -> AsyncIterator[Sequence[Row[Any]]]:
    """All accounts as rows of `ENTRY`, `size` at a time, through a cursor of the database."""
    table = _table(which.day)
    query = _ordered(_chosen(session, table, which), _order(table, which.sort), which.sort)
    rows = await session.stream(query, execution_options={"yield_per": size})
    async for batch in rows.partitions():
        yield batch


async def fingerprint(session: AsyncSession, which: Filter) -> str:
    """Another text for every other content of the chosen accounts, as each change gives a new version."""
    table = _table(which.day)
    whole = func.concat_ws(":", table.c.id, table.c.version, table.c.agency_version)
    mixed = func.bit_xor(func.hashtextextended(whole, 0))
    query = _chosen(session, table, which).with_only_columns(func.count(), mixed)
    count, mixed = (await session.execute(query)).one()
    return f"{count}:{mixed}"


async def find(session: AsyncSession, account_id: UUID) -> Row[Any] | None:
    """An account that is official, or was: it holds a link, or let one go."""
    table = _present()
    held = exists().where(col(Identity.account_id) == table.c.id)
    shown = [*(table.c[name] for name in ENTRY), table.c.agency_short_name]
    query = select(*shown).where(table.c.id == account_id, held)
    found: Row[Any] | None = (await session.execute(query)).one_or_none()
    return found


async def of_agencies(session: AsyncSession, codes: Sequence[str]) -> list[Row[Any]]:
    """What is official of these agencies alone, and safe: by platform and name."""
    table = _present()
    query = select(*(table.c[name] for name in ENTRY))
    query = query.where(table.c.agency_code.in_(codes), table.c.state == "active")
    return list((await session.execute(query.order_by(table.c.platform, table.c.folded, table.c.id))).all())


def _table(day: date | None) -> FromClause:
    return _present() if day is None else _past(day)


def _present() -> FromClause:
    """Every account as it is, with its agency."""
    query = select(
        col(Account.id),
        *(col(getattr(Account, name)) for name in _SHOWN),
        col(Account.updated_at),
        col(Account.folded),
        col(Account.searched),
        *_of(agencies),
    )
    return query.join(agencies, agencies.c.code == col(Account.agency_code)).subquery()


def _past(day: date) -> FromClause:
    """Every account as it was at the end of a day, with the names that its agency had."""
    end = datetime.combine(day + timedelta(days=1), time(), clock.VIETNAM)
    then, newer = as_of(day), aliased(AccountVersion)
    superseded = exists().where(
        col(newer.account_id) == col(AccountVersion.account_id),
        col(newer.version) > col(AccountVersion.version),
        col(newer.at) < end,
    )
    query = select(
        col(AccountVersion.account_id).label("id"),
        *(col(getattr(AccountVersion, name)) for name in _SHOWN),
        col(AccountVersion.at).label("updated_at"),
        col(AccountVersion.folded),
        col(AccountVersion.searched),
        *_of(then),
    )
    query = query.join(then, then.c.code == col(AccountVersion.agency_code))
    return query.where(col(AccountVersion.at) < end, ~superseded).subquery()


def _of(agency: FromClause) -> list[ColumnElement[Any]]:
    """What is read of an account's agency."""
    return [*(agency.c[name].label(f"agency_{name}") for name in _OF_AGENCY), agency.c.area_code]


def _chosen(session: AsyncSession, table: FromClause, which: Filter) -> Select[Any]:
    query = select(*(table.c[name] for name in ENTRY)).where(table.c.state.in_(which.states))
    held = exists().where(col(Identity.account_id) == table.c.id)  # a withdrawn draft was never official
    if which.states == ("retired",):
        query = query.where(held)
    elif "retired" in which.states:
        query = query.where(or_(table.c.state != "retired", held))
    if which.q is not None:
        query = query.where(matches_words(table.c.searched, which.q))
    if which.agency is not None and which.below:
        query = query.where(tenancy.within(session, table.c.agency_code, which.agency))
    elif which.agency is not None:
        query = query.where(table.c.agency_code == which.agency)
    for name in ("platform", "area_code", "purpose"):
        if (value := getattr(which, name)) is not None:
            query = query.where(table.c[name] == value)
    if which.language is not None:
        query = query.where(table.c.languages.contains([which.language]))
    return query


def _order(table: FromClause, sort: str) -> list[ColumnElement[Any]]:
    first = {"name": [table.c.folded], "agency": [table.c.agency_code], "newest": []}[sort]
    return [*first, table.c.id]


def _ordered(query: Select[Any], order: Sequence[ColumnElement[Any]], sort: str) -> Select[Any]:
    return query.order_by(*(each.desc() if sort == "newest" else each for each in order))
