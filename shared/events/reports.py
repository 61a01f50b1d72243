"""Events of reports: ids and closed words. No text, target or contact ever travels."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events import audit
from shared.events.envelope import Audience, EventData


class IncidentState(EventData):
    """What everybody who reaches the handling agency may know of an incident."""

    audience: ClassVar[Audience] = "subtree"

    incident_id: UUID = Field(examples=["019aa7f6-0c52-7a41-8d3e-2f4b6a8c0e1d"])
    harm: str = Field(
        description="One word of the closed list at `GET /v1/harms`.", examples=["impersonation_agency"]
    )
    state: str = Field(examples=["received"])
    due_at: datetime | None = Field(
        description="When the present step must be done.", examples=["2026-03-02T10:00:00Z"]
    )


class IncidentReceived(IncidentState):
    """Somebody reported a harm; the agency whose name is abused handles it."""

    type: ClassVar[str] = "reports.incident.received.v1"


class IncidentTriaged(IncidentState):
    """The handling agency has taken up an incident."""

    type: ClassVar[str] = "reports.incident.triaged.v1"


class IncidentResolved(IncidentState):
    """The handling agency has resolved an incident."""

    type: ClassVar[str] = "reports.incident.resolved.v1"
    outcome: str = Field(examples=["removed_by_platform"])


class IncidentRefused(IncidentState):
    """A report fitted no harm; what it said has been erased."""

    type: ClassVar[str] = "reports.incident.refused.v1"
    reason: str = Field(examples=["fits_no_harm"])


class TakeoverConfirmed(EventData):
    """The holder of an official account reports that it was hijacked."""

    type: ClassVar[str] = "reports.takeover.confirmed.v1"
    audience: ClassVar[Audience] = "subtree"

    incident_id: UUID = Field(examples=["019aa7f6-0c52-7a41-8d3e-2f4b6a8c0e1d"])
    account_id: UUID = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])


class AuditSealed(audit.AuditSealed):
    """The audit log of reports has grown; keep the hash to be able to check the log later."""

    type: ClassVar[str] = "reports.audit.sealed.v1"


EVENTS: tuple[type[EventData], ...] = (
    IncidentReceived,
    IncidentTriaged,
    IncidentResolved,
    IncidentRefused,
    TakeoverConfirmed,
    AuditSealed,
)
