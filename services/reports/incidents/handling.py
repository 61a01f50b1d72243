"""Handling incidents: the steps of the agency concerned, and who may see what."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.reports.incidents import queries
from services.reports.incidents.content import open_contact
from services.reports.incidents.intake import Keys
from services.reports.incidents.tables import ContactRead, Incident
from shared import clock
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id
from shared.events.reports import IncidentRefused, IncidentResolved, IncidentState, IncidentTriaged
from shared.messaging import outbox
from shared.problems import Forbidden, IllegalTransition, NotFound, Text
from shared.versions import ANY_VERSION, Expected

TRANSITIONS: dict[str, dict[str, str]] = {
    "received": {"triage": "triaged", "refuse": "refused"},
    "triaged": {"resolve": "resolved", "refuse": "refused"},
    "resolved": {},
    "refused": {},
}
"""State → action → next state. There is no other way."""

_READERS = frozenset({"officer", "approver"})


class NotTheHandler(Forbidden):
    """Levels above see that an incident exists and how it stands; only the handling agency acts."""

    slug = "not-the-handler"
    title = Text("Chỉ cơ quan đang xử lý được thực hiện", "Only the handling agency may do this")
    advice = Text(
        "Vụ việc do cơ quan nêu trong `agency_code` của nó xử lý; cấp trên chỉ theo dõi. Hãy liên hệ cơ quan đó, hoặc "
        "dùng mã truy cập của một cán bộ thuộc cơ quan đó.",
        "The agency in the incident's `agency_code` handles it; levels above only follow. Turn to that agency, or "
        "use a token of one of its officers.",
    )


async def read(session: AsyncSession, actor: Actor, incident_id: UUID) -> Incident:
    """An incident that the actor's agency reaches.

    Raises:
        NotFound: there is none.
    """
    incident = await queries.find(session, incident_id, actor.agency)
    if incident is None:
        raise NotFound
    return incident


async def readable(session: AsyncSession, actor: Actor, incidents: list[Incident]) -> list[UUID]:
    """Ids of those whose content the actor may read: officers of the handling agency, nobody else."""
    if not actor.roles & _READERS:
        return []
    own = await queries.handled_codes(session, actor.agency)
    return [incident.id for incident in incidents if incident.agency_code in own]


async def triage(
    session: AsyncSession, actor: Actor, incident_id: UUID, expected: Expected = ANY_VERSION
) -> Incident:
    """Take up an incident; gives it its official number.

    Raises:
        NotFound, NotTheHandler, IllegalTransition: as ever.
    """
    incident = await _moved(session, actor, incident_id, "triage", expected)
    incident.year = clock.today().year
    incident.serial = await queries.next_serial(session, incident.agency_code, incident.year)
    incident.due_at = None
    await _tell(session, incident, IncidentTriaged)
    return incident


async def resolve(
    session: AsyncSession, actor: Actor, incident_id: UUID, outcome: str, expected: Expected = ANY_VERSION
) -> Incident:
    """Record how an incident ended. A later report of the same target is a new incident."""
    incident = await _moved(session, actor, incident_id, "resolve", expected)
    incident.outcome = outcome
    await queries.close_targets(session, incident.id)
    await _tell(session, incident, IncidentResolved, outcome=outcome)
    return incident


async def refuse(
    session: AsyncSession, actor: Actor, incident_id: UUID, reason: str, expected: Expected = ANY_VERSION
) -> Incident:
    """Refuse what fits no harm: erased at once, only the count stays (docs/principles.md, 1)."""
    incident = await _moved(session, actor, incident_id, "refuse", expected)
    incident.refusal = reason
    incident.due_at = None
    await queries.close_targets(session, incident.id)
    await queries.erase(session, incident.id)
    await _tell(session, incident, IncidentRefused, reason=reason)
    return incident


async def contact(
    session: AsyncSession, keys: Keys, actor: Actor, incident_id: UUID, sighting_id: UUID
) -> dict[str, str]:
    """A reporter's contact. The reading is recorded and shown to the reporter.

    Raises:
        NotFound: no such incident or report within reach, or no contact was given.
        NotTheHandler: the incident is handled by another agency.
    """
    incident = await read(session, actor, incident_id)
    await _require_handler(session, actor, incident)
    sighting = await queries.sighting(session, incident_id, sighting_id)
    key = await queries.key_of(session, incident_id)
    found = open_contact(keys.ring, key, sighting) if sighting and key else None
    if found is None:
        raise NotFound(Text("Người báo không để lại liên hệ.", "The reporter left no contact."))
    issuer, subject = actor.identity
    await trail.record(session, actor, "incidents.contact", "sighting", sighting_id, incident.agency_code)
    session.add(
        ContactRead(
            id=new_id(),
            sighting_id=sighting_id,
            reader_issuer=issuer,
            reader_subject=subject,
            read_at=clock.now(),
        )
    )
    await session.flush()
    return found


async def _moved(
    session: AsyncSession, actor: Actor, incident_id: UUID, action: str, expected: Expected
) -> Incident:
    """The incident, locked and moved to its next state by its handler, which is recorded."""
    incident = await queries.find(session, incident_id, actor.agency, lock=True)
    if incident is None:
        raise NotFound
    await _require_handler(session, actor, incident)
    expected.require(incident.version)
    allowed = TRANSITIONS[incident.state]
    if action not in allowed:
        raise IllegalTransition(incident.state, sorted(allowed))
    incident.state = allowed[action]
    incident.version += 1
    incident.updated_at = clock.now()
    act, agency = f"incidents.{action}", incident.agency_code
    await trail.record(session, actor, act, "incident", incident.id, agency, incident.version)
    return incident


async def _require_handler(session: AsyncSession, actor: Actor, incident: Incident) -> None:
    if incident.agency_code not in await queries.handled_codes(session, actor.agency):
        raise NotTheHandler


async def _tell(session: AsyncSession, incident: Incident, event: type[IncidentState], **facts: str) -> None:
    await session.flush()
    await outbox.emit(
        session,
        event.model_validate({"incident_id": incident.id, **incident.model_dump(), **facts}),
        subject=incident.id,
        version=incident.version,
    )
