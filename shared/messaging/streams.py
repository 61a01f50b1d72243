"""The streams of JetStream: one of facts for each service, and one of current states where others need them."""

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, StorageType, StreamConfig

from shared.settings import ServiceSettings


def fact_stream(service: str, settings: ServiceSettings) -> StreamConfig:
    """The stream of a service's facts: thirty days, on disk, refusing more when full."""
    return StreamConfig(
        name=service.upper(),
        subjects=[f"{service}.>"],
        storage=StorageType.FILE,
        max_age=30 * 24 * 3600,
        max_bytes=settings.nats_stream_bytes,
        num_replicas=settings.nats_replicas,
        discard=DiscardPolicy.NEW,
        duplicate_window=120,
    )


def state_stream(service: str, settings: ServiceSettings) -> StreamConfig:
    """The compacted stream of current states: the last message of each subject, for ever."""
    return StreamConfig(
        name=f"{service.upper()}_STATE",
        subjects=[f"state.{service}.>"],
        storage=StorageType.FILE,
        max_msgs_per_subject=1,
        max_bytes=settings.nats_stream_bytes,
        num_replicas=settings.nats_replicas,
        discard=DiscardPolicy.OLD,
        duplicate_window=120,
    )


async def declare_stream(js: JetStreamContext, config: StreamConfig) -> None:
    """Create the stream, or bring an existing one to this configuration."""
    try:
        await js.add_stream(config)
    except nats.js.errors.BadRequestError:
        await js.update_stream(config)
