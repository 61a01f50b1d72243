"""Forgetting: what is older than the retention goes, and what is left of deleted subscriptions."""

from datetime import timedelta

from sqlalchemy import text

from services.notifications.settings import Settings
from shared.retention import Rule

# Locked rows are left for the next time: a dispatcher may be booking them.
_DELIVERIES = text("""
    DELETE FROM deliveries WHERE id IN (
        SELECT d.id FROM deliveries d
        JOIN events e ON e.id = d.event_id JOIN subscriptions s ON s.id = d.subscription_id
        WHERE e.received_at < :before OR s.state = 'deleted' LIMIT :limit FOR UPDATE OF d SKIP LOCKED
    )
""")
_EVENTS = text("""
    DELETE FROM events WHERE id IN (
        SELECT id FROM events WHERE received_at < :before
            AND NOT EXISTS (SELECT FROM deliveries WHERE event_id = events.id) LIMIT :limit
    )
""")
_SUBSCRIPTIONS = text("""
    DELETE FROM subscriptions WHERE id IN (
        SELECT id FROM subscriptions WHERE state = 'deleted' AND updated_at < :before
            AND NOT EXISTS (SELECT FROM deliveries WHERE subscription_id = subscriptions.id) LIMIT :limit
    )
""")


def rules(settings: Settings) -> tuple[Rule, ...]:
    """What the worker forgets: deliveries first, then events and subscriptions that none needs."""
    keep = timedelta(days=settings.retention_days)
    return tuple(Rule(statement, keep) for statement in (_DELIVERIES, _EVENTS, _SUBSCRIPTIONS))
