"""Incidents as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.reports.harms.catalogue import ImpersonationFacts, TakeoverFacts
from shared.schemas import AgencyCode, Change, Creation, Link, Paragraphs, Schema
from shared.shapes import shaped

State = Literal["received", "triaged", "resolved", "refused"]
HarmCode = Literal["impersonation_agency", "account_takeover"]
Outcome = Literal["removed_by_platform", "no_longer_reachable", "control_regained", "not_confirmed"]
Refusal = Literal["fits_no_harm", "parody_or_criticism", "community_or_press", "facts_not_shown"]


_EMAIL = shaped(
    r"^[^@\s]{1,64}@[^@\s]{1,189}$",
    "Một địa chỉ thư điện tử, như nguoibaotin@example.vn.",
    "An e-mail address, such as nguoibaotin@example.vn.",
)
_PHONE = shaped(
    r"^\+?[0-9][0-9 .-]{6,18}$",
    "Một số điện thoại, như +84 90 000 00 00.",
    "A telephone number, such as +84 90 000 00 00.",
)


class Email(Schema):
    """Answer me by e-mail."""

    kind: Literal["email"]
    value: Annotated[str, StringConstraints(pattern=_EMAIL, max_length=254)] = Field(
        examples=["nguoibaotin@example.vn"]
    )


class Phone(Schema):
    """Call me."""

    kind: Literal["phone"]
    value: Annotated[str, StringConstraints(pattern=_PHONE, max_length=20)] = Field(
        examples=["+84 90 000 00 00"]
    )


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

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "harm": "account_takeover",
                    "account_id": "019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e",
                    "targets": ["https://www.facebook.com/ubndxalapvo"],
                    "agency_code": "T82.X30169",
                    "facts": {"signs": ["lost_access", "foreign_posts"]},
                    "description": "Không đăng nhập được từ sáng nay; trang đăng bài mời đầu tư.",
                    "contact": {"kind": "email", "value": "vanthu.lapvo@dongthap.gov.vn"},
                }
            ]
        }
    )

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
    incident_id: UUID | None = Field(
        description="Only for officers of the handling agency.",
        examples=["019aa7f6-0c52-7a41-8d3e-2f4b6a8c0e1d"],
    )
    what_to_do_now: list[str] = Field(
        examples=[["Đừng nhắn tin, chuyển tiền hay cung cấp thông tin cho trang đó."]]
    )
    received_at: datetime = Field(examples=["2026-02-27T03:14:15Z"])


class IncidentRead(Schema):
    """An incident. What was written is there for officers of the handling agency alone, else null."""

    id: UUID = Field(examples=["019aa7f6-0c52-7a41-8d3e-2f4b6a8c0e1d"])
    number: str | None = Field(
        description="Official number, given at triage.", examples=["T82.X30169/2026/17"]
    )
    harm: HarmCode = Field(examples=["impersonation_agency"])
    state: State = Field(examples=["triaged"])
    agency_code: str = Field(description="The handling agency.", examples=["T82.X30169"])
    account_id: UUID | None = Field(
        description="The hijacked account, for `account_takeover`.", examples=[None]
    )
    outcome: Outcome | None = Field(examples=[None])
    refusal: Refusal | None = Field(examples=[None])
    received_at: datetime = Field(examples=["2026-02-27T03:14:15Z"])
    due_at: datetime | None = Field(
        description="When the present step must be done.", examples=["2026-03-02T10:00:00Z"]
    )
    confirmed_at: datetime | None = Field(description="When a takeover was confirmed.", examples=[None])
    sightings: int = Field(description="How many reports there are of it.", examples=[3])
    version: int = Field(examples=[2])
    targets: list[str] | None = Field(examples=[["https://www.facebook.com/ubnd.lapvo.hotro"]])
    facts: ImpersonationFacts | TakeoverFacts | None
    description: str | None = Field(examples=["Trang nhắn tin yêu cầu đóng phí làm căn cước."])


class SightingRead(Schema):
    """One report of an incident."""

    id: UUID = Field(examples=["019aa7f6-0c60-7b12-9e4f-3a5b7c9d0e1f"])
    origin: Literal["public", "officer"] = Field(examples=["public"])
    received_at: datetime = Field(examples=["2026-02-27T03:14:15Z"])
    targets: list[str] | None = Field(examples=[["https://www.facebook.com/ubnd.lapvo.hotro"]])
    facts: ImpersonationFacts | TakeoverFacts | None
    description: str | None = Field(examples=["Trang nhắn tin yêu cầu đóng phí làm căn cước."])
    has_contact: bool = Field(examples=[True])


class Resolution(Change):
    """How an incident ended."""

    outcome: Outcome = Field(examples=["removed_by_platform"])


class RefusalBody(Change):
    """Why a report fits no harm."""

    reason: Refusal = Field(examples=["parody_or_criticism"])
