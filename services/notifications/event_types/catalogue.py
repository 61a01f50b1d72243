"""Every type of event there is, from the contracts, and the patterns that choose among them.

A pattern is a type, a prefix of whole words followed by `.*`, or `*`: `reports.*` takes in
`reports.incident.received.v1`. NATS's wildcards are something else and never appear here.
"""

from shared.events import notifications, registry, reports
from shared.events.envelope import EventData

CONTRACTS: dict[str, type[EventData]] = {
    event.type: event for event in (*registry.EVENTS, *reports.EVENTS, *notifications.EVENTS)
}


def patterns_of(event_type: str) -> frozenset[str]:
    """All the patterns that take in a type."""
    words = event_type.split(".")
    prefixes = (".".join(words[:length]) + ".*" for length in range(1, len(words)))
    return frozenset({event_type, "*", *prefixes})


KNOWN_PATTERNS = frozenset().union(*map(patterns_of, CONTRACTS))
"""The patterns that take in at least one type."""
