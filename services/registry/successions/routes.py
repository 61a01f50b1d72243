"""`/v1/successions`: mergers, splits, renamings, dissolutions and moves of agencies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.registry.accounts.problems import SelfApproval
from services.registry.policy import POLICY
from services.registry.successions import queries, service
from services.registry.successions.checks import SuccessionConflict
from services.registry.successions.plan import Plan, plan_of
from services.registry.successions.schemas import LegalAct, Move, SuccessionCreate, SuccessionRead
from services.registry.successions.tables import Succession
from services.registry.successions.words import Kind, State
from shared import tenancy
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import CursorParameter, Limit, Page, decode_id_cursor, following
from shared.problems import Forbidden, IllegalTransition, Invalid, NotFound, Unauthenticated, responses
from shared.schemas import AgencyCode
from shared.versions import ExpectedVersion, StaleVersion, tag

router = APIRouter(
    prefix="/v1/successions",
    tags=["successions"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)


@router.post(
    "",
    operation_id="createSuccession",
    openapi_extra=shows(state="proposed", version=1, effective_at=None),
    summary="Propose a succession",
    status_code=201,
    responses=responses(SuccessionConflict, InProgress, Invalid, KeyReused),
)
async def create_succession(
    body: SuccessionCreate,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("successions.create")],
    once: Idempotency,
    response: Response,
) -> SuccessionRead:
    """Enter what a legal act has decided, for agencies that are all within your reach.

    A second person approves it. Agencies that will take over are entered before, with the day as their first.
    """
    await once.claim(session, actor)
    succession, plan = await service.propose(session, actor, body)
    response.headers["Location"] = f"/v1/successions/{succession.id}"
    return await once.keep(session, actor, response, _read(succession, plan, response))


@router.get("", operation_id="listSuccessions", summary="List successions")
async def list_successions(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("successions.list")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    kind: Annotated[Kind | None, Query(description="Only those of this kind.")] = None,
    agency_code: Annotated[
        AgencyCode | None, Query(description="Only those that concern this agency.", examples=["T82.X30169"])
    ] = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[SuccessionRead]:
    """Successions that concern your agency or those below it, newest first."""
    successions = await queries.page(
        session,
        actor.agency,
        state=state,
        kind=kind,
        about=await tenancy.parameter(session, "agency_code", agency_code),
        after=decode_id_cursor(cursor),
        limit=limit,
    )
    parts = await queries.parts(session, [each.id for each in successions])
    return Page(
        items=[_shown(each, plan_of(each, parts[each.id])) for each in successions],
        next_cursor=following(successions, limit, lambda last: last.id),
    )


@router.get("/{succession_id}", operation_id="readSuccession", summary="Read one succession")
async def read_succession(
    succession_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("successions.read")],
    response: Response,
) -> SuccessionRead:
    """A succession that concerns an agency within your reach."""
    return _read(*await service.read(session, actor, succession_id), response)


@router.post(
    "/{succession_id}/approve",
    operation_id="approveSuccession",
    openapi_extra=shows(state="approved", version=2, effective_at=None),
    summary="Approve",
    responses=responses(IllegalTransition, StaleVersion, SelfApproval, SuccessionConflict, Invalid),
)
async def approve_succession(
    succession_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("successions.approve")],
    expected: ExpectedVersion,
    response: Response,
) -> SuccessionRead:
    """Let it take effect on its day, or at once when that is today or past. Not by whoever proposed it."""
    return _read(*await service.approve(session, actor, succession_id, expected), response)


@router.post(
    "/{succession_id}/cancel",
    operation_id="cancelSuccession",
    openapi_extra=shows(state="cancelled", version=2, effective_at=None),
    summary="Cancel",
    responses=responses(IllegalTransition, StaleVersion),
)
async def cancel_succession(
    succession_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("successions.cancel")],
    expected: ExpectedVersion,
    response: Response,
) -> SuccessionRead:
    """Give it up, as long as it has not taken effect."""
    return _read(*await service.cancel(session, actor, succession_id, expected), response)


def _read(succession: Succession, plan: Plan, response: Response) -> SuccessionRead:
    tag(response, succession.version)
    return _shown(succession, plan)


def _shown(succession: Succession, plan: Plan) -> SuccessionRead:
    return SuccessionRead.model_validate(
        {
            **succession.model_dump(include=set(SuccessionRead.model_fields)),
            "legal_act": LegalAct(
                number=succession.act_number, date=succession.act_date, issuer=succession.act_issuer
            ),
            "from": plan.predecessors,
            "to": plan.successors,
            "moves": [Move(code=code, parent_code=plan.moves[code]) for code in sorted(plan.moves)],
        }
    )
