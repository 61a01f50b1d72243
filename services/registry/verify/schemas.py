"""The question "is this page real?" and its answer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.schemas import Link, Schema

Verdict = Literal["official", "compromised", "former", "unknown"]


class VerifyItem(Schema):
    """One link to verify."""

    url: Link


class VerifyRequest(Schema):
    """Many links at once: what apps use."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [{"url": "https://m.facebook.com/ubndxalapvo/"}]}]}
    )

    items: list[VerifyItem | Link] = Field(min_length=1, max_length=1000)


class CanonicalLink(Schema):
    """The account that a link stands for, whoever it belongs to."""

    platform: str
    handle: str | None
    platform_id: str | None


class OfficialAccount(Schema):
    """The registered account behind a verdict."""

    id: UUID
    agency_code: str
    agency_name: str
    display_name: str
    url: str


class Verification(Schema):
    """What the registry knows of one link."""

    verdict: Verdict
    canonical: CanonicalLink | None = Field(description="Null when the text names no account at all.")
    account: OfficialAccount | None = Field(description="Null when the verdict is `unknown`.")
    reason: str = Field(description="A closed word behind the verdict.", examples=["active"])
    advice: str = Field(description="What it means for whoever asks, in their language.")
    as_of: datetime


class Verifications(Schema):
    """One answer for each link, in the order of the request."""

    items: list[Verification]
