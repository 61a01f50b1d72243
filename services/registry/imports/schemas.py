"""Imports as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.schemas import Change, Schema
from shared.shapes import shaped

Kind = Literal["accounts", "agencies"]
State = Literal["uploaded", "checking", "checked", "applying", "applied", "refused", "cancelled"]
Mode = Literal["all", "good"]
Outcome = Literal["good", "bad", "applied", "unchanged", "failed"]
_MAPPED = shaped(
    r"^[a-z_]{2,20}:[^\x00-\x1f]{1,200}$",
    "Dạng <trường>:<tên cột>, như agency_code:Đơn vị.",
    "<field>:<heading>, such as agency_code:Unit.",
)
Mapped = Annotated[str, StringConstraints(pattern=_MAPPED, max_length=221)]


class ImportColumn(Schema):
    """A heading of the file, and what it was understood as."""

    heading: str = Field(examples=["Tên trang"])
    field: str | None = Field(description="Null: not known, and not used.", examples=["display_name"])


class Refusal(Schema):
    """Why nothing could be made of the file."""

    code: str = Field(examples=["columns-missing"])
    detail: str = Field(examples=["Thiếu cột bắt buộc, nêu trong `missing`."])
    missing: list[str] = Field(description="Fields without a column.", examples=[["display_name"]])


class RowCounts(Schema):
    """How many rows."""

    total: int = Field(examples=[340])
    checked: int = Field(examples=[340])
    good: int = Field(description="Would be entered, or were.", examples=[331])
    bad: int = Field(description="With errors.", examples=[2])
    unchanged: int = Field(description="Registered already; left as they are.", examples=[7])
    applied: int = Field(examples=[0])
    failed: int = Field(description="Good when checked, and refused when applied.", examples=[0])


class ImportRead(Schema):
    """A file on its way from upload to effect."""

    id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    agency_code: str = Field(description="The agency of who sent it.", examples=["T82"])
    kind: Kind = Field(examples=["accounts"])
    state: State = Field(
        description="`uploaded`, then `checking` until it is `checked`; then `applying` until it is `applied`.",
        examples=["checked"],
    )
    mode: Mode | None = Field(description="What was asked to be applied.", examples=[None])
    format: Literal["csv", "xlsx"] = Field(examples=["xlsx"])
    encoding: str | None = Field(
        description="utf-8, utf-16, windows-1258, tcvn3 or vni, as recognised.", examples=["tcvn3"]
    )
    header_row: int | None = Field(description="Number of the row of headings.", examples=[3])
    columns: list[ImportColumn]
    refusal: Refusal | None = Field(description="When `state` is `refused`.", examples=[None])
    rows: RowCounts
    version: int = Field(examples=[3])
    created_at: datetime = Field(examples=["2026-02-20T02:30:00Z"])
    started_at: datetime | None = Field(examples=["2026-02-20T02:30:01Z"])
    finished_at: datetime | None = Field(examples=[None])


class FindingRead(Schema):
    """One error or warning."""

    code: str = Field(examples=["agency-unknown"])
    field: str | None = Field(description="Null: the row as a whole.", examples=["agency_code"])
    heading: str | None = Field(description="The column's heading in the file.", examples=["Mã cơ quan"])
    cell: str | None = Field(description="Where it stands, as spreadsheets count.", examples=["A12"])
    value: str | None = Field(description="What stands there.", examples=["T82.X3016"])
    detail: str = Field(examples=["Không có cơ quan này trong phạm vi của bạn."])
    suggestion: str | None = Field(description="What may be meant.", examples=["T82.X30169 (UBND xã Lấp Vò)"])


class RowRead(Schema):
    """A row about which there is something to say."""

    row: int = Field(description="Number of the row, as spreadsheets count.", examples=[12])
    outcome: Outcome | None = Field(examples=["bad"])
    errors: list[FindingRead]
    warnings: list[FindingRead]


class Application(Change):
    """What is to be applied."""

    mode: Mode = Field(
        "all",
        description="`all`: every row, and nothing while any has an error. `good`: the rows without error; the "
        "others stay listed.",
        examples=["all"],
    )
