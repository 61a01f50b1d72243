"""`/v1/subscriptions`: receiving events by webhook."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.notifications.policy import POLICY
from services.notifications.subscriptions import queries, sealing, service
from services.notifications.subscriptions.schemas import (
    SentTest,
    State,
    SubscriptionCreate,
    SubscriptionRead,
    SubscriptionWithSecret,
)
from services.notifications.subscriptions.tables import Subscription
from shared import clock
from shared.auth import Actor
from shared.crypto import KeyRing
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.openapi import shows
from shared.pagination import CursorParameter, Limit, Page, decode_id_cursor, following
from shared.problems import Forbidden, IllegalTransition, Invalid, NotFound, Unauthenticated, responses
from shared.versions import ExpectedVersion, StaleVersion, tag

router = APIRouter(
    prefix="/v1/subscriptions",
    tags=["subscriptions"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)


def ring_of(request: Request) -> KeyRing:
    """The service's key ring."""
    ring: KeyRing = request.app.state.key_ring
    return ring


@router.post(
    "",
    operation_id="createSubscription",
    summary="Subscribe",
    status_code=201,
    responses=responses(InProgress, Invalid, KeyReused),
)
async def create_subscription(
    body: SubscriptionCreate,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("subscriptions.create")],
    once: Idempotency,
    response: Response,
) -> SubscriptionWithSecret:
    """Have events sent to an address of yours. The answer shows the signing secret: keep it.

    You receive public events, and those of your agency and of the agencies below it. Deliveries are
    POSTs signed as Standard Webhooks has it: check `webhook-signature`, answer 2xx within ten seconds,
    and ignore a `webhook-id` that you have seen. Anything but 2xx is tried again for a day; 410 ends
    the subscription.
    """
    await once.claim(session, actor)
    subscription, secret = await service.create(
        session, request.app.state.settings, ring_of(request), actor, body
    )
    response.headers["Location"] = f"/v1/subscriptions/{subscription.id}"
    answer = _with_secret(request, response, subscription, secret)
    return await once.keep(session, actor, response, answer, secrets={"secret"})


@router.get("", operation_id="listSubscriptions", summary="List subscriptions")
async def list_subscriptions(
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("subscriptions.list")],
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[SubscriptionRead]:
    """Subscriptions of your agency and of those below it, newest first."""
    found = await queries.page(
        session, actor.agency, state=state, after=decode_id_cursor(cursor), limit=limit
    )
    return Page(
        items=[SubscriptionRead.model_validate(_shown(request, each)) for each in found],
        next_cursor=following(found, limit, lambda last: last.id),
    )


@router.get("/{subscription_id}", operation_id="readSubscription", summary="Read one subscription")
async def read_subscription(
    subscription_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("subscriptions.read")],
    response: Response,
) -> SubscriptionRead:
    """A subscription within your reach."""
    return _read(request, response, await service.read(session, actor, subscription_id))


@router.delete(
    "/{subscription_id}",
    operation_id="deleteSubscription",
    summary="Unsubscribe",
    status_code=204,
    responses=responses(StaleVersion),
)
async def delete_subscription(
    subscription_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("subscriptions.delete")],
    expected: ExpectedVersion,
) -> None:
    """End a subscription. Its address and secrets are destroyed at once."""
    await service.delete(session, actor, subscription_id, expected)


@router.post(
    "/{subscription_id}/disable",
    operation_id="disableSubscription",
    openapi_extra=shows(state="disabled", reason="by_owner"),
    summary="Pause",
    responses=responses(IllegalTransition, StaleVersion),
)
async def disable_subscription(
    subscription_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("subscriptions.disable")],
    expected: ExpectedVersion,
    response: Response,
) -> SubscriptionRead:
    """Stop delivering. What waits goes on waiting; what happens from now on is not taken up."""
    return _read(request, response, await service.disable(session, actor, subscription_id, expected))


@router.post(
    "/{subscription_id}/enable",
    operation_id="enableSubscription",
    summary="Resume",
    responses=responses(IllegalTransition, StaleVersion),
)
async def enable_subscription(
    subscription_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("subscriptions.enable")],
    expected: ExpectedVersion,
    response: Response,
) -> SubscriptionRead:
    """Deliver again, beginning with what waited. Replay what happened meanwhile if you need it."""
    return _read(request, response, await service.enable(session, actor, subscription_id, expected))


@router.post(
    "/{subscription_id}/rotate-secret",
    operation_id="rotateSubscriptionSecret",
    summary="Rotate the secret",
    responses=responses(StaleVersion),
)
async def rotate_secret(
    subscription_id: UUID,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("subscriptions.rotate")],
    expected: ExpectedVersion,
    response: Response,
) -> SubscriptionWithSecret:
    """A new signing secret. Until `previous_secret_until` deliveries carry two signatures, the second
    by the old one; rotating again in that time drops the older.
    """
    subscription, secret = await service.rotate_secret(
        session, request.app.state.settings, ring_of(request), actor, subscription_id, expected
    )
    return _with_secret(request, response, subscription, secret)


@router.post(
    "/{subscription_id}/test",
    operation_id="testSubscription",
    summary="Send a test",
    status_code=202,
    responses=responses(IllegalTransition),
)
async def test_subscription(
    subscription_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("subscriptions.test")],
) -> SentTest:
    """Send a `notifications.subscription.tested.v1` to this subscription, whatever types it names."""
    return SentTest(event_id=await service.send_test(session, actor, subscription_id))


def _read(request: Request, response: Response, subscription: Subscription) -> SubscriptionRead:
    tag(response, subscription.version)
    return SubscriptionRead.model_validate(_shown(request, subscription))


def _with_secret(
    request: Request, response: Response, subscription: Subscription, secret: bytes
) -> SubscriptionWithSecret:
    response.headers["Cache-Control"] = "no-store"
    tag(response, subscription.version)
    return SubscriptionWithSecret.model_validate(
        {**_shown(request, subscription), "secret": sealing.shown(secret)}
    )


def _shown(request: Request, subscription: Subscription) -> dict[str, object]:
    overlap = subscription.previous_until
    copied = SubscriptionRead.model_fields.keys() - {"url", "previous_secret_until"}
    return {
        **{name: getattr(subscription, name) for name in copied},
        "url": sealing.open_url(ring_of(request), subscription),
        "previous_secret_until": overlap if overlap and clock.now() < overlap else None,
    }
