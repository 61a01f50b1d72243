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

    paths: list[str] = Field(description="Looked for in this order.")
    line: str = Field(
        description="A line of that file.", examples=["social=https://www.facebook.com/ubndxalapvo"]
    )


class Failure(Schema):
    """Why a check did not find what it looked for."""

    code: str = Field(examples=["not-listed"])
    detail: str


class ProofRead(Schema):
    """A proof and the result of its last check."""

    id: UUID
    account_id: UUID
    method: Literal["well_known"]
    site: str
    state: Literal["pending", "valid", "failed"]
    failure: Failure | None
    publish: Publish
    checked_at: datetime | None
    expires_at: datetime | None
    version: int
    created_at: datetime
