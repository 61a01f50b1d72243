"""Types of events as the API shows them."""

from typing import Any

from pydantic import Field

from services.notifications.event_types.catalogue import CONTRACTS
from shared.events.envelope import Audience, Envelope
from shared.schemas import Schema


class EventTypeRead(Schema):
    """One type of event: what it tells, to whom, and in which form."""

    type: str = Field(examples=["registry.account.suspended.v1"])
    summary: str = Field(examples=["An account must not be trusted for now: `reason` says why."])
    audience: Audience = Field(
        description="`public`: every subscriber; `subtree`: the agency it belongs to and those above it."
    )
    data_schema: dict[str, Any] = Field(
        description="JSON Schema of the envelope's `data`.",
        examples=[CONTRACTS["registry.account.suspended.v1"].model_json_schema()],
    )
    example: Envelope = Field(description="An event as it is delivered.")
