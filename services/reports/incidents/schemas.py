"""Incidents as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.reports.harms.catalogue import ImpersonationFacts, TakeoverFacts
from shared.schemas import AgencyCode, Change, Creation, Link, Paragraphs, Schema

State = Literal["received", "triaged", "resolved", "refused"]
HarmCode = Literal["impersonation_agency", "account_takeover"]
Outcome = Literal["removed_by_platform", "no_longer_reachable", "control_regained", "not_confirmed"]
Refusal = Literal["fits_no_harm", "parody_or_criticism", "community_or_press", "facts_not_shown"]


class Email(Schema):
    """Answer me by e-mail."""

    kind: Literal["email"]
    value: Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$", max_length=254)]


class Phone(Schema):
    """Call me."""

    kind: Literal["phone"]
    value: Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 .-]{6,18}$", max_length=20)]


Contact = Annotated[Email | Phone, Field(discriminator="kind")]


class _Report(Creation):
    """What every report has."""

    targets: list[Link] = Field(min_length=1, max_length=10, description="Links to what does the harm.")
    agency_code: AgencyCode = Field(description="The agency whose name, or account, is abused.")
    description: Annotated[Paragraphs, Field(max_length=4000)] = Field(
        "", description="What happened. Sealed; read by the handling agency alone."
    )
    contact: Contact | None = Field(
        None, description="How to reach you, if you wish. Every reading of it is recorded and shown to you."
    )


class ImpersonationReport(_Report):
    """Somebody claims to be an agency and deceives by it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "harm": "impersonation_agency",
                    "targets": ["https://www.facebook.com/ubnd.lapvo.hotro"],
                    "agency_code": "T82.X30169",
                    "facts": {
                        "claim": "Trang chính thức của UBND xã Lấp Vò",
                        "deception": ["uses_name_and_emblem", "asks_money"],
                    },
                    "description": "Trang nhắn tin yêu cầu đóng phí làm căn cước.",
                    "contact": None,
                }
            ]
        }
    )

    harm: Literal["impersonation_agency"]
    facts: ImpersonationFacts


class TakeoverReport(_Report):
    """An official account is in other hands."""

    harm: Literal["account_takeover"]
    account_id: UUID = Field(description="The account's id in the registry.")
    facts: TakeoverFacts


Report = Annotated[ImpersonationReport | TakeoverReport, Field(discriminator="harm")]


class Receipt(Schema):
    """What a reporter takes home."""

    tracking_code: str = Field(
        description="Shown once; follow the report with it at POST /v1/track.",
        examples=["7H2K-Q9XW-4MND-C3TB-G"],
    )
    incident_id: UUID | None = Field(description="Only for officers of the handling agency.")
    what_to_do_now: list[str]
    received_at: datetime


class IncidentRead(Schema):
    """An incident. What was written is there for officers of the handling agency alone, else null."""

    id: UUID
    number: str | None = Field(
        description="Official number, given at triage.", examples=["T82.X30169/2026/17"]
    )
    harm: HarmCode
    state: State
    agency_code: str = Field(description="The handling agency.")
    account_id: UUID | None = Field(description="The hijacked account, for `account_takeover`.")
    outcome: Outcome | None
    refusal: Refusal | None
    received_at: datetime
    due_at: datetime | None = Field(description="When the present step must be done.")
    confirmed_at: datetime | None = Field(description="When a takeover was confirmed.")
    sightings: int = Field(description="How many reports there are of it.")
    version: int
    targets: list[str] | None
    facts: ImpersonationFacts | TakeoverFacts | None
    description: str | None


class SightingRead(Schema):
    """One report of an incident."""

    id: UUID
    origin: Literal["public", "officer"]
    received_at: datetime
    targets: list[str] | None
    facts: ImpersonationFacts | TakeoverFacts | None
    description: str | None
    has_contact: bool


class Resolution(Change):
    """How an incident ended."""

    outcome: Outcome


class RefusalBody(Change):
    """Why a report fits no harm."""

    reason: Refusal
