"""What reports keeps of other services' events."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.reports.accounts import queries as accounts
from shared.agency_projection import agency_projection
from shared.events.envelope import Envelope
from shared.events.registry import AccountState
from shared.membership_projection import membership_projection
from shared.messaging.bus import Projection


async def apply_accounts(session: AsyncSession, envelopes: list[Envelope]) -> None:
    """Keep whose account each is, and in what state."""
    states = [(AccountState.model_validate(envelope.data), envelope.version) for envelope in envelopes]
    await accounts.store(
        session,
        [
            {"id": data.account_id, "agency_code": data.agency_code, "state": data.state, "version": version}
            for data, version in states
        ],
    )


SUBSCRIPTIONS = (
    agency_projection("reports"),
    membership_projection("reports"),
    Projection(
        "reports-accounts", "REGISTRY_STATE", ("state.registry.account.>",), apply_accounts, accounts.is_empty
    ),
)
