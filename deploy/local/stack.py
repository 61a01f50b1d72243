"""Which processes make the local stack, and how to run it: by hand, in tests, in benchmarks."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from deploy.local import nats, pidfile, postgres, secrets
from deploy.local.config import (
    PROJECT,
    SERVICES,
    LocalConfig,
    LocalStackError,
    require_free_ports,
    service_environment,
)
from deploy.local.readiness import answers_ok
from deploy.local.supervisor import Process, Supervisor, clear_away

_START_SECONDS = 180.0  # a worker waits for the registry's first data, which a slow disk takes a minute for
Processes = Callable[[LocalConfig], Sequence[Process]]


def server_processes(config: LocalConfig) -> list[Process]:
    """PostgreSQL with its roles, and NATS."""
    return [postgres.server(config), postgres.roles(config), nats.server(config)]


def stack_processes(config: LocalConfig) -> list[Process]:
    """Everything. No service waits for another to start; see `_ready` for what they wait for then."""
    services = [process for service in SERVICES for process in _service_processes(config, service)]
    return [*server_processes(config), *services]


@dataclass(frozen=True)
class RunningStack:
    """A stack in the hands of a test or a benchmark."""

    config: LocalConfig
    supervisor: Supervisor

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name; they change when something is started again."""
        return self.supervisor.pids

    def url(self, name: str) -> str:
        """Base URL of a service, or of `<service>-worker`."""
        return self.config.url(name)

    async def kill(self, name: str) -> None:
        """SIGKILL a process, whichever it is, and wait for its end."""
        await self.supervisor.kill(name)

    async def restart(self, name: str) -> None:
        """Let a process end in good order, and wait for it."""
        await self.supervisor.restart(name)

    async def wait_ready(self, *names: str, timeout: float = 30.0) -> None:  # noqa: ASYNC109
        """Wait until these processes (default: all that stay) are alive and serve.

        Raises:
            TimeoutError: they do not within `timeout` seconds.
        """
        async with asyncio.timeout(timeout):
            await self.supervisor.wait_ready(*names)


@asynccontextmanager
async def running_stack(
    config: LocalConfig, processes: Processes = stack_processes
) -> AsyncIterator[RunningStack]:
    """Run the stack for the length of the block; everything is ready inside it.

    With `processes=server_processes` there are PostgreSQL and NATS only.

    Raises:
        LocalStackError: it runs already, a port is taken, a part is missing.
        StartError: a process did not become ready.
    """
    secrets.ensure(config)
    lock = pidfile.claim(config.home / "stack.pid")
    if lock is None:
        raise LocalStackError(f"The stack in {config.home} is running already; `make down` stops it.")
    try:
        pidfile.sign(lock, os.getpid())
        await clear_away(config.home)
        require_free_ports(config)
        supervisor = Supervisor(processes(config), config.home)
        try:
            await supervisor.warm_up()
            await postgres.initialise(config)
            await supervisor.start()
            yield RunningStack(config, supervisor)
        finally:
            await supervisor.stop()
    finally:
        os.close(lock)


def _service_processes(config: LocalConfig, service: str) -> list[Process]:
    """Migrations and first data, then the API and the worker."""

    def process(name: str, module: str, **options: Any) -> Process:
        return Process(
            name=name,
            command=f"services.{service}.{module}",
            env=service_environment(config, service),
            cwd=PROJECT,
            start_timeout=_START_SECONDS,
            **options,
        )

    prepare, worker = f"{service}-prepare", f"{service}-worker"
    return [
        process(prepare, "prepare", after=("roles",), once=True),
        process(service, "main", after=(prepare,), ready=partial(_ready, config, service)),
        process(worker, "worker", after=(prepare, "nats"), ready=partial(_ready, config, worker)),
    ]


async def _ready(config: LocalConfig, name: str) -> bool:
    """Whether a process serves.

    A worker has caught up with the registry only once the registry's own worker has published all.
    """
    if name.endswith("-worker") and not await answers_ok(config.ports["registry-worker"]):
        return False
    return await answers_ok(config.ports[name])
