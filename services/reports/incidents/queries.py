"""Finding incidents. Every list and look-up is bounded by what the reader's agency reaches."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DateTime,
    LargeBinary,
    String,
    Uuid,
    bindparam,
    delete,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.reports.base import SESSION_INFO
from services.reports.incidents.tables import (
    ContactRead,
    Incident,
    IncidentKey,
    NumberCounter,
    OpenTarget,
    Sighting,
)
from shared import tenancy

agencies = SESSION_INFO["tenancy"].agencies
reach = SESSION_INFO["tenancy"].reach


async def find(
    session: AsyncSession, incident_id: UUID, agency: str, *, lock: bool = False
) -> Incident | None:
    """The incident, if `agency` reaches it; locked against other changes when asked."""
    query = select(Incident).where(
        col(Incident.id) == incident_id, tenancy.within(session, col(Incident.agency_code), agency)
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def lock(session: AsyncSession, incident_id: UUID) -> Incident:
    """An incident that is known to exist, locked against other changes."""
    return await session.get_one(Incident, incident_id, with_for_update=True)


async def page(
    session: AsyncSession,
    agency: str,
    *,
    state: str | None,
    harm: str | None,
    agency_code: str | None,
    after: UUID | None,
    limit: int,
) -> list[Incident]:
    """Incidents that `agency` reaches, newest first."""
    query = select(Incident).where(tenancy.within(session, col(Incident.agency_code), agency))
    if state is not None:
        query = query.where(col(Incident.state) == state)
    if harm is not None:
        query = query.where(col(Incident.harm) == harm)
    if agency_code is not None:
        query = query.where(col(Incident.agency_code) == agency_code)
    if after is not None:
        query = query.where(col(Incident.id) < after)
    return list(await session.scalars(query.order_by(col(Incident.id).desc()).limit(limit)))


async def handled_codes(session: AsyncSession, agency: str) -> set[str]:
    """Codes of the agencies for which `agency` itself handles incidents: itself, and those it succeeds."""
    succeeded = await session.scalars(select(agencies.c.code).where(agencies.c.successors.contains([agency])))
    return {agency, *succeeded}


async def first_sightings(
    session: AsyncSession, incident_ids: Sequence[UUID]
) -> dict[UUID, tuple[Sighting, IncidentKey]]:
    """The report that made each incident, with its key; erased incidents are missing."""
    rows = await session.execute(
        select(Sighting, IncidentKey)
        .join(IncidentKey, col(IncidentKey.incident_id) == col(Sighting.incident_id))
        .where(col(Sighting.incident_id).in_(incident_ids))
        .ext(distinct_on(col(Sighting.incident_id)))
        .order_by(col(Sighting.incident_id), col(Sighting.id))
    )
    return {sighting.incident_id: (sighting, key) for sighting, key in rows}


async def sightings(
    session: AsyncSession, incident_id: UUID, *, after: UUID | None, limit: int
) -> list[Sighting]:
    """All reports of an incident, in the order they came."""
    query = select(Sighting).where(col(Sighting.incident_id) == incident_id)
    if after is not None:
        query = query.where(col(Sighting.id) > after)
    return list(await session.scalars(query.order_by(col(Sighting.id)).limit(limit)))


async def key_of(session: AsyncSession, incident_id: UUID) -> IncidentKey | None:
    """The incident's wrapped key; None once it was erased."""
    return await session.get(IncidentKey, incident_id)


async def sighting(session: AsyncSession, incident_id: UUID, sighting_id: UUID) -> Sighting | None:
    """One report of an incident."""
    return await session.scalar(
        select(Sighting).where(col(Sighting.id) == sighting_id, col(Sighting.incident_id) == incident_id)
    )


