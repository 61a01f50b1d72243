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
    id: UUID = Field(description="Unique; the same in the changefeed, on the bus and in `webhook-id`.")
    source: str = Field(description="`/registry`, `/reports` or `/notifications`.", examples=["/registry"])
    type: str = Field(examples=["registry.account.activated.v1"])
    subject: str = Field(description="Id of the thing the event is about.")
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str = Field(description="W3C Trace Context of the request behind the event.")
    causationid: str | None = Field(None, description="Id of the event that caused this one.")
    agency: str = Field(description="Code of the agency that the event belongs to.")
    agencypath: str = Field(description="Codes of all agencies that reach it, separated by `/`.")
    audience: Audience
    version: int = Field(description="Version of the thing after the event; older ones can be ignored.")
    data: dict[str, Any]

    @property
    def path(self) -> frozenset[str]:
        """The codes of all agencies that reach the event's agency."""
        return frozenset(self.agencypath.split("/"))
