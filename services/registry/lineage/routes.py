"""`/v1/agencies/{code}/lineage` and `/v1/agencies/crosswalk.csv`."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.registry.lineage import queries, service
from services.registry.lineage.schemas import Lineage
from services.registry.policy import POLICY
from shared import clock
from shared.auth import Actor
from shared.db import Session
from shared.problems import Invalid, NotFound, responses
from shared.schemas import AgencyCode

router = APIRouter(prefix="/v1/agencies", tags=["agencies"])

At = Annotated[
    date | None, Query(description="As of this day; today when left out.", examples=["2025-07-01"])
]
_EXAMPLE = (
    "old_code,old_official_code,old_name,new_code,new_official_code,new_name,day,kind\r\n"
    "L87.H875,,Ủy ban nhân dân huyện Lấp Vò,T82.X30169,,Ủy ban nhân dân xã Lấp Vò,2025-07-01,\r\n"
)
_CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The crosswalk, as CSV (RFC 4180) in UTF-8.",
        "content": {"text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    },
}


# Before everything with `{code}` in its place.
@router.get(
    "/crosswalk.csv",
    operation_id="readCrosswalk",
    summary="Read the crosswalk of codes",
    response_class=StreamingResponse,
    responses=_CSV | responses(Invalid),
)
async def read_crosswalk(
    request: Request,
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.crosswalk")],
    at: At = None,
) -> Response:
    """From every ended agency to its successors, and from every former name to the next: what became of what.

    An agency with several successors has a line for each; one with none has one line, with the new one left
    out. `kind` is empty for what came with the gazetteer. Ask with `If-None-Match` whether it has changed.
    """
    day = at or clock.today()
    headers = {"ETag": f'"{await queries.edition(session, day)}"', "Cache-Control": "no-cache"}
    if headers["ETag"] in _known(request):
        return Response(status_code=304, headers=headers)
    file = service.crosswalk_csv(request.app.state.database, day)
    return StreamingResponse(file, media_type="text/csv; charset=utf-8", headers=headers)


@router.get(
    "/{code}/lineage",
    operation_id="readLineage",
    summary="Read the lineage of an agency",
    responses=responses(NotFound, Invalid),
)
async def read_lineage(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.lineage")],
    code: Annotated[AgencyCode, Path(description="Its code, or its official code.", examples=["T82.X30169"])],
    at: At = None,
) -> Lineage:
    """Whom an agency comes from and what became of it, through all steps, with the legal act of each."""
    return await service.lineage(session, code, at or clock.today())


def _known(request: Request) -> set[str]:
    """The tags that the caller has a copy of (RFC 9110 §13.1.2: compared weakly)."""
    tags = request.headers.get("if-none-match", "").split(",")
    return {tag.strip().removeprefix("W/") for tag in tags}
