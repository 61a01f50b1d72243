"""Finding transfers, from either side."""

from uuid import UUID

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account
from services.registry.transfers.tables import Transfer
from shared import tenancy

Found = Row[Transfer, Account]


def _seen_by(session: AsyncSession, agency: str, side: str | None) -> ColumnElement[bool]:
    """A condition for WHERE: `agency` reaches the side, or either one."""
    giving = tenancy.within(session, col(Transfer.from_agency_code), agency)
    receiving = tenancy.within(session, col(Transfer.to_agency_code), agency)
    return {"giving": giving, "receiving": receiving}.get(side or "", or_(giving, receiving))


async def find(session: AsyncSession, transfer_id: UUID, agency: str) -> Found | None:
    """The transfer with its account, if `agency` reaches either side."""
    query = (
        select(Transfer, Account)
        .join(Account, col(Account.id) == col(Transfer.account_id))
        .where(col(Transfer.id) == transfer_id, _seen_by(session, agency, None))
    )
    return (await session.execute(query)).one_or_none()


async def lock(session: AsyncSession, transfer_id: UUID, agency: str) -> Transfer | None:
    """The transfer, if `agency` reaches either side, locked against other changes."""
    query = select(Transfer).where(col(Transfer.id) == transfer_id, _seen_by(session, agency, None))
    # What was read before somebody else's change is read again, not remembered.
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


async def page(
    session: AsyncSession, agency: str, *, state: str | None, side: str | None, after: UUID | None, limit: int
) -> list[Found]:
    """Transfers from or to what `agency` reaches, newest first."""
    query = (
        select(Transfer, Account)
        .join(Account, col(Account.id) == col(Transfer.account_id))
        .where(_seen_by(session, agency, side))
    )
    if state is not None:
        query = query.where(col(Transfer.state) == state)
    if after is not None:
        query = query.where(col(Transfer.id) < after)
    return list((await session.execute(query.order_by(col(Transfer.id).desc()).limit(limit))).all())
