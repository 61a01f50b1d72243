"""The registry's other process: `python -m services.registry.worker`."""

from nats.js.api import StreamConfig

from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.imports import retention
from services.registry.imports.working import imports
from services.registry.proofs.recheck import recheck
from services.registry.settings import Settings
from services.registry.subscriptions import SUBSCRIPTIONS
from services.registry.successions.schedule import effect_successions
from services.registry.verify.filing import read_names
from shared import worker
from shared.audit.sealer import sealer
from shared.events.registry import AuditSealed
from shared.messaging.streams import fact_stream, state_stream


def streams(settings: Settings) -> tuple[StreamConfig, ...]:
    """What the service publishes to."""
    return (fact_stream(SCHEMA, settings), state_stream(SCHEMA, settings))


if __name__ == "__main__":
    settings = Settings()
    worker.run(
        SCHEMA,
        settings,
        session_info=SESSION_INFO,
        streams=streams(settings),
        consumers=SUBSCRIPTIONS,
        jobs=(sealer(AuditSealed), effect_successions, recheck, imports, read_names),
        retention=retention.RULES,
    )
