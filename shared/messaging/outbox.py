"""The outbox: events are written in the transaction of the change they tell of."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared import clock, tenancy
from shared.db import insert_many, new_id
from shared.events.envelope import Envelope, EventData
from shared.messaging.tables import Messaging
from shared.telemetry import traceparent


def tables(session: AsyncSession) -> Messaging:
    """The event tables of the service that the session belongs to."""
    messaging: Messaging = session.info["messaging"]
    return messaging


async def emit(
    session: AsyncSession,
    data: EventData,
    *,
    subject: UUID | str,
    version: int,
    cause: UUID | None = None,
    path: list[str] | None = None,
    state_key: str | None = None,
) -> Envelope:
    """Record that something happened; the relay publishes it once the transaction has committed.

    Call it after the lock on the changed row is held: the order of events is the order of calls.

    Args:
        session: the transaction of the change.
        data: the contract, filled in; its type names the event.
        subject: id of the changed thing.
        version: the thing's version after the change.
        cause: id of the event being handled, when one caused this.
        path: codes of all agencies that reach `data.agency_code`; looked up when not given.
        state_key: also keep the event as the thing's current state in the compacted state stream,
            under `state.<service>.<state_key>`.
    """
    if path is None:
        path = await tenancy.path(session, data.agency_code)
    envelope = _envelope(data, subject, version, cause, path or [data.agency_code])
    await session.execute(
        insert(tables(session).outbox), [_row(envelope, data.agency_code, state_key, is_fact=True)]
    )
    return envelope


Told = tuple[EventData, UUID | str, int, list[str], str | None]
"""(data, subject, version, path, state_key), as in `emit`."""


async def emit_many(session: AsyncSession, events: Sequence[Told]) -> None:
    """Record that many things happened, in this order: in one statement, however many they are."""
    await _insert(session, events, are_facts=True)


async def emit_states(session: AsyncSession, states: Sequence[Told]) -> None:
    """Publish many current states without telling of any change: what is loaded, not what happened.

    Nothing enters the changefeed.
    """
    await _insert(session, states, are_facts=False)


async def _insert(session: AsyncSession, events: Sequence[Told], *, are_facts: bool) -> None:
    rows = [
        _row(_envelope(data, subject, version, None, path), data.agency_code, state_key, is_fact=are_facts)
        for data, subject, version, path, state_key in events
    ]
    await session.execute(insert_many(tables(session).outbox, rows))


def _envelope(
    data: EventData, subject: UUID | str, version: int, cause: UUID | None, path: list[str]
) -> Envelope:
    return Envelope(
        id=new_id(),
        source=f"/{data.type.partition('.')[0]}",
        type=data.type,
        subject=str(subject),
        time=clock.now(),
        traceparent=traceparent(),
        causationid=str(cause) if cause else None,
        agency=data.agency_code,
        agencypath="/".join(path),
        audience=data.audience,
        version=version,
        data=data.model_dump(mode="json"),
    )


def _row(envelope: Envelope, agency: str, state_key: str | None, *, is_fact: bool) -> dict[str, object]:
    service = envelope.source.removeprefix("/")
    return {
        "event_id": envelope.id,
        "type": envelope.type,
        "audience": envelope.audience,
        "agency_code": agency,
        "state_subject": f"state.{service}.{state_key}" if state_key else None,
        "is_fact": is_fact,
        "envelope": envelope.model_dump_json(),
        "created_at": envelope.time,
    }
