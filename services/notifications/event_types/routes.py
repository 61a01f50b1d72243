"""`/v1/event-types`: what can be subscribed to."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.notifications.event_types.catalogue import CONTRACTS
from services.notifications.event_types.schemas import EventTypeRead
from services.notifications.policy import POLICY
from shared.auth import Actor
from shared.events.envelope import Envelope, EventData
from shared.pagination import Page

router = APIRouter(prefix="/v1/event-types", tags=["event types"])


@router.get("", operation_id="listEventTypes", summary="List the types of events")
async def list_event_types(
    _: Annotated[Actor | None, POLICY.allow("event_types.list")],
) -> Page[EventTypeRead]:
    """Every type of event with its schema and an example. There is one page."""
    return Page(items=[_read(contract) for contract in CONTRACTS.values()], next_cursor=None)


def _read(contract: type[EventData]) -> EventTypeRead:
    return EventTypeRead(
        type=contract.type,
        summary=(contract.__doc__ or contract.type).splitlines()[0],
        audience=contract.audience,
        data_schema=contract.model_json_schema(),
        example=example(contract),
    )


def example(contract: type[EventData]) -> Envelope:
    """An event of this type, made of the examples that its fields give."""
    fields = contract.model_fields
    data = {name: field.examples[0] for name, field in fields.items() if field.examples}
    ids = [data[name] for name, field in fields.items() if field.annotation is UUID]
    return Envelope(
        id=UUID("019aa7fa-5d2e-7f13-b6ca-7e9f1a2b3c4d"),
        source=f"/{contract.type.partition('.')[0]}",
        type=contract.type,
        subject=ids[0] if ids else data["agency_code"],
        time=datetime(2026, 2, 27, 3, 14, 15, tzinfo=UTC),
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        agency=data["agency_code"],
        agencypath=f"T82/{data['agency_code']}",
        audience=contract.audience,
        version=3,
        data=contract.model_validate(data).model_dump(mode="json"),
    )
