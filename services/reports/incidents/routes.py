"""`/v1/incidents`: reporting a harm, and handling what was reported."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.reports.harms.catalogue import HARMS
from services.reports.incidents import handling, intake, queries
from services.reports.incidents.content import open_content
from services.reports.incidents.schemas import (
    Contact,
    HarmCode,
    IncidentRead,
    Receipt,
    RefusalBody,
    Report,
    Resolution,
    SightingRead,
    State,
)
from services.reports.incidents.tables import Incident
from services.reports.policy import POLICY
from shared import tenancy
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import CursorParameter, Limit, Page, decode_id_cursor, following
from shared.problems import (
    Forbidden,
    IllegalTransition,
    Invalid,
    Language,
    NotFound,
    Unauthenticated,
    responses,
)
from shared.schemas import AgencyCode
from shared.versions import ExpectedVersion, StaleVersion, tag

router = APIRouter(prefix="/v1/incidents", tags=["incidents"])
_FOLLOW = {
    "trackReport": {
        "operationId": "trackReport",
        "requestBody": {"tracking_code": "$response.body#/tracking_code"},
        "description": "Follow the report",
    }
}
_OWN = responses(Unauthenticated, Forbidden, NotFound, Invalid)
_STEP = responses(Unauthenticated, handling.NotTheHandler, NotFound, IllegalTransition, StaleVersion, Invalid)


def keys_of(request: Request) -> intake.Keys:
    """The service's keys."""
    keys: intake.Keys = request.app.state.keys
    return keys


@router.post(
    "",
    operation_id="reportHarm",
    summary="Report a harm",
    status_code=201,
    responses={201: {"links": _FOLLOW}, **responses(Unauthenticated, Invalid, KeyReused, InProgress)},
)
async def report_harm(
    body: Annotated[Report, Body()],
    request: Request,
    session: Session,
    actor: Annotated[Actor | None, POLICY.allow("incidents.create")],
    once: Idempotency,
    language: Language,
    response: Response,
) -> Receipt:
    """Open to everybody, without an account. The same target reported again joins the open incident.

    An officer of the agency that holds an account confirms its takeover by reporting it: from then on
    every verification of it answers `compromised`.
    """
    await once.claim(session, actor)
    accepted = await intake.receive(session, keys_of(request), actor, body)
    receipt = Receipt(
        tracking_code=accepted.tracking_code,
        incident_id=accepted.incident_id if accepted.for_own_agency else None,
        what_to_do_now=[step.in_language(language) for step in HARMS[body.harm].what_to_do_now],
        received_at=accepted.received_at,
    )
    return await once.keep(session, actor, response, receipt)


@router.get("", operation_id="listIncidents", summary="List incidents", responses=_OWN)
async def list_incidents(
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("incidents.list")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    harm: Annotated[HarmCode | None, Query(description="Only those of this harm.")] = None,
    agency_code: Annotated[
        AgencyCode | None, Query(description="Only those this agency handles.", examples=["T82.X30169"])
    ] = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[IncidentRead]:
    """Incidents of your agency and of those below it, newest first.

    Officers of the handling agency read what was written; the levels above see number, harm, state
    and clock.
    """
    incidents = await queries.page(
        session,
        actor.agency,
        state=state,
        harm=harm,
        agency_code=await tenancy.parameter(session, "agency_code", agency_code),
        after=decode_id_cursor(cursor),
        limit=limit,
    )
    return Page(
        items=await _read(session, keys_of(request), actor, incidents),
        next_cursor=following(incidents, limit, lambda last: last.id),
    )


@router.get("/{incident_id}", operation_id="readIncident", summary="Read one incident", responses=_OWN)
async def read_incident(
    incident_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("incidents.read")],
    response: Response,
) -> IncidentRead:
    """An incident within your reach."""
    incident = await handling.read(session, actor, incident_id)
    return await _read_one(request, session, response, actor, incident)


