"""Proofs as the API takes and shows them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from services.registry.proofs.tables import Strength
from shared.schemas import AgencyCode, Change, Creation, Link, Schema
from shared.shapes import shaped

MethodName = Literal["well_known", "backlink", "dns_txt", "profile_code", "document"]
State = Literal["pending", "valid", "failed"]
Site = Annotated[Link, AfterValidator(lambda site: site.rstrip("/"))]
_SITE = "Address of the agency's own site: scheme and host, no path."
_EXAMPLE = "https://lapvo.dongthap.gov.vn"
_PATH = shaped(
    r"^/[!-\[\]-~]*$",
    "Bắt đầu bằng /, không có dấu cách; chữ có dấu phải mã hoá phần trăm.",
    "Begins with /, has no spaces, and is percent-encoded.",
)
_NUMBER = shaped(
    r"^[0-9]{1,6}[0-9A-Za-zĐđ./&-]*$",
    "Số và ký hiệu của văn bản, như 05/TB-UBND.",
    "A letter's number and sign, such as 05/TB-UBND.",
)
_CODE = shaped(
    r"^[0-9A-Za-z -]+$", "Mã như hiện trên trang: chữ, số và gạch nối.", "The code as it stands there."
)
_PLATFORM_ID = shaped(
    r"^[0-9A-Za-z_-]+$", "Chỉ gồm chữ không dấu, số, - và _.", "Letters, digits, - and _ only."
)


class WellKnownProof(Creation):
    """The agency's site lists the account in its trust.txt."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"method": "well_known", "site": _EXAMPLE}]})

    method: Literal["well_known"]
    site: Site = Field(description=_SITE)


class BacklinkProof(Creation):
    """A page of the agency's site links to the account with `rel="me"`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"method": "backlink", "site": _EXAMPLE, "path": "/lien-he"}]}
    )

    method: Literal["backlink"]
    site: Site = Field(description=_SITE)
    path: Annotated[str, StringConstraints(pattern=_PATH, max_length=1024)] = Field(
        "/", description="The page with the link, percent-encoded; the front page when not given."
    )


class DnsTxtProof(Creation):
    """A TXT record of the domain of the agency's site holds a code."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"method": "dns_txt", "site": _EXAMPLE}]})

    method: Literal["dns_txt"]
    site: Site = Field(description=_SITE)


class ProfileCodeProof(Creation):
    """The account shows a code in its profile, and another person of the agency attests to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"method": "profile_code"}]})

    method: Literal["profile_code"]


class DocumentProof(Creation):
    """An official letter says whose the account is. The registry keeps its reference, not the letter."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"method": "document", "number": "05/TB-UBND", "issued_on": "2026-02-18", "issued_by": "T82"}
            ]
        }
    )

    method: Literal["document"]
    number: Annotated[str, StringConstraints(pattern=_NUMBER, max_length=50)] = Field(
        description="Its number and sign, as Decree 30/2020/NĐ-CP has them."
    )
    issued_on: date
    issued_by: AgencyCode = Field(description="Code of the agency that issued it.")


ProofCreate = Annotated[
    WellKnownProof | BacklinkProof | DnsTxtProof | ProfileCodeProof | DocumentProof,
    Field(discriminator="method"),
]


class Attestation(Change):
    """What a second person saw on the account's own profile."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://www.facebook.com/ubndxalapvo",
                    "code": "chinhdanh-abcd-efgh-jkmn-pqrs",
                    "platform_id": "100064512345678",
                }
            ]
        }
    )

    url: Link = Field(description="Address of the profile on which the code stands.")
    code: Annotated[str, StringConstraints(pattern=_CODE, max_length=64)] = Field(
        description="The code, as it stands there."
    )
    platform_id: Annotated[str, StringConstraints(pattern=_PLATFORM_ID, max_length=64)] | None = Field(
        None, description="The platform's immutable id of the account, where it shows one."
    )


class Publish(Schema):
    """What to publish, and where."""

    instructions: str = Field(
        description="What to do, in the caller's language.",
        examples=["Thêm dòng này vào tệp trust.txt trên trang của cơ quan, rồi cho kiểm tra."],
    )
    places: list[str] = Field(
        description="Addresses or domain names, looked at in this order.",
        examples=[[f"{_EXAMPLE}/.well-known/trust.txt", f"{_EXAMPLE}/trust.txt"]],
    )
    line: str = Field(
        description="What to put there, to the letter; empty when nothing is published.",
        examples=["social=https://www.facebook.com/ubndxalapvo"],
    )


class Document(Schema):
    """Reference of an official letter."""

    number: str = Field(examples=["05/TB-UBND"])
    issued_on: date = Field(examples=["2026-02-18"])
    issued_by: str = Field(description="Code of the agency that issued it.", examples=["T82"])


class Failure(Schema):
    """Why a check did not find what it looked for."""

    code: str = Field(examples=["not-listed"])
    detail: str = Field(examples=["Tệp trust.txt không nêu tài khoản này."])


class ProofRead(Schema):
    """A proof and the result of its last check."""

    id: UUID = Field(examples=["019aa7f5-2e41-7d90-8c1b-3f5a7b9d1e2f"])
    account_id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    method: MethodName
    site: str | None = Field(examples=[_EXAMPLE])
    path: str | None = Field(examples=[None])
    document: Document | None = Field(examples=[None])
    state: State = Field(examples=["valid"])
    strength: Strength | None = Field(
        description="What it counts for while it is valid; an account is approved with `medium` at least.",
        examples=["strong"],
    )
    confirmed_both_ways: bool | None = Field(
        description="Whether the account's own page links back to the site; null where that cannot be seen.",
        examples=[None],
    )
    seen_platform_id: str | None = Field(
        description="The platform's immutable id, where whoever attested saw it.", examples=[None]
    )
    failure: Failure | None = Field(description="What the last check found wrong.", examples=[None])
    failing_since: datetime | None = Field(
        description="The first of the failed checks. A valid proof of an official account stays valid for some "
        "days of grace; then it has failed.",
        examples=[None],
    )
    publish: Publish
    checked_at: datetime | None = Field(examples=["2026-02-27T03:14:15Z"])
    expires_at: datetime | None = Field(examples=["2026-05-28T03:14:15Z"])
    next_check_at: datetime | None = Field(
        description="When it will be looked at again by itself.", examples=["2026-03-06T03:14:15Z"]
    )
    version: int = Field(examples=[2])
    created_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
