"""The question "is this page real?" and its answer."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from shared.schemas import Link, Schema

Verdict = Literal["official", "compromised", "former", "resembles", "unknown"]


class VerifyItem(Schema):
    """One link to verify."""

    url: Link = Field(examples=["https://m.facebook.com/ubndxalapvo/"])
    display_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = Field(
        None,
        description="The name that the page shows, if known: a name can be imitated where the link cannot.",
        examples=["UBND xã Lấp Vò"],
    )


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


class ReasonRead(Schema):
    """Why a name is like an official one."""

    code: str = Field(description="A closed word.", examples=["combined-name"])
    detail: str = Field(examples=["Ghép tên chính thức với những chữ khác."])


class Resemblance(Schema):
    """The official account that a link is like. No finding that anything is wrong with the link."""

    account: OfficialAccount
    score: float = Field(ge=0, le=1, description="How much alike they are.", examples=[0.94])
    reasons: list[ReasonRead]


class Verification(Schema):
    """What the registry knows of one link."""

    verdict: Verdict
    canonical: CanonicalLink | None = Field(description="Null when the text names no account at all.")
    account: OfficialAccount | None = Field(
        description="Null when nothing is enrolled under the link. With the reason `lapsed` it is named although it is "
        "not vouched for at present."
    )
    successor: OfficialAccount | None = Field(
        description="For a `former` link: the account that has taken its place, such as the same one renamed.",
        examples=[None],
    )
    successors: list[str] = Field(
        description="For an account that ended with its agency: the agencies that took over.", examples=[[]]
    )
    resembles: Resemblance | None = Field(
        description="Null unless the verdict is `resembles`.", examples=[None]
    )
    reason: str = Field(description="A closed word behind the verdict.", examples=["active"])
    advice: str = Field(
        description="What it means for whoever asks, in their language.",
        examples=["Đây là tài khoản chính thức của Ủy ban nhân dân xã Lấp Vò."],
    )
    as_of: datetime = Field(
        description="When the answer was last known to be what the register holds.",
        examples=["2026-02-27T03:14:15Z"],
    )


class Verifications(Schema):
    """One answer for each link, in the order of the request."""

    items: list[Verification]
