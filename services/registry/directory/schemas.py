"""What can be asked of the directory, and its entries."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.registry.accounts.schemas import LANGUAGE_TAG
from services.registry.accounts.words import Purpose
from shared.schemas import AgencyCode, Schema
from shared.shapes import shaped
from shared.urls import PLATFORMS

Status = Literal["active", "suspended", "lapsed", "retired"]
"""`lapsed`: no proof of control is valid any more. `retired`: it was official, and is not."""
Sort = Literal["name", "newest", "agency"]
State = Literal["active", "suspended", "lapsed", "retired"]

SEARCHED = shaped(
    r"^[^\x00-\x1f\x7f]*$",
    "Một dòng, không có ký tự điều khiển.",
    "One line without control characters.",
)
"""Whatever stands in names; of all but letters and digits nothing is asked."""
_AREA = shaped(r"^[0-9]{2,5}$", "2 đến 5 chữ số.", "2 to 5 digits.")


class DirectoryQuery(Schema):
    """Which accounts; each word narrows the choice, and a word that is not known is refused."""

    q: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=SEARCHED)] | None = Field(
        None,
        description="Words that begin words of the name, the handle, the platform or the agency's names; accents and "
        "case do not matter.",
        examples=["lap vo facebook"],
    )
    platform: (
        Annotated[str, StringConstraints(pattern=rf"^({'|'.join(PLATFORMS)})$", max_length=32)] | None
    ) = Field(None, description="Only accounts of this platform.", examples=["facebook"])
    agency_code: AgencyCode | None = Field(
        None,
        description="Only accounts of this agency; its official code will do, too.",
        examples=["T82.X30169"],
    )
    include_below: bool = Field(
        default=False,
        description="With `agency_code`: also of the agencies below it, and of those it succeeds.",
    )
    area_code: Annotated[str, StringConstraints(pattern=_AREA, max_length=5)] | None = Field(
        None, description="Only accounts of agencies of this area (its statistical code).", examples=["30169"]
    )
    language: Annotated[str, StringConstraints(pattern=LANGUAGE_TAG, max_length=6)] | None = Field(
        None, description="Only accounts that publish in this language (BCP 47).", examples=["vi"]
    )
    purpose: Purpose | None = Field(
        None, description="Only accounts that are mainly for this.", examples=["information"]
    )
    status: Status | None = Field(
        None,
        description="Only accounts in this state: `suspended` ones must not be trusted for now, `lapsed` and `retired` "
        "ones are not official any more. When left out: `active` and `suspended`.",
        examples=["active"],
    )
    at: date | None = Field(
        None,
        description="The directory as it stood at the end of this day in Vietnam; as it stands now when left out. "
        "Agencies have the names of that day, and stand in the tree of today.",
        examples=["2026-02-27"],
    )
    sort: Sort = Field(
        "name",
        description="By the name shown, without accents; by the time of entry, the newest first; or by the codes of "
        "agencies.",
    )


class DirectoryPageQuery(DirectoryQuery):
    """Which accounts, and which page of them."""

    cursor: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None,
        description="`next_cursor` of the page before; opaque.",
        examples=["MDE5YWE3ZjQtMWY2ZS03Y2MzLTlkMGItNWIxYzJmM2E0ZDVl"],
    )
    limit: int = Field(100, ge=1, le=200, description="How many items to return at most.")


class CsvQuery(DirectoryQuery):
    """Which accounts, and for whom the CSV is."""

    bom: bool = Field(default=False, description="Begin with a byte order mark, by which Excel knows UTF-8.")


class DirectoryEntry(Schema):
    """An account that is official, or was."""

    id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    agency_code: str = Field(examples=["T82.X30169"])
    agency_name: str = Field(examples=["Ủy ban nhân dân xã Lấp Vò"])
    kind: str = Field(description="A closed word; there will be more of them.", examples=["agency"])
    office: str | None = Field(description="Which public office, of `GET /v1/offices`.", examples=[None])
    purpose: str | None = Field(examples=["information"])
    platform: str = Field(examples=["facebook"])
    handle: str | None = Field(examples=["ubndxalapvo"])
    platform_id: str | None = Field(
        description="The platform's immutable id, where it is known.", examples=["100064512345678"]
    )
    display_name: str = Field(examples=["UBND xã Lấp Vò"])
    url: str = Field(description="The canonical link.", examples=["https://www.facebook.com/ubndxalapvo"])
    languages: list[str] = Field(examples=[["vi"]])
    state: State = Field(examples=["active"])
    reason: str | None = Field(
        description="Why it is suspended or retired, or was restored.", examples=[None]
    )
    version: int = Field(examples=[4])
    updated_at: datetime = Field(
        description="Since when all of this is so.", examples=["2026-02-27T03:14:15Z"]
    )
