"""The other process of reports: `python -m services.reports.worker`."""

from nats.js.api import StreamConfig

from services.reports.base import SCHEMA, SESSION_INFO
from services.reports.incidents.tables import WRAPPED_KEYS
from services.reports.settings import Settings
from services.reports.subscriptions import SUBSCRIPTIONS
from shared import worker
from shared.audit.sealer import sealer
from shared.events.reports import AuditSealed
from shared.limits import FORGOTTEN
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
        consumers=SUBSCRIPTIONS,
        jobs=(rewrapper(WRAPPED_KEYS), sealer(AuditSealed)),
        retention=(FORGOTTEN,),
    )
