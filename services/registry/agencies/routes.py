"""`/v1/agencies`: the tree of public bodies, of any day."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.registry.agencies import queries
from services.registry.agencies.schemas import AgencyDetail, AgencyRead, Level
from services.registry.policy import POLICY
from shared import clock, tenancy
from shared.auth import Actor
from shared.db import Session
from shared.pagination import CursorParameter, Limit, Page, decode_cursor, encode_cursor
from shared.problems import Invalid, NotFound, responses
from shared.schemas import AgencyCode

router = APIRouter(prefix="/v1/agencies", tags=["agencies"])


@router.get("", operation_id="listAgencies", summary="List agencies", responses=responses(Invalid))
async def list_agencies(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.list")],
    at: Annotated[
        date | None,
        Query(description="The tree as of this day; today when left out.", examples=["2025-07-01"]),
    ] = None,
    parent_code: Annotated[
        AgencyCode | None, Query(description="Only direct children of this one.", examples=["T82"])
    ] = None,
    level: Annotated[Level | None, Query(description="Only those of this level.")] = None,
    cursor: CursorParameter = None,
    limit: Limit = 100,
) -> Page[AgencyRead]:
    """Agencies in force on a day, in the order of their codes."""
    rows = await queries.page(
        session,
        at=at or clock.today(),
        parent_code=await tenancy.parameter(session, "parent_code", parent_code),
        level=level,
        after=decode_cursor(cursor),
        limit=limit,
    )
    return Page(
        items=[_read(row) for row in rows],
        next_cursor=encode_cursor(rows[-1].code) if len(rows) == limit else None,
    )


@router.get(
    "/{code}", operation_id="readAgency", summary="Read one agency", responses=responses(NotFound, Invalid)
)
async def read_agency(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.read")],
    code: Annotated[AgencyCode, Path(description="Its code, or its official code.", examples=["T82.X30169"])],
) -> AgencyDetail:
    """An agency, in force or ended, with its predecessors and successors."""
    row = await queries.find(session, code)
    if row is None:
        raise NotFound
    return AgencyDetail(
        **_read(row).model_dump(),
        predecessors=await queries.predecessors(session, row.code),
        reached_by=await tenancy.path(session, row.code),
    )


def _read(row: object) -> AgencyRead:
    return AgencyRead.model_validate({name: getattr(row, name) for name in AgencyRead.model_fields})
