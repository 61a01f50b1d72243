"""Forgetting: what is older than the retention goes, and what is left of deleted subscriptions."""

from datetime import timedelta

from services.notifications.deliveries import queries
from services.notifications.settings import Settings
from shared.retention import Rule


def rules(settings: Settings) -> tuple[Rule, ...]:
    """What the worker forgets: deliveries first, then events and subscriptions that none needs."""
    keep = timedelta(days=settings.retention_days)
    return tuple(
        Rule(statement, keep)
        for statement in (queries.FORGET_DELIVERIES, queries.FORGET_EVENTS, queries.FORGET_SUBSCRIPTIONS)
    )
