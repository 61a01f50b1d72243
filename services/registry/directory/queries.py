"""Reading the directory: the accounts as they are, or as they were at some moment."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Row, Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account
from services.registry.agencies.queries import agencies
from shared import tenancy
from shared.search import matches

OFFICIAL = ("active", "suspended")


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
    sort: str = "name"


async def page(session: AsyncSession, which: Filter, *, after: UUID | None, limit: int) -> list[Row[Any]]:
    """The accounts that follow the one with the id `after`."""
    table = _present()
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
    """All accounts, `size` at a time, through a cursor of the database."""
    table = _present()
    query = _ordered(_chosen(session, table, which), _order(table, which.sort), which.sort)
    rows = await session.stream(query, execution_options={"yield_per": size})
    async for batch in rows.partitions():
        yield batch


async def fingerprint(session: AsyncSession, which: Filter) -> str:
    """Another text for every other content of the chosen accounts, as each change gives a new version."""
    chosen = _chosen(session, _present(), which).subquery()
    whole = func.concat_ws(":", chosen.c.id, chosen.c.version, chosen.c.agency_version)
    query = select(func.count(), func.bit_xor(func.hashtextextended(whole, 0)))
    count, mixed = (await session.execute(query)).one()
    return f"{count}:{mixed}"


async def find(session: AsyncSession, account_id: UUID) -> Row[Any] | None:
    """An account that is official, or was."""
    table = _present()
    return (await session.execute(select(table).where(table.c.id == account_id))).one_or_none()


async def of_agencies(session: AsyncSession, codes: Sequence[str]) -> list[Row[Any]]:
    """What is official of these agencies alone, and safe: by platform and name."""
    table = _present()
    query = select(table).where(table.c.agency_code.in_(codes), table.c.state == "active")
    return list((await session.execute(query.order_by(table.c.platform, table.c.folded, table.c.id))).all())


def _present() -> FromClause:
    """Every account that is official or was, with its agency."""
    return (
        select(
            *(col(getattr(Account, name)) for name in Account.model_fields),
            agencies.c.name.label("agency_name"),
            agencies.c.short_name.label("agency_short_name"),
            agencies.c.area_code,
            agencies.c.version.label("agency_version"),
        )
        .join(agencies, agencies.c.code == col(Account.agency_code))
        # A withdrawn draft was never official.
        .where(col(Account.approver_subject).is_not(None))
        .subquery()
    )


def _chosen(session: AsyncSession, table: FromClause, which: Filter) -> Select[Any]:
    query = select(table).where(table.c.state.in_(which.states))
    if which.q is not None:
        query = query.where(matches(table.c.searched, which.q))
    if which.agency is not None and which.below:
        query = query.where(tenancy.within(session, table.c.agency_code, which.agency))
    elif which.agency is not None:
        query = query.where(table.c.agency_code == which.agency)
    for name in ("platform", "area_code"):
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
