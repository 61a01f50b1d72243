"""`/v1/agencies/{code}/lineage` and `/v1/agencies/crosswalk.csv`."""

from typing import Annotated

from fastapi import APIRouter, Response

from services.registry.agencies.parameters import At, Code
from services.registry.lineage import queries, service
from services.registry.lineage.schemas import Lineage
from services.registry.policy import POLICY
from shared import clock, files
from shared.auth import Actor
from shared.conditional import UNCHANGED, IfNoneMatch, Keeping, has, unchanged
from shared.db import Session
from shared.openapi import file_answer
from shared.problems import Invalid, NotFound, responses

router = APIRouter(prefix="/v1/agencies", tags=["agencies"])

_EXAMPLE = (
    "old_code,old_official_code,old_name,new_code,new_official_code,new_name,day,kind\r\n"
    "L87.H875,,Ủy ban nhân dân huyện Lấp Vò,T82.X30169,,Ủy ban nhân dân xã Lấp Vò,2025-07-01,\r\n"
)
_ASK_EACH_TIME = Keeping(0)


# Before everything with `{code}` in its place.
@router.get(
    "/crosswalk.csv",
    operation_id="readCrosswalk",
    summary="Read the crosswalk of codes",
    response_class=Response,
    responses={**file_answer("text/csv", _EXAMPLE), **UNCHANGED, **responses(Invalid)},
)
async def read_crosswalk(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.crosswalk")],
    known: IfNoneMatch = None,
    at: At = None,
) -> Response:
    """From every ended agency to its successors, and from every former name to the next: what became of what.

    An agency with several successors has a line for each; one with none has one line, with the new one left
    out. `kind` is empty for what came with the gazetteer.
    """
    day = at or clock.today()
    tag = f'"{await queries.edition(session, day)}"'
    if has(known, tag):
        return unchanged(tag, _ASK_EACH_TIME)
    return await files.answer(service.crosswalk_csv(session, day), "text/csv", _ASK_EACH_TIME.headers(tag))


@router.get(
    "/{code}/lineage",
    operation_id="readLineage",
    summary="Read the lineage of an agency",
    responses=responses(NotFound, Invalid),
)
async def read_lineage(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.lineage")],
    code: Code,
    at: At = None,
) -> Lineage:
    """Whom an agency comes from and what became of it, through all steps, with the legal act of each."""
    return await service.lineage(session, code, at or clock.today())
