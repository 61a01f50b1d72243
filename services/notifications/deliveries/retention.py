"""Forgetting: what is older than the retention goes, and what is left of deleted subscriptions."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.notifications.settings import Settings
from shared import clock
from shared.db import Database
from shared.problems import Unavailable

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
AT_ONCE = 1000
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


async def forget(database: Database, settings: Settings) -> None:
    """The worker's job: forget once an hour, for ever."""
    while True:
        try:
            await forget_once(database, timedelta(days=settings.retention_days))
        except Unavailable:
            log.warning("nothing forgotten, the database is away")
        await asyncio.sleep(EVERY_SECONDS)


async def forget_once(database: Database, retention: timedelta) -> None:
    """Forget everything that is due, in small transactions that hold nobody up."""
    for statement in (_DELIVERIES, _EVENTS, _SUBSCRIPTIONS):
        gone = AT_ONCE
        while gone == AT_ONCE:
            async with database.transaction() as session:
                parameters = {"before": clock.now() - retention, "limit": AT_ONCE}
                result: Any = await session.execute(statement, parameters)
                gone = result.rowcount
