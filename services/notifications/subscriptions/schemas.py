"""Subscriptions as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.schemas import AgencyCode, Creation, Link, Schema

State = Literal["active", "disabled"]
Pattern = Annotated[str, Field(max_length=64)]


class SubscriptionCreate(Creation):
    """Events that an agency wants to receive, and where."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channel": "webhook",
                    "url": "https://hooks.dongthap.gov.vn/chinh-danh",
                    "event_types": ["reports.*", "registry.account.*"],
                }
            ]
        }
    )

    channel: Literal["webhook"]
    url: Link = Field(description="Where to POST: a public address, by https.")
    event_types: list[Pattern] = Field(
        min_length=1,
        max_length=50,
        description="Types of `GET /v1/event-types`; `prefix.*` takes in all that begin so, `*` all.",
    )
    agency_code: AgencyCode | None = Field(
        None, description="Only events of this agency and of those below it; public events too."
    )


class SubscriptionRead(Schema):
    """A subscription."""

    id: UUID = Field(examples=["019aa7f8-3b7d-7e02-a5c9-6d8e0f1a2b3c"])
    owner_code: str = Field(
        description="The agency it belongs to; it receives what this agency may see.", examples=["T82.X30169"]
    )
    agency_code: str | None = Field(
        description="Only events of this agency and of those below it.", examples=[None]
    )
    channel: Literal["webhook"]
    url: str = Field(examples=["https://hooks.dongthap.gov.vn/chinh-danh"])
    event_types: list[str] = Field(examples=[["reports.*", "registry.account.*"]])
    state: State = Field(examples=["active"])
    reason: Literal["by_owner", "failing", "gone"] | None = Field(
        description="Why it is disabled: by its owner, after days of failure, or because of a 410.",
        examples=[None],
    )
    last_seq: int = Field(
        description="Number of its latest delivery. Numbers have no gaps: `chinh-danh-sequence` of the"
        " deliveries tells a receiver whether it missed one.",
        examples=[42],
    )
    failing_since: datetime | None = Field(
        description="Since when nothing has arrived; null when all is well.", examples=[None]
    )
    previous_secret_until: datetime | None = Field(
        description="Until when the old secret signs as well.", examples=[None]
    )
    version: int = Field(examples=[1])
    created_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
    updated_at: datetime = Field(examples=["2026-02-27T03:14:15Z"])


class SubscriptionWithSecret(SubscriptionRead):
    """A subscription with its new signing secret, which is never shown again."""

    secret: str | None = Field(
        description="`whsec_` and base64 (Standard Webhooks). Null when a creation is repeated with its "
        "`Idempotency-Key`: rotate the secret if you did not receive it.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )


class SentTest(Schema):
    """A test event is on its way."""

    event_id: UUID = Field(
        description="It will arrive as `webhook-id`.", examples=["019aa7fa-5d2e-7f13-b6ca-7e9f1a2b3c4d"]
    )
