"""Proofs as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field

from shared.schemas import Creation, Link, Schema


def _is_origin(site: str) -> str:
    return site.rstrip("/")


class ProofCreate(Creation):
    """How the agency will show that the account is its own."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"method": "well_known", "site": "https://lapvo.dongthap.gov.vn"}]}
    )

    method: Literal["well_known"] = Field(
        description="`well_known`: the agency's site lists the account in its trust.txt."
    )
    site: Annotated[Link, AfterValidator(_is_origin)] = Field(
        description="Address of the agency's own site: scheme and host, no path."
    )


class Publish(Schema):
    """What to publish, and where."""

    paths: list[str] = Field(
        description="Looked for in this order.", examples=[["/.well-known/trust.txt", "/trust.txt"]]
    )
    line: str = Field(
        description="A line of that file.", examples=["social=https://www.facebook.com/ubndxalapvo"]
    )


class Failure(Schema):
    """Why a check did not find what it looked for."""

    code: str = Field(examples=["not-listed"])
    detail: str = Field(examples=["Tệp trust.txt không nêu tài khoản này."])


class ProofRead(Schema):
    """A proof and the result of its last check."""

    id: UUID = Field(examples=["019aa7f5-2e41-7d90-8c1b-3f5a7b9d1e2f"])
    account_id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    method: Literal["well_known"]
    site: str = Field(examples=["https://lapvo.dongthap.gov.vn"])
    state: Literal["pending", "valid", "failed"] = Field(examples=["valid"])
    failure: Failure | None = Field(examples=[None])
    publish: Publish
    checked_at: datetime | None = Field(examples=["2026-02-27T03:14:15Z"])
    expires_at: datetime | None = Field(examples=["2026-05-28T03:14:15Z"])
    version: int = Field(examples=[2])
    created_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
