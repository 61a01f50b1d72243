"""The lineage of an agency as the API shows it."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.successions.schemas import BY_ALIAS, LegalAct
from services.registry.successions.words import Kind
from shared.schemas import Schema


class AgencyName(Schema):
    """An agency, by code and name."""

    code: str = Field(examples=["L87.H875"])
    name: str = Field(examples=["Ủy ban nhân dân huyện Lấp Vò"])


class LineageStep(Schema):
    """One agency taking over from another."""

    model_config = BY_ALIAS

    from_: AgencyName = Field(alias="from")
    to: AgencyName
    on: date = Field(description="The day from which it counts.", examples=["2025-07-01"])
    distance: int = Field(description="Steps away: 1 is a direct predecessor or successor.", examples=[1])
    kind: Kind | None = Field(
        description="Null where it was not entered here but came with the gazetteer.", examples=[None]
    )
    legal_act: LegalAct | None = Field(description="Null where it is not recorded.")
    succession_id: UUID | None = Field(description="Null where it came with the gazetteer.", examples=[None])


class Lineage(Schema):
    """Whom an agency comes from, and what became of it: all the way, the nearest first."""

    code: str = Field(examples=["T82.X30169"])
    at: date = Field(examples=["2026-02-27"])
    predecessors: list[LineageStep]
    successors: list[LineageStep] = Field(examples=[[]])
    complete: bool = Field(
        description="Whether that is all: no more than 500 steps are shown.", examples=[True]
    )
