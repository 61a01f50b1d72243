"""Which processes make the local stack, and how to run it: by hand, in tests, in benchmarks."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from deploy.local import nats, pidfile, postgres, secrets
from deploy.local.config import (
    PROJECT,
    SERVICES,
    LocalConfig,
    LocalStackError,
    inherited_environment,
    require_free_ports,
    service_environment,
)
from deploy.local.readiness import answers_ok
from deploy.local.supervisor import Process, Supervisor, clear_away

Processes = Callable[[LocalConfig], Sequence[Process]]


def server_processes(config: LocalConfig) -> list[Process]:
    """PostgreSQL with its roles, and NATS."""
    return [postgres.server(config), postgres.roles(config), nats.server(config)]


def stack_processes(config: LocalConfig) -> list[Process]:
    """Everything. All six start together; see `_ready` for what they wait for."""
    services = [
        _service_process(config, service, module) for module in ("main", "worker") for service in SERVICES
    ]
    return [*server_processes(config), _prepare(config), *services]


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


def _prepare(config: LocalConfig) -> Process:
    """Migrations and first data, in one process because three would import everything three times."""
    return Process(
        name="prepare",
        command="deploy.local.prepare",
        env={**inherited_environment(), **config.environment()},
        cwd=PROJECT,
        after=("roles", "nats"),
        once=True,
    )


def _service_process(config: LocalConfig, service: str, module: str) -> Process:
    name = service if module == "main" else f"{service}-{module}"
    return Process(
        name=name,
        command=f"services.{service}.{module}",
        env=service_environment(config, service),
        cwd=PROJECT,
        after=("prepare",),
        ready=partial(_ready, config, name),
    )


async def _ready(config: LocalConfig, name: str) -> bool:
    """Whether a process serves.

    A worker has caught up with the registry only once the registry's own worker has published all.
    """
    if name.endswith("-worker") and not await answers_ok(config.ports["registry-worker"]):
        return False
    return await answers_ok(config.ports[name])
