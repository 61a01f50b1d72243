"""An account without any standing proof is no longer vouched for; with a good one in time it is again (ADR 28)."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes
from services.registry.accounts.tables import Account
from services.registry.proofs import queries as proofs
from shared import clock
from shared.events.registry import AccountLapsed, AccountRestored

RECOVERY = timedelta(days=30)
"""So long an account that has lapsed comes back by itself; after that, two people look at it again."""


async def settle(session: AsyncSession, account: Account) -> None:
    """Bring an account into line with what its proofs show. It is locked, and the proofs are written.

    Only a proof's state counts, never the mere date of its end: after a long pause the worker looks first.
    """
    if account.state == "active" and not await proofs.has_any_valid(session, account.id):
        changes.move(account, "lapse")
        await changes.keep(session, None, account, "lapse", AccountLapsed)
    elif account.state == "lapsed" and account.lapsed_at is not None:
        moment = clock.now()
        # Not one that was submitted again and returned: then somebody saw a reason against it.
        in_time = account.approver_subject is not None and moment - account.lapsed_at <= RECOVERY
        if in_time and await proofs.has_valid(session, account.id, moment):
            changes.move(account, "revive")
            await changes.keep(session, None, account, "revive", AccountRestored)
