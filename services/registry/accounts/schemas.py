"""Official accounts as the API takes and shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from services.registry.accounts.words import (
    Kind,
    Purpose,
    RestorationReason,
    RetirementReason,
    ReturnReason,
    State,
    SuspensionReason,
)
from services.registry.offices.catalogue import OfficeCode
from shared.schemas import AgencyCode, Change, Creation, Line, Link, Schema
from shared.shapes import shaped

LANGUAGE_TAG = shaped(
    r"^[a-z]{2,3}(-[A-Z]{2})?$",
    "Mã ngôn ngữ, như vi, en hoặc zh-CN.",
    "A language code, such as vi, en or zh-CN.",
)
LanguageTag = Annotated[str, StringConstraints(pattern=LANGUAGE_TAG, max_length=6)]
Languages = Annotated[
    list[LanguageTag],
    Field(min_length=1, max_length=8),
    AfterValidator(lambda languages: list(dict.fromkeys(languages))),
]
DisplayName = Annotated[Line, Field(max_length=200)]
# What an address needs to be one (RFC 5321 §4.5.3.1 bounds it); whether it is read, only a letter can tell.
EmailAddress = Annotated[
    str,
    StringConstraints(
        pattern=shaped(
            r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
            "Một địa chỉ thư điện tử, như vanphong@lapvo.dongthap.gov.vn.",
            "An e-mail address, such as vanphong@lapvo.dongthap.gov.vn.",
        ),
        max_length=254,
    ),
]
# As ITU-T E.164 has it, or a short number such as 113.
_TELEPHONE = shaped(
    r"^\+?[0-9]{3,15}$",
    "3 đến 15 chữ số viết liền, có thể bắt đầu bằng +.",
    "3 to 15 digits without spaces, with a + in front if need be.",
)
Telephone = Annotated[str, StringConstraints(pattern=_TELEPHONE, max_length=16)]

_PLATFORM_ID_URL = Field(
    None,
    description="Another link to the same account that carries the platform's immutable id, where `url` shows "
    "its handle: the account is then found by both, and known again when it is renamed.",
    examples=["https://www.facebook.com/profile.php?id=100064512345678"],
)
_PURPOSE = Field(None, description="What it is mainly for.", examples=["information"])
_CONTACT_EMAIL = Field(
    None,
    description="The unit's official address, never a person's own. Shown to those within reach, never public.",
    examples=["vanphong@lapvo.dongthap.gov.vn"],
)
_CONTACT_PHONE = Field(
    None,
    description="The unit's official telephone, never a person's own. Shown to those within reach, never public.",
    examples=["+842773845123"],
)


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
    kind: Kind = Field(
        "agency",
        description="`agency`: an organisation's. `public_office`: an office's, enrolled by whoever holds it; never a "
        "person's.",
    )
    office: OfficeCode | None = Field(
        None, description="Which office, for `public_office`; see `GET /v1/offices`.", examples=[None]
    )
    url: Link = Field(description="Link to the account, as its visitors see it.")
    platform_id_url: Link | None = _PLATFORM_ID_URL
    display_name: DisplayName | None = Field(
        None,
        description="The name it shows; the agency's short name when left out. An office's account bears its title "
        "and takes no other name.",
        examples=["UBND xã Lấp Vò"],
    )
    languages: Languages = Field(description="Languages it publishes in (BCP 47).", examples=[["vi"]])
    purpose: Purpose | None = _PURPOSE
    contact_email: EmailAddress | None = _CONTACT_EMAIL
    contact_phone: Telephone | None = _CONTACT_PHONE


class AccountChange(Change):
    """What is to be different; what is left out stays as it is."""

    url: Link | None = Field(
        None,
        description="Another link: of a draft only, whose proofs go with the old one. The id goes, too, unless "
        "`platform_id_url` comes with it; `null` for that one makes the id go alone.",
        examples=["https://www.facebook.com/ubndxalapvo"],
    )
    platform_id_url: Link | None = _PLATFORM_ID_URL
    display_name: DisplayName | None = Field(
        None,
        description="The name it shows: of a draft that was never official. Any other name takes two people "
        "(`POST /v1/accounts/{account_id}/rename`).",
        examples=["UBND xã Lấp Vò"],
    )
    languages: Languages | None = Field(
        None, description="Languages it publishes in (BCP 47).", examples=[["vi"]]
    )
    purpose: Purpose | None = _PURPOSE
    contact_email: EmailAddress | None = _CONTACT_EMAIL
    contact_phone: Telephone | None = _CONTACT_PHONE


class AccountRead(Schema):
    """An account, with the identity its link stands for."""

    id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    agency_code: str = Field(examples=["T82.X30169"])
    kind: Kind = Field(examples=["agency"])
    office: OfficeCode | None = Field(description="The office, for `public_office`.", examples=[None])
    url: str = Field(description="The canonical link.", examples=["https://www.facebook.com/ubndxalapvo"])
    platform: str = Field(examples=["facebook"])
    handle: str | None = Field(examples=["ubndxalapvo"])
    platform_id: str | None = Field(
        description="The platform's immutable id, where a link carries it.", examples=["100064512345678"]
    )
    display_name: str = Field(examples=["UBND xã Lấp Vò"])
    languages: list[str] = Field(examples=[["vi"]])
    new_url: str | None = Field(
        description="Under which link it is found since it was renamed; waits for approval.", examples=[None]
    )
    new_display_name: str | None = Field(
        description="Which name it is to show; waits for approval.", examples=[None]
    )
    purpose: Purpose | None = Field(examples=["information"])
    contact_email: str | None = Field(
        description="Shown to those within reach alone.", examples=["vanphong@lapvo.dongthap.gov.vn"]
    )
    contact_phone: str | None = Field(
        description="Shown to those within reach alone.", examples=["+842773845123"]
    )
    state: State = Field(examples=["active"])
    reason: str | None = Field(
        description="Why it is suspended or retired, was returned, or was restored.", examples=[None]
    )
    version: int = Field(examples=[4])
    created_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
    updated_at: datetime = Field(examples=["2026-02-27T03:14:15Z"])


class Retirement(Change):
    """Why an account is no longer official."""

    reason: RetirementReason = Field(examples=["closed_by_agency"])


class AccountRename(Change):
    """Under which handle an account is found since it was renamed on its platform, which name it shows, or both."""

    url: Link | None = Field(
        None, description="A link with the new handle.", examples=["https://www.facebook.com/ubndlapvo"]
    )
    platform_id_url: Link | None = Field(
        None,
        description="Where no immutable id is known so far: a link that carries it, beside `url` with the handle "
        "unchanged.",
        examples=[None],
    )
    display_name: DisplayName | None = Field(
        None,
        description="The name that it is to show. An office's account bears its title and takes no other name.",
        examples=["UBND xã Lấp Vò"],
    )


class Suspension(Change):
    """Why an account must not be relied on for now."""

    reason: SuspensionReason = Field(
        description="`security`: somebody else may have got in. `owner_request`: the agency asks for it. "
        "`platform_restriction`: the platform has locked it.",
        examples=["security"],
    )


class Restoration(Change):
    """Why an account can be relied on again."""

    reason: RestorationReason = Field(
        description="`recovered`: it was out of the agency's hands and is back. `false_alarm`: it never was. "
        "`no_longer_needed`: what it was suspended for is over.",
        examples=["recovered"],
    )


class ReturnToDraft(Change):
    """Why a submitted account goes back."""

    reason: ReturnReason = Field(examples=["incomplete"])


class AccountVersionRead(Schema):
    """What an account was from `at` until its next version."""

    version: int = Field(examples=[3])
    at: datetime = Field(description="From then on it was so.", examples=["2026-02-27T03:14:15Z"])
    action: str = Field(description="What was done to it then; a closed word.", examples=["approve"])
    agency_code: str = Field(examples=["T82.X30169"])
    kind: str = Field(examples=["agency"])
    url: str = Field(examples=["https://www.facebook.com/ubndxalapvo"])
    platform: str = Field(examples=["facebook"])
    handle: str | None = Field(examples=["ubndxalapvo"])
    platform_id: str | None = Field(examples=["100064512345678"])
    display_name: str = Field(examples=["UBND xã Lấp Vò"])
    languages: list[str] = Field(examples=[["vi"]])
    purpose: str | None = Field(examples=["information"])
    office: str | None = Field(examples=[None])
    state: str = Field(examples=["active"])
    reason: str | None = Field(examples=[None])
