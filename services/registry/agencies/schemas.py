"""Agencies as the API shows them."""

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas import Schema

Level = Literal["central", "province", "commune", "department", "unit", "district"]


class AgencyRead(Schema):
    """A public body, in force or ended."""

    code: str = Field(examples=["T82.X30169"])
    official_code: str | None = Field(
        description="The state agency code, where one was assigned.", examples=["H20.31"]
    )
    name: str = Field(examples=["Ủy ban nhân dân xã Lấp Vò"])
    short_name: str = Field(examples=["UBND xã Lấp Vò"])
    level: Level = Field(examples=["commune"])
    area_code: str | None = Field(description="Statistical code of its area.", examples=["30169"])
    parent_code: str | None = Field(examples=["T82"])
    valid_from: date | None = Field(
        description="First day; null where the date is not recorded.", examples=["2025-07-01"]
    )
    valid_to: date | None = Field(description="The day from which it no longer exists.", examples=[None])
    successors: list[str] = Field(
        description="Codes of the agencies that took over, once it has ended.", examples=[[]]
    )


class AgencyDetail(AgencyRead):
    """An agency with its place in the tree and in history."""

    predecessors: list[str] = Field(
        description="Codes of the ended agencies that it succeeds.", examples=[["L87.H875"]]
    )
    reached_by: list[str] = Field(
        description="Codes of all agencies that reach its records.", examples=[["T82", "T82.X30169"]]
    )
