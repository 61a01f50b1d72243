"""The events of other services that the registry reacts to."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.service import suspend_after_takeover
from shared.events.envelope import Envelope
from shared.events.reports import TakeoverConfirmed
from shared.messaging.bus import Subscription


async def on_takeover_confirmed(session: AsyncSession, event: Envelope) -> None:
    """A holder's page was hijacked: stop vouching for it."""
    data = TakeoverConfirmed.model_validate(event.data)
    await suspend_after_takeover(session, data.account_id, data.agency_code, event.id)


SUBSCRIPTIONS = (
    Subscription("registry-takeover", "REPORTS", (TakeoverConfirmed.type,), on_takeover_confirmed),
)
