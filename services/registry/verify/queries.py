"""What the index in memory is made of, and what has changed since it was."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    String,
    Text,
    and_,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account, Identity
from services.registry.agencies.queries import agencies
from services.registry.verify.accounts import LIVE, Known
from services.registry.verify.rules import fingerprint
from services.registry.verify.tables import AccountChange, AccountKeys, AgencyKeys
from shared.db import insert_many

BATCH = 1000
"""Rows that are fetched, or accounts that are asked for, at once."""
UNREAD = 10_000
"""Names that are read at once: each time all are looked through for the next ones."""


async def known(
    session: AsyncSession, accounts: Collection[UUID] | None = None
) -> AsyncIterator[Sequence[Known]]:
    """Every identity that an account stands for or stood for, in batches and in the order of accounts; only of
    these `accounts`, when given.

    `held`: the account answers for it now. One that was never approved was never official and is left out.
    """
    released = col(Identity.released_at)
    query = select(  # in the order of `Known`: by their names the columns of a hundred thousand rows are read slowly
        col(Account.id),
        col(Identity.identity),
        released.is_(None),
        col(Account.agency_code),
        type_coerce(col(Account.platform), String),  # each word need not be checked again
        col(Account.handle),
        col(Account.platform_id),
        col(Account.url),
        col(Account.display_name),
        type_coerce(col(Account.state), String),
        type_coerce(col(Account.reason), String),
        func.extract("epoch", func.coalesce(released, col(Account.updated_at))).cast(BigInteger),
        col(AccountKeys.keys),
    ).join(Account, col(Account.id) == col(Identity.account_id))
    query = query.outerjoin(AccountKeys, _account_is_read())
    if accounts is not None:
        query = query.where(col(Account.id).in_(accounts))
    connection = await session.connection()
    rows = await connection.stream(query.order_by(col(Account.id)), execution_options={"yield_per": BATCH})
    async for batch in rows.partitions():
        yield [Known._make(row) for row in batch]


async def count(session: AsyncSession) -> int:
    """About how many rows `known` has: for the size of what is to hold them."""
    return int(await session.scalar(select(func.count()).select_from(Identity)) or 0)


async def horizon(session: AsyncSession) -> int:
    """The oldest transaction that may still be open: whatever is not visible now was changed by it or a later one."""
    number = cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)
    return int(await session.scalar(select(number)) or 0)


async def changed_since(session: AsyncSession, transaction: int) -> list[UUID]:
    """Accounts that a transaction from this one on has changed."""
    return list(
        await session.scalars(
            select(col(AccountChange.account_id)).where(col(AccountChange.changed_in) >= transaction)
        )
    )


async def unread_accounts(session: AsyncSession, after: UUID) -> Sequence[Any]:
    """Official accounts whose names were not read by the present rules, the next ones: owner, version, what is read."""
    account = Account.__table__.c  # type: ignore[attr-defined]
    query = (
        select(
            account.id.label("owner"),
            account.version,
            account.display_name,
            account.platform,
            account.handle,
            account.platform_id,
        )
        .outerjoin(AccountKeys, _account_is_read())
        .where(col(AccountKeys.owner).is_(None), col(Account.state).in_(LIVE), col(Account.id) > after)
        .order_by(col(Account.id))
    )
    return (await session.execute(query.limit(UNREAD))).all()


async def unread_agencies(session: AsyncSession, after: str) -> Sequence[Any]:
    """Agencies whose names were not read by the present rules, the next ones: owner, version and name."""
    query = (
        select(agencies.c.code.label("owner"), agencies.c.version, agencies.c.name)
        .outerjoin(AgencyKeys, _agency_is_read())
        .where(col(AgencyKeys.owner).is_(None), agencies.c.code > after)
        .order_by(agencies.c.code)
    )
    return (await session.execute(query.limit(UNREAD))).all()


async def note_read(
    session: AsyncSession, table: type[AccountKeys | AgencyKeys], read: Sequence[Mapping[str, Any]]
) -> None:
    """Keep how names were read: the columns of the table, without the rules, which are the present ones."""
    rows = [{**row, "rules": fingerprint()} for row in read]
    statement = insert_many(table.__table__, rows)  # type: ignore[union-attr]
    new = {name: statement.excluded[name] for name in ("version", "rules", "keys")}
    await session.execute(statement.on_conflict_do_update(index_elements=["owner"], set_=new))


def _account_is_read() -> ColumnElement[bool]:
    return and_(
        col(AccountKeys.owner) == col(Account.id),
        col(AccountKeys.version) == col(Account.version),
        col(AccountKeys.rules) == fingerprint(),
    )


def _agency_is_read() -> ColumnElement[bool]:
    return and_(
        col(AgencyKeys.owner) == agencies.c.code,
        col(AgencyKeys.version) == agencies.c.version,
        col(AgencyKeys.rules) == fingerprint(),
    )


async def agency_names(session: AsyncSession) -> AsyncIterator[Sequence[Row[Any]]]:
    """Every agency in batches: its code, and what verification says of it, in the order of `Agency`."""
    query = select(
        agencies.c.code, agencies.c.name, agencies.c.parent_code, agencies.c.successors, col(AgencyKeys.keys)
    ).outerjoin(AgencyKeys, _agency_is_read())
    rows = await session.stream(query.execution_options(yield_per=BATCH))
    async for batch in rows.partitions():
        yield batch


async def agencies_mark(session: AsyncSession) -> tuple[int, int]:
    """Something that differs once any agency has changed."""
    row = (await session.execute(select(func.count(), func.coalesce(func.sum(agencies.c.version), 0)))).one()
    return int(row[0]), int(row[1])
