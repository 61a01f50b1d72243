"""Whether a subscription receives an event. The whole rule stands here, and nowhere else."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.notifications.event_types.catalogue import patterns_of
from shared.events.envelope import Envelope
from shared.events.notifications import SubscriptionTested


@dataclass(frozen=True, slots=True)
class Selection:
    """What a subscription chooses."""

    id: UUID
    owner_code: str
    """The agency it belongs to: what this agency may not see, the subscription does not get."""
    agency_code: str | None
    """Only events of this agency and of those below it."""
    event_types: Collection[str]


def receives(selection: Selection, event: Envelope) -> bool:
    """Whether the event goes to the subscription.

    What an event does not say matches no filter: an event without a path belongs to nobody.
    """
    if event.type == SubscriptionTested.type:
        return event.subject == str(selection.id)
    path = event.path
    return (
        not patterns_of(event.type).isdisjoint(selection.event_types)
        and (event.audience == "public" or selection.owner_code in path)
        and (selection.agency_code is None or selection.agency_code in path)
    )
