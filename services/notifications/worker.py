"""The other process of notifications: `python -m services.notifications.worker`."""

from nats.js.api import StreamConfig

from services.notifications.base import SCHEMA, SESSION_INFO
from services.notifications.consumers import CONSUMERS
from services.notifications.deliveries.dispatcher import dispatch
from services.notifications.deliveries.retention import rules
from services.notifications.settings import Settings
from services.notifications.subscriptions.tables import WRAPPED_KEYS
from shared import worker
from shared.audit.sealer import sealer
from shared.events.notifications import AuditSealed
from shared.messaging.streams import fact_stream
from shared.rewrapping import rewrapper


def streams(settings: Settings) -> tuple[StreamConfig, ...]:
    """What the service publishes to."""
    return (fact_stream(SCHEMA, settings),)


if __name__ == "__main__":
    settings = Settings()
    worker.run(
        SCHEMA,
        settings,
        session_info=SESSION_INFO,
        streams=streams(settings),
        consumers=CONSUMERS,
        jobs=(dispatch, rewrapper(WRAPPED_KEYS), sealer(AuditSealed)),
        retention=rules(settings),
    )
