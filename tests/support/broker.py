"""A nats-server that belongs to one test, to be restarted, paused and robbed of its disk."""

import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TypeVar

from deploy.local import nats, secrets
from deploy.local.config import HOST, LocalConfig, temporary_home
from deploy.local.supervisor import Supervisor
from shared.settings import ServiceSettings

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True)
class Broker:
    """It starts again by itself, like everything the supervisor keeps."""

    config: LocalConfig
    supervisor: Supervisor

    def serving(self, settings: S) -> S:
        """The same settings, but for this server."""
        return settings.model_copy(
            update={
                "nats_url": f"nats://{HOST}:{self.config.ports['nats']}",
                "nats_password_file": self.config.secret(f"{settings.nats_user}_nats_password"),
            }
        )

    async def restart(self) -> None:
        """Kill it, and wait for the next one."""
        await self.supervisor.kill("nats")
        await self.supervisor.wait_ready("nats")

    async def lose_disk(self) -> None:
        """Kill it after everything it stored is gone, and wait for the next one."""
        with self.paused():
            shutil.rmtree(self.config.home / "nats")
            await self.supervisor.kill("nats")
        await self.supervisor.wait_ready("nats")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """It holds its connections and says nothing for the length of the block."""
        pid = self.supervisor.pids["nats"]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            if self.supervisor.pids.get("nats") == pid:
                os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def running_broker() -> AsyncIterator[Broker]:
    """A nats-server with the configuration of production, on a free port, with an empty disk."""
    with temporary_home() as home:
        config = LocalConfig.on_free_ports(home)
        secrets.ensure(config)
        supervisor = Supervisor([nats.server(config)], home)
        try:
            await supervisor.start()
            await supervisor.wait_ready("nats")
            yield Broker(config, supervisor)
        finally:
            await supervisor.stop()
