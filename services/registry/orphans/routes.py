"""`/v1/agencies/{code}/orphans`: pages of ended agencies that nobody has taken over."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from services.registry.agencies.parameters import Code
from services.registry.orphans import queries, service
from services.registry.orphans.schemas import Orphan
from services.registry.policy import POLICY
from shared import files
from shared.auth import Actor
from shared.db import Session
from shared.openapi import file_answer
from shared.pagination import CursorParameter, Limit, Page, decode_id_cursor, following
from shared.problems import Forbidden, Invalid, NotFound, Unauthenticated, responses
from shared.urls import PLATFORMS

router = APIRouter(
    prefix="/v1/agencies/{code}",
    tags=["agencies"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)

Platform = Annotated[
    Literal[PLATFORMS] | None,  # type: ignore[valid-type]  # a tuple, which grows elsewhere
    Query(description="Only those on this platform."),
]
_EXAMPLE = (
    "account_id,platform,url,display_name,agency_code,agency_name,successors,retired_at\r\n"
    "019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e,facebook,https://www.facebook.com/ubndhuyenlapvo,UBND huyện Lấp Vò,"
    "L87.H875,Ủy ban nhân dân huyện Lấp Vò,T82.X30169 T82.X30178,2025-06-30T17:00:04Z\r\n"
)


@router.get("/orphans", operation_id="listOrphans", summary="List orphaned accounts")
async def list_orphans(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("agencies.orphans")],
    code: Code,
    platform: Platform = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[Orphan]:
    """Accounts that ended with their agency: of this one, of those below it, and of those it succeeds.

    Whoever takes one over (`/v1/transfers`) takes it off the list.
    """
    agency = await service.within_reach(session, actor, code)
    rows = await queries.page(session, agency, platform=platform, after=decode_id_cursor(cursor), limit=limit)
    items = [service.orphan(row) for row in rows]
    return Page(items=items, next_cursor=following(items, limit, lambda last: last.account_id))


@router.get(
    "/orphans.csv",
    operation_id="exportOrphans",
    summary="Export orphaned accounts",
    response_class=Response,
    responses=file_answer("text/csv", _EXAMPLE),
)
async def export_orphans(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("agencies.orphans")],
    code: Code,
    platform: Platform = None,
) -> Response:
    """The whole worklist as a file, for whoever divides it up."""
    agency = await service.within_reach(session, actor, code)
    headers = {
        "Content-Disposition": f'attachment; filename="orphans-{agency}.csv"',
        "Cache-Control": "no-store",
    }
    return await files.answer(service.as_csv(session, agency, platform), "text/csv", headers)
