"""Orphans as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from shared.schemas import Schema


class Orphan(Schema):
    """An account that ended with its agency, and that nobody has taken over."""

    account_id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    platform: str = Field(examples=["facebook"])
    url: str = Field(examples=["https://www.facebook.com/ubndhuyenlapvo"])
    display_name: str = Field(examples=["UBND huyện Lấp Vò"])
    agency_code: str = Field(description="The agency that has ended.", examples=["L87.H875"])
    agency_name: str = Field(examples=["Ủy ban nhân dân huyện Lấp Vò"])
    successors: list[str] = Field(
        description="Codes of the agencies that took over from it, any of which may take the account over.",
        examples=[["T82.X30169"]],
    )
    retired_at: datetime = Field(examples=["2025-06-30T17:00:04Z"])
