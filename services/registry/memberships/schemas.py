"""Memberships as the API takes and shows them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from shared.schemas import AgencyCode, Change, Creation, Schema
from shared.shapes import shaped

Role = Literal["viewer", "officer", "approver", "admin"]
Roles = Annotated[list[Role], Field(min_length=1, max_length=4, examples=[["officer"]])]
State = Literal["planned", "in_force", "ended"]
# OpenID Connect Core 1.0 §2: a URL without query or fragment, and at most 255 ASCII characters.
_ISSUER_FORM = shaped(
    r"^https?://[!-~]+$",
    "Địa chỉ http(s) như `iss` trong mã truy cập.",
    "An http(s) address, as `iss` of the tokens has it.",
)
_SUBJECT_FORM = shaped(
    r"^[ -~]+$",
    "Mã `sub` của nhà cung cấp định danh: chỉ gồm ký tự ASCII.",
    "The provider's `sub`: ASCII only.",
)
Issuer = Annotated[str, StringConstraints(pattern=_ISSUER_FORM, max_length=255)]
Subject = Annotated[str, StringConstraints(pattern=_SUBJECT_FORM, max_length=255)]

_ISSUER = "`iss` of the tokens of whom it is for; the issuer that this service trusts when left out."
_SUBJECT = "`sub` of the tokens of whom it is for, as the identity provider gives it. No name of a person."
_TO = "The day from which it no longer holds"


class MembershipCreate(Creation):
    """Who may act for an agency from now on, or from a day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "agency_code": "T82.X30169",
                    "subject": "5c1d7a90-8a0e-4a43-9a2d-51a6de0f4b0f",
                    "roles": ["officer"],
                }
            ]
        }
    )

    agency_code: AgencyCode
    issuer: Issuer | None = Field(None, description=_ISSUER)
    subject: Subject = Field(description=_SUBJECT)
    kind: Literal["person", "system"] = Field(
        "person", description="Whether a person stands behind it. A system is never an approver."
    )
    roles: Roles
    valid_from: date | None = Field(None, description="The first day, in Vietnam; today when left out.")
    valid_to: date | None = Field(None, description=f"{_TO}; null for no end.")


class MembershipChange(Change):
    """Roles and validity, all anew. An ended membership comes back with a `valid_to` that lies ahead."""

    roles: Roles
    valid_from: date = Field(description="The first day, in Vietnam.", examples=["2026-03-01"])
    valid_to: date | None = Field(description=f"{_TO}; null for no end.", examples=[None])


class DelegationCreate(Creation):
    """Who stands in for a member while they are absent, and with which of their roles."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "subject": "b7d0a1c2-6a55-4c0f-8d2e-0f6a1e9c7d31",
                    "roles": ["officer"],
                    "valid_from": "2026-03-01",
                    "valid_to": "2026-03-15",
                }
            ]
        }
    )

    issuer: Issuer | None = Field(None, description=_ISSUER)
    subject: Subject = Field(description=_SUBJECT)
    roles: Roles
    valid_from: date = Field(description="The first day, in Vietnam.")
    valid_to: date = Field(description=f"{_TO}; at most 90 days after the first.")


class MembershipRead(Schema):
    """A membership, or a delegation of one."""

    id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    agency_code: str = Field(examples=["T82.X30169"])
    issuer: str = Field(examples=["https://sso.dongthap.gov.vn"])
    subject: str = Field(examples=["5c1d7a90-8a0e-4a43-9a2d-51a6de0f4b0f"])
    kind: Literal["person", "system"] = Field(examples=["person"])
    roles: list[Role] = Field(examples=[["officer"]])
    valid_from: date = Field(description="The first day, in Vietnam.", examples=["2026-03-01"])
    valid_to: date | None = Field(description=f"{_TO}.", examples=[None])
    state: State = Field(description="What that means today.", examples=["in_force"])
    delegation_of: UUID | None = Field(
        description="The membership whose holder it stands in for.", examples=[None]
    )
    version: int = Field(examples=[1])
    created_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
    updated_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
