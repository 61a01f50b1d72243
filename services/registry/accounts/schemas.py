"""Official accounts as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from shared.schemas import AgencyCode, Change, Creation, Line, Link, Schema

State = Literal["draft", "submitted", "active", "suspended", "retired"]
RetireReason = Literal["closed_by_agency", "no_longer_held", "registered_in_error"]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$", max_length=6)]


class AccountCreate(Creation):
    """A page, channel, profile, site or app that an agency says is its own."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "agency_code": "T82.X30169",
                    "kind": "agency",
                    "url": "https://www.facebook.com/ubndxalapvo",
                    "display_name": "UBND xã Lấp Vò",
                    "languages": ["vi"],
                }
            ]
        }
    )

    agency_code: AgencyCode
    kind: Literal["agency"] = Field("agency", description="An organisation's account; never a person's.")
    url: Link = Field(description="Link to the account, as its visitors see it.")
    display_name: Annotated[Line, Field(max_length=200, description="The name it shows.")]
    languages: list[LanguageTag] = Field(
        min_length=1, max_length=8, description="Languages it publishes in (BCP 47).", examples=[["vi"]]
    )


class AccountRead(Schema):
    """An account, with the identity its link stands for."""

    id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    agency_code: str = Field(examples=["T82.X30169"])
    kind: Literal["agency"]
    url: str = Field(description="The canonical link.", examples=["https://www.facebook.com/ubndxalapvo"])
    platform: str = Field(examples=["facebook"])
    handle: str | None = Field(examples=["ubndxalapvo"])
    platform_id: str | None = Field(
        description="The platform's immutable id, where the link carries it.", examples=["100064512345678"]
    )
    display_name: str = Field(examples=["UBND xã Lấp Vò"])
    languages: list[str] = Field(examples=[["vi"]])
    state: State = Field(examples=["active"])
    reason: str | None = Field(description="Why it is suspended or retired.", examples=[None])
    version: int = Field(examples=[4])
    created_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
    updated_at: datetime = Field(examples=["2026-02-27T03:14:15Z"])


class Retirement(Change):
    """Why an account is no longer official."""

    reason: RetireReason = Field(examples=["closed_by_agency"])
