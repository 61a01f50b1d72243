"""The other process of notifications: `python -m services.notifications.worker`."""

from services.notifications.base import SCHEMA, SESSION_INFO
from services.notifications.consumers import CONSUMERS
from services.notifications.deliveries.dispatcher import dispatch
from services.notifications.deliveries.retention import rules
from services.notifications.settings import Settings
from shared import worker
from shared.audit.sealer import sealer
from shared.events.notifications import AuditSealed
from shared.messaging.streams import fact_stream

if __name__ == "__main__":
    settings = Settings()
    worker.run(
        SCHEMA,
        settings,
        session_info=SESSION_INFO,
        streams=(fact_stream(SCHEMA, settings),),
        consumers=CONSUMERS,
        jobs=(dispatch, sealer(AuditSealed)),
        retention=rules(settings),
    )
