"""The whole chain under load: 1,000 events at once, each to three webhooks."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from deploy.local.config import LocalConfig, service_environment
from services.reports.base import SCHEMA, SESSION_INFO
from services.reports.settings import Settings
from shared import clock
from shared.db import Database, new_id
from shared.events.reports import IncidentReceived
from shared.messaging import outbox

EVENTS, WEBHOOKS = 1_000, 3


@asynccontextmanager
async def sink() -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """A receiver in a process of its own, which answers 204 and says how many it has taken."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.sink", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip(), process.stdout
    finally:
        process.terminate()
        await process.wait()


async def emit_all(config: LocalConfig, agency: str, path: list[str]) -> None:
    """Commit all events in one transaction of reports."""
    variables = {name.lower(): value for name, value in service_environment(config, "reports").items()}
    database = Database(Settings(**variables), SCHEMA, SESSION_INFO)  # type: ignore[arg-type]
    try:
        async with database.transaction() as session:
            for _ in range(EVENTS):
                incident_id = new_id()
                data = IncidentReceived(
                    agency_code=agency,
                    incident_id=incident_id,
                    harm="impersonation_agency",
                    state="received",
                    due_at=clock.now(),
                )
                await outbox.emit(session, data, subject=incident_id, version=1, path=path)
    finally:
        await database.close()


async def deliveries_per_second(
    config: LocalConfig, agency: str, path: list[str], taken: asyncio.StreamReader
) -> float:
    """From the commit of the events to the arrival of the last of their deliveries."""
    await emit_all(config, agency, path)
    began = time.perf_counter()
    while int((await taken.readline()).decode()) < EVENTS * WEBHOOKS:
        pass
    return EVENTS * WEBHOOKS / (time.perf_counter() - began)
