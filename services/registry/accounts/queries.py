"""Finding accounts."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account
from shared import tenancy


async def find(session: AsyncSession, account_id: UUID, agency: str, *, lock: bool = False) -> Account | None:
    """The account, if `agency` reaches it; locked against other changes when asked."""
    query = select(Account).where(
        Account.id == account_id,  # type: ignore[arg-type]
        tenancy.within(session, col(Account.agency_code), agency),
    )
    # What was read before somebody else's change is read again, not remembered.
    locked = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(locked if lock else query)


async def read(session: AsyncSession, account_id: UUID) -> Account | None:
    """The account, whoever it belongs to."""
    return await session.get(Account, account_id)


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


async def holder(session: AsyncSession, identity: str) -> Account | None:
    """The account that holds an identity now."""
    return await session.scalar(
        select(Account).where(
            col(Account.identity) == identity, col(Account.state).in_(("active", "suspended"))
        )
    )
