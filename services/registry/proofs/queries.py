"""Finding proofs."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.accounts.tables import Account
from services.registry.proofs.methods import METHODS
from services.registry.proofs.tables import Proof

MOST = 50
"""Proofs of one account. Each that stands is looked at every week, at the cost of whoever runs the site."""
ENOUGH = ("medium", "strong")
"""What approves an account: a `weak` proof says whose it ought to be and shows no control (ADR 28)."""
_SHOWING_CONTROL = tuple(method.name for method in METHODS.values() if method.shows_control)
_BY_MACHINE = tuple(method.name for method in METHODS.values() if method.look is not None)
_HOLDING = ("active", "lapsed", "suspended")


async def find(
    session: AsyncSession, account_id: UUID, proof_id: UUID, *, lock: bool = False
) -> Proof | None:
    """A proof of an account."""
    query = select(Proof).where(col(Proof.id) == proof_id, col(Proof.account_id) == account_id)
    # What was read before somebody else's change is read again, not remembered.
    locked = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(locked if lock else query)


async def of_account(session: AsyncSession, account_id: UUID) -> list[Proof]:
    """All proofs of an account, newest first; at most `MOST`."""
    query = select(Proof).where(col(Proof.account_id) == account_id).order_by(col(Proof.id).desc())
    return list(await session.scalars(query))


async def make_room(session: AsyncSession, account_id: UUID) -> bool:
    """Whether an account can have one proof more; the oldest that does not stand makes room for it."""
    mine = col(Proof.account_id) == account_id
    if (await session.scalar(select(func.count()).select_from(Proof).where(mine)) or 0) < MOST:
        return True
    oldest = select(col(Proof.id)).where(mine, col(Proof.state) != "valid").order_by(col(Proof.id)).limit(1)
    forgotten = await session.scalars(delete(Proof).where(col(Proof.id).in_(oldest)).returning(col(Proof.id)))
    return forgotten.first() is not None


async def has_valid(session: AsyncSession, account_id: UUID, moment: datetime) -> bool:
    """Whether control of the account is shown well enough at this moment to make it official."""
    return await _any(session, *_good(account_id, moment))


async def has_fresh(session: AsyncSession, account_id: UUID, moment: datetime, since: datetime) -> bool:
    """Whether control itself is shown well enough by a proof that was begun after `since`.

    It is what a handle needs that was let go before: what is older than the release was about somebody else,
    and a letter says nothing of who has the handle now.
    """
    return await _any(
        session,
        *_good(account_id, moment),
        col(Proof.created_at) > since,
        col(Proof.method).in_(_SHOWING_CONTROL),
    )


async def has_any_valid(session: AsyncSession, account_id: UUID) -> bool:
    """Whether any proof still stands, whatever it counts for; one in its time of grace does."""
    return await _any(session, col(Proof.account_id) == account_id, col(Proof.state) == "valid")


async def has_other_valid(session: AsyncSession, account_id: UUID, proof_id: UUID) -> bool:
    """Whether the account has a valid proof besides this one."""
    return await _any(
        session,
        col(Proof.account_id) == account_id,
        col(Proof.state) == "valid",
        col(Proof.failing_since).is_(None),
        col(Proof.id) != proof_id,
    )


async def look_soon(session: AsyncSession, account_id: UUID, moment: datetime) -> None:
    """Have the worker look at an account's proofs as soon as it can: what they were seen for has changed."""
    standing = update(Proof).where(
        col(Proof.account_id) == account_id, col(Proof.state) == "valid", col(Proof.method).in_(_BY_MACHINE)
    )
    # Whoever is looking at this moment looks for what it was, and must not record that.
    await session.execute(standing.values(next_check_at=moment, lease_until=None))


async def remove_all(session: AsyncSession, account_id: UUID) -> None:
    """Forget every proof of an account: it is gone, or has become another one."""
    await session.execute(delete(Proof).where(col(Proof.account_id) == account_id))


async def unproven(session: AsyncSession, limit: int) -> list[UUID]:
    """Active accounts for which no proof stands."""
    standing = select(col(Proof.id)).where(
        col(Proof.account_id) == col(Account.id), col(Proof.state) == "valid"
    )
    query = select(col(Account.id)).where(col(Account.state) == "active", ~standing.exists())
    return list(await session.scalars(query.limit(limit)))


async def site_holders(session: AsyncSession, identities: Collection[str]) -> Sequence[Row[Any]]:
    """The registered accounts that are these websites: identity, agency_code, state."""
    query = select(col(Account.identity), col(Account.agency_code), col(Account.state)).where(
        col(Account.identity).in_(identities), col(Account.state).in_(_HOLDING)
    )
    return list(await session.execute(query))


def _good(account_id: UUID, moment: datetime) -> tuple[ColumnElement[bool], ...]:
    """What a new decision can rest on; the time of grace is for those that were made."""
    return (
        col(Proof.account_id) == account_id,
        col(Proof.state) == "valid",
        col(Proof.failing_since).is_(None),
        col(Proof.expires_at) > moment,
        col(Proof.strength).in_(ENOUGH),
    )


async def _any(session: AsyncSession, *conditions: ColumnElement[bool]) -> bool:
    return await session.scalar(select(col(Proof.id)).where(*conditions).limit(1)) is not None


# Of each host one proof at a time, and not sooner after the last than `:since`: whoever keeps many accounts on one
# site is not overrun. A lease that ends much later than one of now would is of a clock that was put back since.
_CLAIM = text("""
    WITH next AS (
        SELECT DISTINCT ON (COALESCE(host, CAST(id AS varchar))) id FROM proofs
        WHERE next_check_at <= :now AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :beyond)
            AND NOT EXISTS (
                SELECT FROM proofs AS same WHERE same.host = proofs.host AND (
                    (same.checked_at > :since AND same.checked_at <= :now)
                    OR (same.lease_until > :now AND same.lease_until <= :beyond)
                )
            )
        ORDER BY COALESCE(host, CAST(id AS varchar)), next_check_at, id
    ), due AS (
        SELECT id FROM proofs JOIN next USING (id)
        WHERE next_check_at <= :now AND (lease_until IS NULL OR lease_until <= :now OR lease_until > :beyond)
        ORDER BY next_check_at LIMIT :limit FOR UPDATE OF proofs SKIP LOCKED
    )
    UPDATE proofs SET lease_until = :lease FROM due WHERE proofs.id = due.id
    RETURNING proofs.id, proofs.account_id, proofs.lease_until
""")


async def claim_due(
    session: AsyncSession, now: datetime, *, lease: timedelta, spacing: timedelta, limit: int
) -> Sequence[Row[Any]]:
    """Lease proofs that are due, one of each host, for somebody to look at: id, account_id, lease_until."""
    parameters = {
        "now": now,
        "since": now - spacing,
        "lease": now + lease,
        "beyond": now + 2 * lease,
        "limit": limit,
    }
    return (await session.execute(_CLAIM, parameters)).all()
