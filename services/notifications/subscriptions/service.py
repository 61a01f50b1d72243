"""The life of a subscription."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.event_types.catalogue import KNOWN_PATTERNS
from services.notifications.settings import Settings
from services.notifications.subscriptions import queries, sealing
from services.notifications.subscriptions.schemas import SubscriptionCreate
from services.notifications.subscriptions.tables import Subscription
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.crypto import KeyRing
from shared.db import new_id, pause
from shared.events.notifications import SubscriptionDisabled, SubscriptionTested
from shared.messaging import outbox
from shared.outbound import address
from shared.problems import FieldError, IllegalTransition, Invalid, NotFound, Text
from shared.versions import ANY_VERSION, Expected

ACTIONS: dict[str, tuple[str, ...]] = {"active": ("disable", "test"), "disabled": ("enable",)}
"""State → what it allows. Rotating the secret and deleting are always possible."""

_REFUSED: dict[str, Text] = {
    "bad-scheme": Text("Địa chỉ phải dùng https.", "The address must use https."),
    "private-address": Text("Địa chỉ không phải là địa chỉ công khai.", "Not a public address."),
    "unresolvable": Text("Tên máy chủ không phân giải được.", "The host name does not resolve."),
    "userinfo": Text(
        "Địa chỉ không được chứa tên hay mật khẩu.", "The address must not carry a user or a password."
    ),
    "bad-port": Text("Cổng này không được phép.", "This port is not allowed."),
}
_UNUSABLE = Text("Địa chỉ không hợp lệ.", "Not a usable address.")
_UNKNOWN_PATTERN = Text(
    "Không khớp loại sự kiện nào trong /v1/event-types.", "Matches no type in /v1/event-types."
)
_OUT_OF_REACH = Text("Không có cơ quan này trong phạm vi của bạn.", "No such agency within your reach.")


def outbound_policy(settings: Settings) -> address.Policy:
    """Where webhooks may go: public addresses, by https."""
    return address.Policy(allow_loopback=settings.allow_loopback_targets)


async def create(
    session: AsyncSession, settings: Settings, ring: KeyRing, actor: Actor, body: SubscriptionCreate
) -> tuple[Subscription, bytes]:
    """Enter a subscription for the actor's agency; returns it with its secret.

    It receives every event that is committed after this is.

    Raises:
        Invalid: an unknown type, or an address that may not be called.
        NotFound: the agency to restrict it to is not within the actor's reach.
    """
    unknown = [place for place, pattern in enumerate(body.event_types) if pattern not in KNOWN_PATTERNS]
    if unknown:
        raise Invalid(errors=[FieldError(f"/event_types/{place}", _UNKNOWN_PATTERN) for place in unknown])
    restricted_to = body.agency_code and await _reached(session, actor, body.agency_code)
    await pause(session)
    try:
        await address.check(body.url, outbound_policy(settings))
    except address.Blocked as refused:
        detail = _REFUSED.get(refused.code, _UNUSABLE)
        raise Invalid.at("/url", detail, reason=refused.code) from refused
    subscription_id, secret, moment = new_id(), sealing.new_secret(), clock.now()
    sealed = sealing.seal_new(ring, subscription_id, body.url, secret)
    subscription = Subscription(
        id=subscription_id,
        owner_code=actor.agency,
        agency_code=restricted_to,
        channel=body.channel,
        event_types=list(dict.fromkeys(body.event_types)),
        state="active",
        wrapped_key=sealed.wrapped_key,
        url=sealed.url,
        secret=sealed.secret,
        created_at=moment,
        updated_at=moment,
    )
    session.add(subscription)
    await session.flush()
    await _record(session, actor, "create", subscription)
    return subscription, secret


async def read(
    session: AsyncSession, actor: Actor, subscription_id: UUID, *, lock: bool = False
) -> Subscription:
    """A subscription within the actor's reach.

    Raises:
        NotFound: there is none.
    """
    subscription = await queries.find(session, subscription_id, actor.agency, lock=lock)
    if subscription is None:
        raise NotFound
    return subscription


async def disable(
    session: AsyncSession, actor: Actor, subscription_id: UUID, expected: Expected = ANY_VERSION
) -> Subscription:
    """Stop delivering. Deliveries that wait go on waiting; new events are not taken up.

    Raises:
        NotFound, IllegalTransition: as ever.
    """
    subscription = await _allowing(session, actor, subscription_id, "disable", expected)
    _change(subscription, state="disabled", reason="by_owner")
    await session.flush()
    await _record(session, actor, "disable", subscription)
    return subscription


async def enable(
    session: AsyncSession, actor: Actor, subscription_id: UUID, expected: Expected = ANY_VERSION
) -> Subscription:
    """Deliver again, what waited first. What happened meanwhile can be replayed.

    Raises:
        NotFound, IllegalTransition: as ever.
    """
    subscription = await _allowing(session, actor, subscription_id, "enable", expected)
    _change(subscription, state="active", reason=None, failing_since=None)
    await session.flush()
    await _record(session, actor, "enable", subscription)
    return subscription


async def rotate_secret(
    session: AsyncSession,
    settings: Settings,
    ring: KeyRing,
    actor: Actor,
    subscription_id: UUID,
    expected: Expected = ANY_VERSION,
) -> tuple[Subscription, bytes]:
    """Give the subscription a new secret; the old one signs beside it for a while.

    Raises:
        NotFound: as ever.
    """
    subscription = await read(session, actor, subscription_id, lock=True)
    expected.require(subscription.version)
    secret = sealing.new_secret()
    _change(
        subscription,
        previous_secret=subscription.secret,
        previous_until=clock.now() + timedelta(hours=settings.secret_overlap_hours),
        secret=sealing.seal_secret(ring, subscription, secret),
    )
    await session.flush()
    await _record(session, actor, "rotate", subscription)
    return subscription, secret


async def send_test(session: AsyncSession, actor: Actor, subscription_id: UUID) -> UUID:
    """Send an event that goes to this subscription alone, by the way all events go; returns its id.

    Raises:
        NotFound, IllegalTransition: as ever.
    """
    subscription = await _allowing(session, actor, subscription_id, "test")
    await _record(session, actor, "test", subscription)
    data = SubscriptionTested(agency_code=subscription.owner_code, subscription_id=subscription.id)
    return (await outbox.emit(session, data, subject=subscription.id, version=subscription.version)).id


async def delete(
    session: AsyncSession, actor: Actor, subscription_id: UUID, expected: Expected = ANY_VERSION
) -> None:
    """Destroy the subscription's key, and with it its address and secrets. The rest goes in time.

    Raises:
        NotFound: as ever.
    """
    subscription = await read(session, actor, subscription_id, lock=True)
    expected.require(subscription.version)
    _change(
        subscription,
        state="deleted",
        reason=None,
        wrapped_key=None,
        url=b"",
        secret=b"",
        previous_secret=None,
        previous_until=None,
    )
    await session.flush()
    await _record(session, actor, "delete", subscription)


async def switch_off(session: AsyncSession, subscription_id: UUID, reason: str, cause: UUID) -> None:
    """Disable a subscription that cannot be reached, and tell its owner; without effect when it is off.

    `cause` is the event whose delivery was the last straw.
    """
    subscription = await queries.lock(session, subscription_id)
    if subscription is None or subscription.state != "active":
        return
    _change(subscription, state="disabled", reason=reason)
    await session.flush()
    await _record(session, None, "switch_off", subscription, cause)
    await outbox.emit(
        session,
        SubscriptionDisabled(
            agency_code=subscription.owner_code, subscription_id=subscription.id, reason=reason
        ),
        subject=subscription.id,
        version=subscription.version,
        cause=cause,
    )


async def _allowing(
    session: AsyncSession,
    actor: Actor,
    subscription_id: UUID,
    action: str,
    expected: Expected = ANY_VERSION,
) -> Subscription:
    """The subscription, locked, in a state that allows the action."""
    subscription = await read(session, actor, subscription_id, lock=True)
    expected.require(subscription.version)
    allowed = ACTIONS[subscription.state]
    if action not in allowed:
        raise IllegalTransition(subscription.state, allowed)
    return subscription


def _change(subscription: Subscription, **changes: object) -> None:
    for name, value in changes.items():
        setattr(subscription, name, value)
    subscription.version += 1
    subscription.updated_at = clock.now()


async def _record(
    session: AsyncSession, actor: Actor | None, act: str, on: Subscription, cause: UUID | None = None
) -> None:
    act, kind = f"subscriptions.{act}", "subscription"
    await trail.record(session, actor, act, kind, on.id, on.owner_code, on.version, cause=cause)


async def _reached(session: AsyncSession, actor: Actor, code: str) -> str:
    found = await tenancy.find(session, code)
    if found is None or actor.agency not in found.path:
        raise NotFound(_OUT_OF_REACH)
    return str(found.code)