@router.get(
    "/{incident_id}/sightings", operation_id="listSightings", summary="All reports of it", responses=_OWN
)
async def list_sightings(
    incident_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("incidents.read")],
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[SightingRead]:
    """Every report of an incident, in the order they came."""
    incident = await handling.read(session, actor, incident_id)
    may_read = bool(await handling.readable(session, actor, [incident]))
    key = await queries.key_of(session, incident_id) if may_read else None
    found = await queries.sightings(session, incident_id, after=decode_id_cursor(cursor), limit=limit)
    return Page(
        items=[
            SightingRead.model_validate(
                {
                    "id": sighting.id,
                    "origin": sighting.origin,
                    "received_at": sighting.received_at,
                    "has_contact": sighting.contact is not None,
                    **_content(open_content(keys_of(request).ring, key, sighting) if key else None),
                }
            )
            for sighting in found
        ],
        next_cursor=following(found, limit, lambda last: last.id),
    )


@router.get(
    "/{incident_id}/sightings/{sighting_id}/contact",
    operation_id="readContact",
    summary="Read a reporter's contact",
    responses=_STEP,
)
async def read_contact(
    incident_id: UUID,
    sighting_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("incidents.contact")],
) -> Contact:
    """How to reach the reporter. The reading is recorded, and the reporter sees that it happened."""
    found: Any = await handling.contact(session, keys_of(request), actor, incident_id, sighting_id)
    contact: Contact = found
    return contact


@router.post("/{incident_id}/triage", operation_id="triageIncident", summary="Take up", responses=_STEP)
async def triage_incident(
    incident_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("incidents.triage")],
    expected: ExpectedVersion,
    response: Response,
) -> IncidentRead:
    """Take up an incident. It gets the agency's next official number of the year."""
    incident = await handling.triage(session, actor, incident_id, expected)
    return await _read_one(request, session, response, actor, incident)


@router.post(
    "/{incident_id}/resolve",
    operation_id="resolveIncident",
    openapi_extra=shows(state="resolved", outcome="removed_by_platform", due_at=None),
    summary="Resolve",
    responses=_STEP,
)
async def resolve_incident(
    incident_id: UUID,
    body: Resolution,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("incidents.resolve")],
    expected: ExpectedVersion,
    response: Response,
) -> IncidentRead:
    """Record how it ended."""
    incident = await handling.resolve(session, actor, incident_id, body.outcome, expected)
    return await _read_one(request, session, response, actor, incident)


@router.post(
    "/{incident_id}/refuse",
    operation_id="refuseIncident",
    openapi_extra=shows(
        state="refused", refusal="parody_or_criticism", targets=None, facts=None, description=None
    ),
    summary="Refuse",
    responses=_STEP,
)
async def refuse_incident(
    incident_id: UUID,
    body: RefusalBody,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("incidents.refuse")],
    expected: ExpectedVersion,
    response: Response,
) -> IncidentRead:
    """Refuse what fits no harm. What was written is erased at once and for good; the refusal is counted."""
    incident = await handling.refuse(session, actor, incident_id, body.reason, expected)
    return await _read_one(request, session, response, actor, incident)


async def _read_one(
    request: Request, session: AsyncSession, response: Response, actor: Actor, incident: Incident
) -> IncidentRead:
    tag(response, incident.version)
    return (await _read(session, keys_of(request), actor, [incident]))[0]


async def _read(
    session: AsyncSession, keys: intake.Keys, actor: Actor, incidents: list[Incident]
) -> list[IncidentRead]:
    opened = await queries.first_sightings(session, await handling.readable(session, actor, incidents))
    items = []
    for incident in incidents:
        sighting_and_key = opened.get(incident.id)
        content = (
            open_content(keys.ring, sighting_and_key[1], sighting_and_key[0]) if sighting_and_key else None
        )
        items.append(
            IncidentRead.model_validate(
                {
                    **incident.model_dump(exclude={"year", "serial", "updated_at"}),
                    "number": incident.serial
                    and f"{incident.agency_code}/{incident.year}/{incident.serial:02}",
                    **_content(content),
                }
            )
        )
    return items


def _content(content: Any) -> dict[str, Any]:
    return vars(content) if content else {"targets": None, "facts": None, "description": None}
