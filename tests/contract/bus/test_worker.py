"""A worker that starts while the bus is away does what it can, says what it waits for, and catches up."""

import asyncio
import sys
from collections.abc import Callable

import httpx

from deploy.local.config import HOST, LocalConfig, service_environment
from deploy.local.readiness import answers_ok
from tests.support.eventually import eventually


async def test_a_worker_without_a_bus_lives_and_says_so(
    servers: LocalConfig, database: str, unused_tcp_port_factory: Callable[[], int]
) -> None:
    port, nowhere = unused_tcp_port_factory(), unused_tcp_port_factory()
    environment = service_environment(servers, "reports") | {
        "WORKER_PORT": str(port),
        "NATS_URL": f"nats://{HOST}:{nowhere}",
        "DATABASE_URL": f"postgresql://reports@{HOST}:{servers.ports['postgres']}/{database}",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.reports.worker", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:

        async def is_alive() -> bool:
            return await answers_ok(port, "/livez")

        await eventually(is_alive, seconds=60)
        async with httpx.AsyncClient(base_url=f"http://{HOST}:{port}") as client:
            ready = await client.get("/readyz")
            assert ready.status_code == 503
            assert "nats" in ready.json()["waiting_for"]
    finally:
        process.terminate()
    assert await asyncio.wait_for(process.wait(), 20) == 0
