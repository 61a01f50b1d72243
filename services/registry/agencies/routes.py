"""`/v1/agencies`: the tree of public bodies, of any day."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Response
from sqlalchemy import Row

from services.registry.agencies import queries, service
from services.registry.agencies.entering import CodeTaken
from services.registry.agencies.parameters import At, Code
from services.registry.agencies.queries import Filter
from services.registry.agencies.schemas import (
    NAME_QUERY,
    AgencyChange,
    AgencyCreate,
    AgencyDetail,
    AgencyNode,
    AgencyPastRead,
    AgencyRead,
    AgencyTree,
    AreaCode,
)
from services.registry.agencies.words import Level, OrganisationType
from services.registry.policy import POLICY
from shared import clock, tenancy
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import CursorParameter, Limit, Page, decode_cursor, following
from shared.problems import Forbidden, Invalid, NotFound, Unauthenticated, responses
from shared.schemas import AgencyCode
from shared.versions import ExpectedVersion, StaleVersion, tag

MOST_IN_A_TREE = 1000

router = APIRouter(prefix="/v1/agencies", tags=["agencies"])

Shown = TypeVar("Shown", bound=AgencyRead)


@router.post(
    "",
    operation_id="createAgency",
    openapi_extra=shows(
        code="T82.X30169.VHXH",
        official_code=None,
        name="Phòng Văn hóa - Xã hội xã Lấp Vò",
        short_name="Phòng VHXH xã Lấp Vò",
        level="department",
        organisation_type="department",
        parent_code="T82.X30169",
    ),
    summary="Enter an agency",
    status_code=201,
    responses=responses(Unauthenticated, Forbidden, NotFound, CodeTaken, InProgress, Invalid, KeyReused),
)
async def create_agency(
    body: AgencyCreate,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("agencies.create")],
    once: Idempotency,
    response: Response,
) -> AgencyRead:
    """Enter an agency under one within your reach. It is found and counts from its first day."""
    await once.claim(session, actor)
    row = await service.create(session, actor, body)
    response.headers["Location"] = f"/v1/agencies/{row['code']}"
    return await once.keep(session, actor, response, _read(row, response))


@router.get("", operation_id="listAgencies", summary="List agencies", responses=responses(Invalid))
async def list_agencies(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.list")],
    at: At = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=100,
            pattern=NAME_QUERY,
            description="Only those whose names have words that begin so; accents and case do not matter.",
            examples=["lap vo"],
        ),
    ] = None,
    parent_code: Annotated[
        AgencyCode | None, Query(description="Only direct children of this one.", examples=["T82"])
    ] = None,
    level: Annotated[Level | None, Query(description="Only those of this level.")] = None,
    organisation_type: Annotated[
        OrganisationType | None, Query(description="Only organisations of this kind.")
    ] = None,
    area_code: Annotated[
        AreaCode | None, Query(description="Only those of this area.", examples=["30169"])
    ] = None,
    cursor: CursorParameter = None,
    limit: Limit = 100,
) -> Page[AgencyRead]:
    """Agencies in force on a day, in the order of their codes; with `q`, the best matches first.

    The best are those with exactly this name, then those whose name ends so, then the others; among them
    by level, then by name. Names, parents and the search are those of the day: a renamed agency is found
    by its former name with an `at` before the day it was renamed.
    """
    parent_code = await tenancy.parameter(session, "parent_code", parent_code)
    which = Filter(at or clock.today(), parent_code, level, organisation_type, area_code, q)
    rows = await queries.page(session, which, after=decode_cursor(cursor), limit=limit)
    return Page(
        items=[_shown(row, AgencyRead) for row in rows],
        next_cursor=following(rows, limit, lambda last: last.code),
    )


@router.get(
    "/{code}", operation_id="readAgency", summary="Read one agency", responses=responses(NotFound, Invalid)
)
async def read_agency(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.read")],
    code: Code,
    response: Response,
    at: At = None,
) -> AgencyDetail:
    """An agency, in force or ended, with its predecessors, its successors and its past."""
    row = await queries.find(session, code, at=at)
    if row is None:
        raise NotFound
    tag(response, row.version)
    return AgencyDetail(
        **_shown(row, AgencyRead).model_dump(),
        predecessors=await queries.predecessors(session, row.code),
        reached_by=await tenancy.path(session, row.code),
        past=[_past(each) for each in await queries.past(session, row.code)],
    )


@router.patch(
    "/{code}",
    operation_id="changeAgency",
    openapi_extra=shows(version=2),
    summary="Correct an agency",
    responses=responses(Unauthenticated, Forbidden, NotFound, CodeTaken, StaleVersion, Invalid),
)
async def change_agency(
    code: Code,
    body: AgencyChange,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("agencies.change")],
    expected: ExpectedVersion,
    response: Response,
) -> AgencyRead:
    """Correct what is recorded. What a legal act changes is entered at `/v1/successions` instead."""
    return _read(await service.change(session, actor, code, body, expected), response)


@router.get(
    "/{code}/tree",
    operation_id="readAgencyTree",
    summary="Read a tree",
    responses=responses(NotFound, Invalid),
)
async def read_tree(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.tree")],
    code: Code,
    depth: Annotated[int, Query(ge=0, le=8, description="How many levels below it.")] = 2,
    at: At = None,
) -> AgencyTree:
    """An agency and what stands below it on a day: at most a thousand of them."""
    day = at or clock.today()
    top = await queries.find(session, code)
    if top is None:
        raise NotFound
    rows = await queries.tree(session, top.code, at=day, depth=depth, limit=MOST_IN_A_TREE + 1)
    return AgencyTree(
        at=day,
        items=[_shown(row, AgencyNode) for row in rows[:MOST_IN_A_TREE]],
        complete=len(rows) <= MOST_IN_A_TREE,
    )


def _read(row: Mapping[str, Any], response: Response) -> AgencyRead:
    tag(response, row["version"])
    return AgencyRead.model_validate({name: row[name] for name in AgencyRead.model_fields})


def _shown(row: Row[Any], model: type[Shown]) -> Shown:
    return model.model_validate({name: getattr(row, name) for name in model.model_fields})


def _past(row: Row[Any]) -> AgencyPastRead:
    return AgencyPastRead.model_validate({name: getattr(row, name) for name in AgencyPastRead.model_fields})
