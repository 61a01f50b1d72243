"""Successions as the API takes and shows them."""

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.registry.agencies.schemas import AgencyName
from services.registry.successions.words import Kind, State
from shared.schemas import AgencyCode, Creation, Line, Schema
from shared.shapes import shaped

_NUMBER = shaped(
    r"^[\w./ -]+$", "Số và ký hiệu của văn bản, như 202/2025/QH15.", "An act's number, such as 202/2025/QH15."
)
ActNumber = Annotated[Line, StringConstraints(pattern=_NUMBER, max_length=64)]
BY_ALIAS = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)


class LegalAct(Schema):
    """The resolution or decision that a succession rests on."""

    number: ActNumber = Field(examples=["202/2025/QH15"])
    date: dt.date = Field(description="The day it was signed.", examples=["2025-06-12"])
    issuer: Annotated[Line, Field(max_length=255)] = Field(examples=["Quốc hội"])


class Move(Schema):
    """An agency and where it will stand."""

    code: AgencyCode = Field(examples=["T82.X30169.VHXH"])
    parent_code: AgencyCode = Field(examples=["T82.X30178"])


class SuccessionCreate(Creation):
    """A merger, split, renaming, dissolution or move, as its legal act has it."""

    model_config = ConfigDict(
        **BY_ALIAS,
        json_schema_extra={
            "examples": [
                {
                    "kind": "merge",
                    "legal_act": {
                        "number": "1663/NQ-UBTVQH15",
                        "date": "2025-06-16",
                        "issuer": "Ủy ban Thường vụ Quốc hội",
                    },
                    "effective_on": "2026-07-01",
                    "from": ["T82.X30169", "T82.X30178"],
                    "to": ["T82.X30181"],
                    "parent_code": "T82.X30181",
                }
            ]
        },
    )

    kind: Kind
    legal_act: LegalAct
    effective_on: dt.date = Field(
        description="The day from which it counts, in Vietnam: on that day it takes effect by itself; one "
        "in the past at once, when it is approved.",
    )
    from_: list[AgencyCode] = Field(
        alias="from",
        min_length=1,
        max_length=200,
        description="The agencies that end (merge, split, dissolve), are renamed, or are moved (reparent).",
    )
    to: list[AgencyCode] = Field(
        [],
        max_length=200,
        description="The agencies that take over. They are entered before, at `POST /v1/agencies`.",
    )
    name: AgencyName | None = Field(None, description="For a rename: the new name.", examples=[None])
    short_name: AgencyName | None = Field(
        None, description="For a rename: the new short name; the name itself when left out.", examples=[None]
    )
    parent_code: AgencyCode | None = Field(
        None,
        description="For a reparent, the new parent. Else where the children of those that end go.",
        examples=["T82.X30181"],
    )
    moves: list[Move] = Field(
        [], max_length=1000, description="Children of those that end that go elsewhere than `parent_code`."
    )


class SuccessionRead(Schema):
    """A succession and how far it is."""

    model_config = BY_ALIAS

    id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    kind: Kind = Field(examples=["merge"])
    state: State = Field(examples=["effective"])
    legal_act: LegalAct
    effective_on: dt.date = Field(examples=["2026-07-01"])
    from_: list[str] = Field(alias="from", examples=[["T82.X30169", "T82.X30178"]])
    to: list[str] = Field(examples=[["T82.X30181"]])
    name: str | None = Field(description="The new name, of a rename.", examples=[None])
    short_name: str | None = Field(description="The new short name, of a rename.", examples=[None])
    moves: list[Move] = Field(description="Every agency that gets another parent, in the order of codes.")
    conflict: str | None = Field(
        description="Why it did not take effect on its day; a closed word. It is tried again and again.",
        examples=[None],
    )
    version: int = Field(examples=[3])
    created_at: dt.datetime = Field(examples=["2026-02-20T02:30:00Z"])
    updated_at: dt.datetime = Field(examples=["2026-06-30T17:00:04Z"])
    effective_at: dt.datetime | None = Field(
        description="When it took effect here.", examples=["2026-06-30T17:00:04Z"]
    )
