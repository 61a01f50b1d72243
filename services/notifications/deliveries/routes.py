"""`/v1/subscriptions/{subscription_id}/deliveries`: what arrived, what did not, and sending it again."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.deliveries import queries, service
from services.notifications.deliveries.schemas import (
    AttemptRead,
    DeliveryRead,
    Replayed,
    ReplayRequest,
    State,
)
from services.notifications.deliveries.tables import Delivery
from services.notifications.policy import POLICY
from services.notifications.subscriptions import service as subscriptions
from shared.auth import Actor
from shared.db import Session
from shared.pagination import CursorParameter, Limit, Page, decode_number_cursor, following
from shared.problems import Forbidden, Invalid, NotFound, Unauthenticated, responses

router = APIRouter(
    prefix="/v1/subscriptions/{subscription_id}",
    tags=["deliveries"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)


@router.get("/deliveries", operation_id="listDeliveries", summary="List deliveries")
async def list_deliveries(
    subscription_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("deliveries.list")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[DeliveryRead]:
    """Deliveries of a subscription with every try at them, newest first."""
    await subscriptions.read(session, actor, subscription_id)
    rows = await queries.page(
        session, subscription_id, state=state, before=decode_number_cursor(cursor), limit=limit
    )
    return Page(
        items=await _read(session, rows),
        next_cursor=following(rows, limit, lambda last: last[0].seq),
    )


@router.post("/deliveries/{delivery_id}/retry", operation_id="retryDelivery", summary="Deliver again")
async def retry_delivery(
    subscription_id: UUID,
    delivery_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("deliveries.retry")],
) -> DeliveryRead:
    """Make one delivery due now and begin its schedule anew, whether it is dead, waiting or arrived.

    It goes out within a second or so, once the subscription is active.
    """
    row = await service.retry(session, actor, subscription_id, delivery_id)
    return (await _read(session, [row]))[0]


@router.post("/replay", operation_id="replaySubscription", summary="Deliver again from a time on")
async def replay_subscription(
    subscription_id: UUID,
    body: ReplayRequest,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("deliveries.replay")],
) -> Replayed:
    """Deliver everything again that came at `since` or later: what arrived, what did not, and what
    happened while the subscription was off. Events keep their ids. They are kept for thirty days.
    """
    return await service.replay(session, actor, subscription_id, body.since)


async def _read(session: AsyncSession, rows: Sequence[Row[Delivery, str]]) -> list[DeliveryRead]:
    tries = await queries.attempts(session, [delivery.id for delivery, _ in rows])
    return [
        DeliveryRead(
            id=delivery.id,
            event_id=delivery.event_id,
            event_type=event_type,
            sequence=delivery.seq,
            state=delivery.state,
            next_attempt_at=delivery.next_at if delivery.state == "pending" else None,
            created_at=delivery.created_at,
            delivered_at=delivery.delivered_at,
            attempts=[
                AttemptRead.model_validate(attempt.model_dump(exclude={"delivery_id"}))
                for attempt in tries[delivery.id]
            ],
        )
        for delivery, event_type in rows
    ]
