"""CloudEvents 1.0 in JSON: how every event looks, whichever way it travels."""

from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Audience = Literal["public", "subtree"]


class EventData(BaseModel):
    """Base of the `data` of every event type: ids, closed words and public facts, nothing personal.

    Subclasses are contracts. Released ones gain optional fields at most. Every field has an example:
    `GET /v1/event-types` shows integrators what to expect.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    """`<service>.<resource>.<fact>.v1`: the CloudEvents type, and the NATS subject."""
    audience: ClassVar[Audience]
    """`public`: anybody may receive it; `subtree`: the agency it belongs to and those who reach it."""

    agency_code: str = Field(description="The agency that the event belongs to.", examples=["T82.X30169"])


class Envelope(BaseModel):
    """A CloudEvents 1.0 envelope with our extension attributes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: UUID = Field(
        description="Unique; the same in the changefeed, on the bus and in `webhook-id`.",
        examples=["019aa7fa-5d2e-7f13-b6ca-7e9f1a2b3c4d"],
    )
    source: str = Field(description="`/registry`, `/reports` or `/notifications`.", examples=["/registry"])
    type: str = Field(examples=["registry.account.activated.v1"])
    subject: str = Field(
        description="Id of the thing the event is about.", examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"]
    )
    time: datetime = Field(examples=["2026-02-27T03:14:15Z"])
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str = Field(
        description="W3C Trace Context of the request behind the event.",
        examples=["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    )
    causationid: str | None = Field(
        None,
        description="Id of the event that caused this one.",
        examples=["019aa7fa-4c1d-7e02-a5b9-6d8e0f1a2b3c"],
    )
    agency: str = Field(description="Code of the agency that the event belongs to.", examples=["T82.X30169"])
    agencypath: str = Field(
        description="Codes of all agencies that reach it, separated by `/`.", examples=["T82/T82.X30169"]
    )
    audience: Audience = Field(examples=["public"])
    version: int = Field(
        description="Version of the thing after the event; older ones can be ignored.", examples=[3]
    )
    data: dict[str, Any] = Field(
        examples=[
            {
                "agency_code": "T82.X30169",
                "account_id": "019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e",
                "kind": "agency",
                "platform": "facebook",
                "handle": "ubndxalapvo",
                "platform_id": None,
                "url": "https://www.facebook.com/ubndxalapvo",
                "display_name": "UBND xã Lấp Vò",
                "languages": ["vi"],
                "state": "active",
                "reason": None,
            }
        ]
    )

    @property
    def path(self) -> frozenset[str]:
        """The codes of all agencies that reach the event's agency."""
        return frozenset(self.agencypath.split("/"))
