"""What notifications takes from the bus: agencies and their members, and every fact there is.

(In other services this is `subscriptions.py`; here that is a resource.)
"""

from services.notifications.base import SCHEMA
from services.notifications.deliveries.fan_out import fan_out
from shared.agency_projection import agency_projection
from shared.membership_projection import membership_projection
from shared.messaging.bus import BatchSubscription, Work

# One for each stream, and within it one after the other: that is what gives each subscription's
# deliveries their numbers without gaps.
CONSUMERS: tuple[Work, ...] = (
    agency_projection(SCHEMA),
    membership_projection(SCHEMA),
    *(
        BatchSubscription(f"{SCHEMA}-fan-out-{source}", source.upper(), (f"{source}.>",), fan_out)
        for source in ("registry", "reports", "notifications")
    ),
)
