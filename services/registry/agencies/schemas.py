"""Agencies as the API takes and shows them."""

from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from services.registry.agencies.words import Level, NewLevel, OrganisationType
from shared.schemas import AgencyCode, Change, Creation, Line, Schema
from shared.shapes import shaped

AREA = shaped(r"^([0-9]{2}|[0-9]{3}|[0-9]{5})$", "Gồm 2, 3 hoặc 5 chữ số.", "2, 3 or 5 digits.")
AreaCode = Annotated[str, StringConstraints(pattern=AREA, max_length=5)]
_SUFFIX = shaped(r"^[0-9A-Z]+$", "Chỉ gồm chữ in hoa A–Z và chữ số.", "Capital letters A–Z and digits only.")
Suffix = Annotated[str, StringConstraints(pattern=_SUFFIX, max_length=16)]
# A spreadsheet takes what begins otherwise for a formula.
_NAME = shaped(r"^\w", "Phải bắt đầu bằng chữ hoặc số.", "Begins with a letter or a digit.")
AgencyName = Annotated[Line, StringConstraints(pattern=_NAME, max_length=255)]

# What names are made of. Not what could not be decoded (U+FFFD), nor control characters.
NAME_QUERY = shaped(
    r"^[\w\s.,;:()'’\"/&+–-]*$",
    "Chỉ gồm chữ, số, dấu cách và các dấu . , ; : ( ) ' \" / & + -.",
    "Letters, digits, spaces and . , ; : ( ) ' \" / & + - only.",
)


class AgencyCreate(Creation):
    """A public body: a department, a school, a mass organisation, or one that a reform brings."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "parent_code": "T82.X30169",
                    "suffix": "VHXH",
                    "name": "Phòng Văn hóa - Xã hội xã Lấp Vò",
                    "short_name": "Phòng VHXH xã Lấp Vò",
                    "level": "department",
                    "organisation_type": "department",
                }
            ]
        }
    )

    parent_code: AgencyCode = Field(description="The agency it stands under.")
    code: AgencyCode | None = Field(None, description="Its code. Give this or `suffix`.", examples=[None])
    suffix: Suffix | None = Field(
        None, description="Its code is the parent's, a dot, and this.", examples=["VHXH"]
    )
    official_code: AgencyCode | None = Field(
        None, description="The state agency code, where one was assigned.", examples=["H20.31.5"]
    )
    name: AgencyName
    short_name: AgencyName | None = Field(None, description="The name itself when left out.")
    level: NewLevel
    organisation_type: OrganisationType
    area_code: AreaCode | None = Field(None, description="Statistical code of its area.", examples=["30169"])
    valid_from: date | None = Field(
        None, description="First day; today when left out. It can be in the future.", examples=["2026-03-01"]
    )


class AgencyChange(Change):
    """What can be corrected; what is left out stays as it is.

    Renaming, moving and ending are legal acts: `POST /v1/successions`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"official_code": "H20.31"}]})

    name: AgencyName | None = Field(None, examples=["Ủy ban nhân dân xã Lấp Vò"])
    short_name: AgencyName | None = Field(None, examples=["UBND xã Lấp Vò"])
    official_code: AgencyCode | None = Field(
        None, description="The state agency code; null takes it away.", examples=["H20.31"]
    )
    organisation_type: OrganisationType | None = Field(None, examples=["peoples_committee"])
    area_code: AreaCode | None = Field(
        None, description="Statistical code of its area; null takes it away.", examples=["30169"]
    )


class AgencyRead(Schema):
    """A public body, in force or ended."""

    code: str = Field(examples=["T82.X30169"])
    official_code: str | None = Field(
        description="The state agency code, where one was assigned.", examples=["H20.31"]
    )
    name: str = Field(examples=["Ủy ban nhân dân xã Lấp Vò"])
    short_name: str = Field(examples=["UBND xã Lấp Vò"])
    level: Level = Field(examples=["commune"])
    organisation_type: OrganisationType | None = Field(examples=["peoples_committee"])
    area_code: str | None = Field(description="Statistical code of its area.", examples=["30169"])
    parent_code: str | None = Field(examples=["T82"])
    valid_from: date | None = Field(
        description="First day; null where the date is not recorded.", examples=["2025-07-01"]
    )
    valid_to: date | None = Field(description="The day from which it no longer exists.", examples=[None])
    successors: list[str] = Field(
        description="Codes of the agencies that took over, once it has ended.", examples=[[]]
    )
    version: int = Field(examples=[1])


class AgencyPastRead(Schema):
    """What an agency was called, and under whom it stood, for a time."""

    name: str = Field(examples=["Ủy ban nhân dân xã Long Thành"])
    short_name: str = Field(examples=["UBND xã Long Thành"])
    parent_code: str | None = Field(examples=["T75"])
    since: date | None = Field(description="Null where the date is not recorded.", examples=["2025-07-01"])
    until: date = Field(description="The day from which it was otherwise.", examples=["2026-04-30"])


class AgencyDetail(AgencyRead):
    """An agency with its place in the tree and in history."""

    predecessors: list[str] = Field(
        description="Codes of the ended agencies that it succeeds.", examples=[["L87.H875"]]
    )
    reached_by: list[str] = Field(
        description="Codes of all agencies that reach its records.", examples=[["T82", "T82.X30169"]]
    )
    past: list[AgencyPastRead] = Field(
        description="What it was before it was renamed or moved, the latest first.", examples=[[]]
    )


class AgencyNode(AgencyRead):
    """An agency in a tree."""

    depth: int = Field(description="Levels below the top.", examples=[0])


class AgencyTree(Schema):
    """An agency and what stands below it, on a day."""

    at: date = Field(examples=["2026-02-27"])
    items: list[AgencyNode] = Field(description="The top first, then level by level in the order of codes.")
    complete: bool = Field(
        description="Whether that is all. If not, ask for the trees further down, or list by `parent_code`.",
        examples=[True],
    )
