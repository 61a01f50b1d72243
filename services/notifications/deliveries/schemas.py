"""Deliveries as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.schemas import Schema

State = Literal["pending", "delivered", "dead"]


class AttemptRead(Schema):
    """One try at a delivery."""

    number: int
    at: datetime
    duration_ms: int
    status: int | None = Field(description="HTTP status of the answer; null when there was none.")
    error: str | None = Field(description="A closed word; null when it arrived.", examples=["timeout"])


class DeliveryRead(Schema):
    """One event to one subscription. `dead` ones are tried no more until you ask for it."""

    id: UUID
    event_id: UUID = Field(description="Sent as `webhook-id`.")
    event_type: str
    sequence: int = Field(description="Sent as `chinh-danh-sequence`.")
    state: State
    next_attempt_at: datetime | None = Field(description="When it is due; null unless it is pending.")
    created_at: datetime
    delivered_at: datetime | None
    attempts: list[AttemptRead]


class ReplayRequest(Schema):
    """From when on to deliver again."""

    since: AwareDatetime


class Replayed(Schema):
    """What a replay set going."""

    deliveries: int = Field(description="How many deliveries are due now because of it.")
    next_since: datetime | None = Field(description="Ask again with this as `since`: there is more.")
