"""Keeping and reading the registry's accounts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.reports.accounts.tables import RegisteredAccount


async def find(session: AsyncSession, account_id: UUID) -> RegisteredAccount | None:
    """The account, as last heard."""
    return await session.get(RegisteredAccount, account_id)


async def is_empty(session: AsyncSession) -> bool:
    """Whether nothing was heard yet, or the table was lost."""
    return await session.scalar(select(col(RegisteredAccount.id)).limit(1)) is None


async def store(session: AsyncSession, accounts: Sequence[dict[str, Any]]) -> None:
    """Keep the newest version of each account."""
    statement = insert(RegisteredAccount)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=["id"],
        set_={"agency_code": new.agency_code, "state": new.state, "version": new.version},
        where=col(RegisteredAccount.version) < new.version,
    )
    await session.execute(statement, accounts)
