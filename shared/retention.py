"""Forgetting: rows older than their retention go, a few at a time, so that nobody is held up."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import TextClause, text

from shared import clock, idempotency
from shared.db import Database
from shared.problems import Unavailable

log = logging.getLogger(__name__)

EVERY_SECONDS = 3600.0
AT_ONCE = 1000


@dataclass(frozen=True)
class Rule:
    """A DELETE of at most `:limit` rows from before `:before`, and how long to keep them."""

    statement: TextClause
    keep: timedelta


MESSAGING = (
    # Never the current state of anything: a broker that lost its disk is filled again from here.
    Rule(
        text("""
            DELETE FROM outbox WHERE position IN (
                SELECT position FROM outbox AS old
                WHERE published_at IS NOT NULL AND created_at < :before AND (
                    state_subject IS NULL OR EXISTS (
                        SELECT FROM outbox AS new
                        WHERE new.state_subject = old.state_subject AND new.position > old.position
                    )
                ) LIMIT :limit
            )
        """),
        timedelta(days=30),
    ),
    Rule(
        text("""
            DELETE FROM dead_letters WHERE id IN (
                SELECT id FROM dead_letters WHERE failed_at < :before LIMIT :limit
            )
        """),
        timedelta(days=30),
    ),
    Rule(
        text("""
            DELETE FROM idempotency_keys WHERE scope IN (
                SELECT scope FROM idempotency_keys WHERE created_at < :before LIMIT :limit
            )
        """),
        idempotency.KEEP,
    ),
    # Longer than a stream can hold an event, or it could have its effect a second time: thirty days,
    # and as long again when it was published again at the end of them.
    Rule(
        text("""
            DELETE FROM inbox WHERE (event_id, consumer) IN (
                SELECT event_id, consumer FROM inbox WHERE handled_at < :before LIMIT :limit
            )
        """),
        timedelta(days=65),
    ),
)
"""What every service forgets of its events and of repeated requests."""


async def forget(database: Database, rules: Sequence[Rule]) -> None:
    """Forget once an hour, for ever."""
    while True:
        try:
            await forget_once(database, rules)
        except Unavailable:
            log.warning("nothing forgotten, the database is away")
        await asyncio.sleep(EVERY_SECONDS)


async def forget_once(database: Database, rules: Sequence[Rule]) -> None:
    """Forget everything that is due, in small transactions."""
    for rule in rules:
        gone = AT_ONCE
        while gone == AT_ONCE:
            async with database.transaction() as session:
                parameters = {"before": clock.now() - rule.keep, "limit": AT_ONCE}
                result: Any = await session.execute(rule.statement, parameters)
                gone = result.rowcount
