"""Finding accounts."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account
from shared import tenancy
from shared.db import insert_many

_table: Any = Account.__table__  # type: ignore[attr-defined]


async def find(session: AsyncSession, account_id: UUID, agency: str, *, lock: bool = False) -> Account | None:
    """The account, if `agency` reaches it; locked against other changes when asked."""
    query = select(Account).where(
        Account.id == account_id,  # type: ignore[arg-type]
        tenancy.within(session, col(Account.agency_code), agency),
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def lock(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, whoever it belongs to, locked against other changes."""
    return await session.get(Account, account_id, with_for_update=True)


async def page(
    session: AsyncSession, agency: str, *, state: str | None, after: UUID | None, limit: int
) -> list[Account]:
    """Accounts that `agency` reaches, newest first."""
    query = select(Account).where(tenancy.within(session, col(Account.agency_code), agency))
    if state is not None:
        query = query.where(col(Account.state) == state)
    if after is not None:
        query = query.where(col(Account.id) < after)
    return list(await session.scalars(query.order_by(col(Account.id).desc()).limit(limit)))


async def holders(session: AsyncSession, identities: Collection[str]) -> dict[str, Account]:
    """The accounts that hold identities now, by identity."""
    found = await session.scalars(
        select(Account).where(
            col(Account.identity).in_(identities), col(Account.state).in_(("active", "suspended"))
        )
    )
    return {account.identity: account for account in found}


async def registered(
    session: AsyncSession, identities: Collection[str], ids: Collection[UUID]
) -> Sequence[Account]:
    """Accounts that are not retired, with these identities or these ids."""
    known = or_(col(Account.identity).in_(identities), col(Account.id).in_(ids))
    return (await session.scalars(select(Account).where(known, col(Account.state) != "retired"))).all()


async def insert(session: AsyncSession, drafts: Sequence[Account]) -> None:
    """Insert new accounts, in one statement."""
    await session.execute(insert_many(_table, [draft.model_dump() for draft in drafts]))
