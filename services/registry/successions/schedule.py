"""The worker's job: approved successions take effect on their day."""

import asyncio
import logging
from uuid import UUID

import prometheus_client

from services.registry.successions import queries, service
from services.registry.successions.checks import SuccessionConflict
from shared import clock
from shared.db import Database
from shared.problems import Unavailable
from shared.settings import ServiceSettings
from shared.telemetry import continue_trace

log = logging.getLogger(__name__)

EVERY_SECONDS = 10.0

HELD_UP = prometheus_client.Gauge(
    "successions_held_up", "Approved successions that could not take effect on their day (at the last look)."
)


async def effect_successions(database: Database, _: ServiceSettings) -> None:
    """Look for ever for successions whose day has come, in Vietnam."""
    while True:
        try:
            await effect_due(database)
        except Unavailable:
            log.warning("successions wait, the database is away or in use")
        await asyncio.sleep(EVERY_SECONDS)


async def effect_due(database: Database) -> None:
    """Have every succession that is due take effect, each in a transaction of its own, the oldest first.

    Workers that look at the same time wait for each other, and find what is done already. One that cannot
    take effect keeps no other from it, and is tried again at the next look.

    Raises:
        Unavailable: the database is away, or somebody else holds for too long what has to be changed.
    """
    async with database.transaction() as session:
        due = await queries.due(session, clock.today())
    held_up = 0
    for succession_id in due:
        continue_trace(None)
        try:
            await _effect(database, succession_id)
        except SuccessionConflict as refused:
            held_up += 1
            await _show(database, succession_id, refused.conflict)
        except Unavailable:
            raise
        except Exception:
            held_up += 1
            log.exception("a succession broke", extra={"succession": str(succession_id)})
    HELD_UP.set(held_up)


async def _effect(database: Database, succession_id: UUID) -> None:
    async with database.transaction() as session:
        await service.effect(session, succession_id)


async def _show(database: Database, succession_id: UUID, conflict: str) -> None:
    """Tell those who planned it, and the operator: once, and not at every look."""
    async with database.transaction() as session:
        is_news = await service.hold_up(session, succession_id, conflict)
    if is_news:
        about = {"succession": str(succession_id), "conflict": conflict}
        log.error("a succession cannot take effect", extra=about)
