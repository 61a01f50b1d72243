"""`/v1/track`: what became of my report?"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field, StringConstraints

from services.reports.incidents import queries
from services.reports.incidents.routes import keys_of
from services.reports.incidents.schemas import HarmCode, Outcome, Refusal
from services.reports.policy import POLICY
from services.reports.tracking.codes import normalise
from shared.auth import Actor
from shared.db import Session
from shared.problems import Invalid, Language, NotFound, Text, responses
from shared.schemas import Schema

router = APIRouter(prefix="/v1/track", tags=["incidents"])

_MEANING: dict[str, Text] = {
    "received": Text("Đã nhận; cơ quan sẽ xem xét.", "Received; the agency will look at it."),
    "triaged": Text("Cơ quan đang xử lý.", "The agency is dealing with it."),
    "resolved": Text("Đã xử lý xong.", "It has been dealt with."),
    "refused": Text(
        "Không thuộc nhóm hành vi gây hại nào ở đây; nội dung đã được xoá. Với phản ánh, kiến nghị, hãy dùng "
        "Cổng Dịch vụ công Quốc gia.",
        "It fits none of the harms handled here; what you wrote has been erased. For complaints and petitions "
        "use the National Public Service Portal.",
    ),
}


class TrackRequest(Schema):
    """The code from the receipt, in any spelling: spaces, hyphens and case do not matter."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tracking_code": "7H2K-Q9XW-4MND-C3TB-G"}]})

    tracking_code: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class PublicStatus(Schema):
    """Where a report stands, for whoever holds its code."""

    harm: HarmCode = Field(examples=["impersonation_agency"])
    state: Literal["received", "triaged", "resolved", "refused"] = Field(examples=["triaged"])
    meaning: str = Field(examples=["Cơ quan đang xử lý."])
    agency_code: str = Field(examples=["T82.X30169"])
    agency_name: str = Field(examples=["Ủy ban nhân dân xã Lấp Vò"])
    received_at: datetime = Field(examples=["2026-02-27T03:14:15Z"])
    due_at: datetime | None = Field(
        description="When the present step must be done.", examples=["2026-03-02T10:00:00Z"]
    )
    outcome: Outcome | None = Field(examples=[None])
    refusal: Refusal | None = Field(examples=[None])
    contact_read_at: list[datetime] = Field(
        description="Each time an officer read your contact.", examples=[["2026-02-27T08:00:00Z"]]
    )


@router.post(
    "", operation_id="trackReport", summary="Follow a report", responses=responses(NotFound, Invalid)
)
async def track_report(
    body: TrackRequest,
    request: Request,
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("incidents.track")],
    language: Language,
) -> PublicStatus:
    """The public status of a report. The code is the only key to it."""
    digest = keys_of(request).tracking(normalise(body.tracking_code))
    row = await queries.tracked(session, digest)
    if row is None:
        raise NotFound
    incident, sighting, agency_name = row
    return PublicStatus(
        harm=incident.harm,
        state=incident.state,
        meaning=_MEANING[incident.state].in_language(language),
        agency_code=incident.agency_code,
        agency_name=agency_name,
        received_at=sighting.received_at,
        due_at=incident.due_at,
        outcome=incident.outcome,
        refusal=incident.refusal,
        contact_read_at=await queries.contact_reads(session, sighting.id),
    )
