"""Deliveries as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.schemas import Schema

State = Literal["pending", "delivered", "dead"]


class AttemptRead(Schema):
    """One try at a delivery."""

    number: int = Field(examples=[1])
    at: datetime = Field(examples=["2026-02-27T03:14:15Z"])
    duration_ms: int = Field(examples=[84])
    status: int | None = Field(
        description="HTTP status of the answer; null when there was none.", examples=[503]
    )
    error: str | None = Field(description="A closed word; null when it arrived.", examples=["timeout"])


class DeliveryRead(Schema):
    """One event to one subscription. `dead` ones are tried no more until you ask for it."""

    id: UUID = Field(examples=["019aa7fb-6a1c-7b24-97db-8fa02b3c4d5e"])
    event_id: UUID = Field(
        description="Sent as `webhook-id`.", examples=["019aa7fa-5d2e-7f13-b6ca-7e9f1a2b3c4d"]
    )
    event_type: str = Field(examples=["registry.account.suspended.v1"])
    sequence: int = Field(description="Sent as `chinh-danh-sequence`.", examples=[42])
    state: State = Field(examples=["pending"])
    next_attempt_at: datetime | None = Field(
        description="When it is due; null unless it is pending.", examples=["2026-02-27T03:19:15Z"]
    )
    created_at: datetime = Field(examples=["2026-02-27T03:14:15Z"])
    delivered_at: datetime | None = Field(examples=[None])
    attempts: list[AttemptRead]


class ReplayRequest(Schema):
    """From when on to deliver again."""

    since: AwareDatetime = Field(examples=["2026-02-20T02:30:00Z"])


class Replayed(Schema):
    """What a replay set going."""

    deliveries: int = Field(description="How many deliveries are due now because of it.", examples=[17])
    next_since: datetime | None = Field(
        description="Ask again with this as `since`: there is more.", examples=[None]
    )