# Intake is the one write that must keep up with a crowd: one statement takes the targets and, when
# all of them were free, enters the incident with its key and first sighting. The digests are sorted,
# so that two reports of the same targets cannot deadlock; the later one waits for the earlier.
_OPEN = text("""
    WITH claimed AS (
        INSERT INTO open_targets (digest, incident_id)
        SELECT digest, :incident_id FROM unnest(CAST(:digests AS bytea[])) AS digest
        ON CONFLICT DO NOTHING RETURNING digest
    ), opened AS (
        INSERT INTO incidents
            (id, harm, state, agency_code, account_id, received_at, due_at, updated_at, sightings, version)
        SELECT :incident_id, :harm, 'received', :agency_code, :account_id, :received_at, :due_at,
               :received_at, 1, 1
        WHERE (SELECT count(*) FROM claimed) = cardinality(CAST(:digests AS bytea[]))
        RETURNING id
    ), keyed AS (
        INSERT INTO incident_keys (incident_id, wrapped) SELECT id, :wrapped FROM opened
    ), sighted AS (
        INSERT INTO sightings (id, incident_id, origin, tracking_digest, content, contact, received_at)
        SELECT :sighting_id, id, :origin, :tracking_digest, :content, :contact, :received_at FROM opened
    )
    SELECT count(*) FROM opened
""").bindparams(
    bindparam("incident_id", type_=Uuid),
    bindparam("digests", type_=ARRAY(LargeBinary)),
    bindparam("harm", type_=String),
    bindparam("agency_code", type_=String),
    bindparam("account_id", type_=Uuid),
    bindparam("received_at", type_=DateTime(timezone=True)),
    bindparam("due_at", type_=DateTime(timezone=True)),
    bindparam("wrapped", type_=LargeBinary),
    bindparam("sighting_id", type_=Uuid),
    bindparam("origin", type_=String),
    bindparam("tracking_digest", type_=LargeBinary),
    bindparam("content", type_=LargeBinary),
    bindparam("contact", type_=LargeBinary),
)


async def open_incident(session: AsyncSession, digests: Sequence[bytes], row: dict[str, Any]) -> bool:
    """Enter an incident with its key and first sighting, unless a target of it is open already.

    `row` holds the columns of the three tables (`incident_id`, `sighting_id`, `wrapped`, …). Returns
    whether it was entered; if not, the free targets were taken all the same: `join_incident` next.
    """
    opened = await session.scalar(_OPEN, {"digests": sorted(set(digests)), **row})
    return bool(opened)


async def join_incident(session: AsyncSession, digests: Sequence[bytes], fresh_id: UUID) -> Incident | None:
    """The oldest open incident with one of the targets, locked; it gets all of them.

    None when it was closed meanwhile: then nothing is taken any more, and `open_incident` can be
    tried again.
    """
    ours = col(OpenTarget.incident_id) == fresh_id
    others = select(col(OpenTarget.incident_id)).where(col(OpenTarget.digest).in_(digests), ~ours)
    oldest = min(await session.scalars(others), default=None)
    incident = await session.get(Incident, oldest, with_for_update=True) if oldest else None
    # Closing takes the same lock before it gives the targets up, so one look under the lock decides.
    if incident and oldest in set(await session.scalars(others)):
        await session.execute(update(OpenTarget).where(ours).values(incident_id=incident.id))
        return incident
    await session.execute(delete(OpenTarget).where(ours))
    return None


async def close_targets(session: AsyncSession, incident_id: UUID) -> None:
    """Later reports of these targets are new incidents."""
    await session.execute(delete(OpenTarget).where(col(OpenTarget.incident_id) == incident_id))


async def next_serial(session: AsyncSession, agency_code: str, year: int) -> int:
    """The agency's next official number of the year. The row lock keeps two from taking the same."""
    counter = insert(NumberCounter).values(agency_code=agency_code, year=year, last=1)
    number = await session.scalar(
        counter.on_conflict_do_update(
            index_elements=["agency_code", "year"], set_={"last": col(NumberCounter.last) + 1}
        ).returning(col(NumberCounter.last))
    )
    return int(number or 0)


async def erase(session: AsyncSession, incident_id: UUID) -> None:
    """Destroy the incident's key, and with it everything that was written; then the ciphertext."""
    await session.execute(delete(IncidentKey).where(col(IncidentKey.incident_id) == incident_id))
    await session.execute(
        update(Sighting).where(col(Sighting.incident_id) == incident_id).values(content=None, contact=None)
    )


async def tracked(session: AsyncSession, digest: bytes) -> Any:
    """The incident and the sighting behind a tracking code, with the handling agency's name."""
    result = await session.execute(
        select(Incident, Sighting, agencies.c.name.label("agency_name"))
        .join(Sighting, col(Sighting.incident_id) == col(Incident.id))
        .join(agencies, agencies.c.code == col(Incident.agency_code))
        .where(col(Sighting.tracking_digest) == digest)
    )
    return result.one_or_none()


async def contact_reads(session: AsyncSession, sighting_id: UUID) -> list[Any]:
    """When the reporter's contact was read."""
    return list(
        await session.scalars(
            select(col(ContactRead.read_at))
            .where(col(ContactRead.sighting_id) == sighting_id)
            .order_by(col(ContactRead.id))
        )
    )
