"""The worker's job: approved successions take effect on their day."""

import asyncio
import logging

from services.registry.successions import queries, service
from services.registry.successions.checks import SuccessionConflict
from shared import clock
from shared.db import Database
from shared.problems import Unavailable
from shared.settings import ServiceSettings
from shared.telemetry import continue_trace

log = logging.getLogger(__name__)

EVERY_SECONDS = 10.0


async def effect_successions(database: Database, _: ServiceSettings) -> None:
    """Look for ever for successions whose day has come, in Vietnam."""
    while True:
        try:
            await effect_due(database)
        except Unavailable:
            log.warning("no succession took effect, the database is away")
        await asyncio.sleep(EVERY_SECONDS)


async def effect_due(database: Database) -> None:
    """Have every succession that is due take effect, each in a transaction of its own, the oldest first.

    Workers that look at the same time wait for each other, and find what is done already.
    """
    async with database.transaction() as session:
        due = await queries.due(session, clock.today())
    for succession_id in due:
        continue_trace(None)
        try:
            async with database.transaction() as session:
                await service.effect(session, succession_id)
        except SuccessionConflict as refused:
            about = {"succession": str(succession_id), "conflict": refused.conflict}
            log.error("a succession cannot take effect", extra=about)  # noqa: TRY400 - no fault of the code
            async with database.transaction() as session:
                await service.hold_up(session, succession_id, refused.conflict)
