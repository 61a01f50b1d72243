"""The registry's other process: `python -m services.registry.worker`."""

from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.settings import Settings
from services.registry.subscriptions import SUBSCRIPTIONS
from shared import worker
from shared.audit.sealer import sealer
from shared.events.registry import AuditSealed
from shared.messaging.streams import fact_stream, state_stream

if __name__ == "__main__":
    settings = Settings()
    worker.run(
        SCHEMA,
        settings,
        session_info=SESSION_INFO,
        streams=(fact_stream(SCHEMA, settings), state_stream(SCHEMA, settings)),
        consumers=SUBSCRIPTIONS,
        jobs=(sealer(AuditSealed),),
    )
