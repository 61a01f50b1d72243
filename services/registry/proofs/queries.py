"""Finding proofs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.proofs.tables import SHOWING_CONTROL, Proof


async def find(
    session: AsyncSession, account_id: UUID, proof_id: UUID, *, lock: bool = False
) -> Proof | None:
    """A proof of an account."""
    query = select(Proof).where(col(Proof.id) == proof_id, col(Proof.account_id) == account_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def of_account(session: AsyncSession, account_id: UUID) -> list[Proof]:
    """All proofs of an account, newest first; there are only ever a handful."""
    query = select(Proof).where(col(Proof.account_id) == account_id).order_by(col(Proof.id).desc())
    return list(await session.scalars(query))


async def has_valid(session: AsyncSession, account_id: UUID, moment: datetime) -> bool:
    """Whether control of the account is shown at this moment."""
    query = select(col(Proof.id)).where(
        col(Proof.account_id) == account_id, col(Proof.state) == "valid", col(Proof.expires_at) > moment
    )
    return await session.scalar(query.limit(1)) is not None


async def has_fresh(session: AsyncSession, account_id: UUID, moment: datetime, since: datetime) -> bool:
    """Whether control is shown at this moment by a proof that was added after `since`, and no document."""
    query = select(col(Proof.id)).where(
        col(Proof.account_id) == account_id,
        col(Proof.state) == "valid",
        col(Proof.expires_at) > moment,
        col(Proof.created_at) > since,
        col(Proof.method).in_(SHOWING_CONTROL),
    )
    return await session.scalar(query.limit(1)) is not None


async def remove_all(session: AsyncSession, account_id: UUID) -> None:
    """Forget every proof of an account: it is gone, or has become another one."""
    await session.execute(delete(Proof).where(col(Proof.account_id) == account_id))
