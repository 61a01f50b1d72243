"""What befalls an account without anybody asking for it: a takeover reported elsewhere, proofs that fail."""

from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from services.registry.accounts import lapsing, queries
from services.registry.accounts.service import suspend_after_takeover
from shared.db import Database


async def hijacked(database: Database, account: dict[str, Any]) -> None:
    """Its agency reports it taken over."""
    async with database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), account["agency_code"], uuid4())


async def lapsed(database: Database, account: dict[str, Any]) -> None:
    """Its proofs fail, all of them, and more than the time in which it comes back by itself goes by."""
    failed = """
        UPDATE proofs SET state = 'failed', failure = 'not-listed', failing_since = checked_at,
            expires_at = NULL, strength = NULL WHERE account_id = :id
    """
    long_ago = "UPDATE accounts SET lapsed_at = lapsed_at - interval '31 days' WHERE id = :id"
    async with database.transaction() as session:
        await session.execute(text(failed), {"id": UUID(account["id"])})
        found = await queries.lock(session, UUID(account["id"]))
        assert found is not None
        await lapsing.settle(session, found)
        await session.execute(text(long_ago), {"id": UUID(account["id"])})
