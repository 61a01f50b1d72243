"""Transfers as the API takes and shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from services.registry.transfers.tables import Reason, State
from shared.schemas import AgencyCode, Creation, Schema

Side = Literal["giving", "receiving"]


class TransferCreate(Creation):
    """To whom an account is offered, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"to_agency_code": "T82.X30172", "reason": "responsibility_moved"}],
        }
    )

    to_agency_code: AgencyCode = Field(description="The agency that is to have it; in force, anywhere.")
    reason: Reason


class OfferedAccount(Schema):
    """The account in question, as everybody may see it."""

    id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    platform: str = Field(examples=["facebook"])
    url: str = Field(examples=["https://www.facebook.com/ubndxalapvo"])
    display_name: str = Field(examples=["UBND xã Lấp Vò"])
    state: str = Field(examples=["active"])


class TransferRead(Schema):
    """An offer, and what became of it."""

    id: UUID = Field(examples=["019aa7f6-3d52-7b1a-9e0c-4a6b8c0d2e4f"])
    account: OfferedAccount
    from_agency_code: str = Field(examples=["T82.X30169"])
    to_agency_code: str = Field(examples=["T82.X30172"])
    reason: Reason = Field(examples=["responsibility_moved"])
    state: State = Field(examples=["offered"])
    version: int = Field(examples=[1])
    created_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
    updated_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
