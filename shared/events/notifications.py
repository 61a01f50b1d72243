"""Events of notifications."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Audience, EventData


class SubscriptionDisabled(EventData):
    """Deliveries to a subscription failed for too long; it is switched off until its owner acts."""

    type: ClassVar[str] = "notifications.subscription.disabled.v1"
    audience: ClassVar[Audience] = "subtree"

    subscription_id: UUID
    reason: str = Field(description="A closed word.")


EVENTS: tuple[type[EventData], ...] = (SubscriptionDisabled,)
