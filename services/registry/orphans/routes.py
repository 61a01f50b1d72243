"""`/v1/agencies/{code}/orphans`: pages of ended agencies that nobody has taken over."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.registry.orphans import queries, service
from services.registry.orphans.schemas import Orphan
from services.registry.policy import POLICY
from shared.auth import Actor
from shared.db import Session
from shared.pagination import CursorParameter, Limit, Page, decode_id_cursor, following
from shared.problems import Forbidden, Invalid, NotFound, Unauthenticated, responses
from shared.schemas import AgencyCode
from shared.urls import PLATFORMS

router = APIRouter(
    prefix="/v1/agencies/{code}",
    tags=["agencies"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)

Code = Annotated[AgencyCode, Path(description="Its code, or its official code.", examples=["T82.X30169"])]
Platform = Annotated[
    Literal[PLATFORMS] | None,  # type: ignore[valid-type]  # a tuple, which grows elsewhere
    Query(description="Only those on this platform."),
]
_EXAMPLE = (
    "account_id,platform,url,display_name,agency_code,agency_name,successors,retired_at\r\n"
    "019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e,facebook,https://www.facebook.com/ubndhuyenlapvo,UBND huyện Lấp Vò,"
    "L87.H875,Ủy ban nhân dân huyện Lấp Vò,T82.X30169 T82.X30178,2025-06-30T17:00:04Z\r\n"
)
_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "All of them, as CSV (RFC 4180) in UTF-8.",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    },
}


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
    response_class=StreamingResponse,
    responses=_CSV,
)
async def export_orphans(
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("agencies.orphans")],
    code: Code,
    platform: Platform = None,
) -> Response:
    """The whole worklist as a file, for whoever divides it up."""
    agency = await service.within_reach(session, actor, code)
    file = service.as_csv(request.app.state.database, agency, platform)
    headers = {
        "Content-Disposition": f'attachment; filename="orphans-{agency}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(file, media_type="text/csv; charset=utf-8", headers=headers)
