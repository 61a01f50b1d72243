"""Events of notifications."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events import audit
from shared.events.envelope import Audience, EventData


class SubscriptionState(EventData):
    """What happened to a subscription."""

    audience: ClassVar[Audience] = "subtree"

    subscription_id: UUID = Field(examples=["019aa7f8-3b7d-7e02-a5c9-6d8e0f1a2b3c"])


class SubscriptionDisabled(SubscriptionState):
    """Deliveries to a subscription failed for too long; it is switched off until its owner acts."""

    type: ClassVar[str] = "notifications.subscription.disabled.v1"

    reason: str = Field(description="A closed word.", examples=["failing"])


class SubscriptionTested(SubscriptionState):
    """Its owner asked for a test. Delivered to the subscription it tests, and to no other."""

    type: ClassVar[str] = "notifications.subscription.tested.v1"


class AuditSealed(audit.AuditSealed):
    """The audit log of notifications has grown; keep the hash to be able to check the log later."""

    type: ClassVar[str] = "notifications.audit.sealed.v1"


EVENTS: tuple[type[EventData], ...] = (SubscriptionDisabled, SubscriptionTested, AuditSealed)
