"""The question "is this page real?" and its answer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.schemas import Link, Schema

Verdict = Literal["official", "compromised", "former", "unknown"]


class VerifyItem(Schema):
    """One link to verify."""

    url: Link = Field(examples=["https://m.facebook.com/ubndxalapvo/"])


class VerifyRequest(Schema):
    """Many links at once: what apps use."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"url": "https://m.facebook.com/ubndxalapvo/"}]}]}
    )

    items: list[VerifyItem | Link] = Field(min_length=1, max_length=1000)


class CanonicalLink(Schema):
    """The account that a link stands for, whoever it belongs to."""

    platform: str = Field(examples=["facebook"])
    handle: str | None = Field(examples=["ubndxalapvo"])
    platform_id: str | None = Field(examples=[None])


class OfficialAccount(Schema):
    """The registered account behind a verdict."""

    id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    agency_code: str = Field(examples=["T82.X30169"])
    agency_name: str = Field(examples=["Ủy ban nhân dân xã Lấp Vò"])
    display_name: str = Field(examples=["UBND xã Lấp Vò"])
    url: str = Field(examples=["https://www.facebook.com/ubndxalapvo"])


class Verification(Schema):
    """What the registry knows of one link."""

    verdict: Verdict
    canonical: CanonicalLink | None = Field(description="Null when the text names no account at all.")
    account: OfficialAccount | None = Field(description="Null when the verdict is `unknown`.")
    successor: OfficialAccount | None = Field(
        description="For a `former` link: the account that has taken its place, such as the same one renamed.",
        examples=[None],
    )
    successors: list[str] = Field(
        description="For an account that ended with its agency: the agencies that took over.", examples=[[]]
    )
    reason: str = Field(description="A closed word behind the verdict.", examples=["active"])
    advice: str = Field(
        description="What it means for whoever asks, in their language.",
        examples=["Đây là tài khoản chính thức của Ủy ban nhân dân xã Lấp Vò."],
    )
    as_of: datetime = Field(examples=["2026-02-27T03:14:15Z"])


class Verifications(Schema):
    """One answer for each link, in the order of the request."""

    items: list[Verification]
