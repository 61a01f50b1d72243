"""The PostgreSQL and the nats-server that all tests of one run share.

pytest's controller starts this as a child and holds its standard input: when that closes, for
whatever reason, the servers stop and their files go. They start when the first test asks for them.
"""

import asyncio
import json
import sys
import time
from importlib import import_module
from pathlib import Path
from select import select
from typing import Any

from deploy.local.config import SERVICES, LocalConfig, service_environment, temporary_home
from deploy.local.stack import running_stack, server_processes

_POLL_SECONDS = 0.02


def wait_for_servers(home: Path) -> LocalConfig:
    """Ask for the servers and wait until they serve.

    Raises:
        RuntimeError: they do not start; says why.
    """
    (home / "wanted").touch()
    while not (answer := home / "answer").exists():
        time.sleep(_POLL_SECONDS)
    config = json.loads(answer.read_text())
    if error := config.get("error"):
        raise RuntimeError(f"the test servers do not start: {error}")
    return LocalConfig.from_environment(config)


def settings_values(config: LocalConfig, service: str) -> dict[str, Any]:
    """What a service's `Settings` are made of, for the servers of a run."""
    environment = {name.lower(): value for name, value in service_environment(config, service).items()}
    return {**environment, "environment": "test"}


def main() -> None:
    """Wait for a wish, then serve until standard input closes."""
    with temporary_home() as home:
        print(home, flush=True)  # noqa: T201 - the controller reads it
        while not (home / "wanted").exists():
            if select([sys.stdin], [], [], _POLL_SECONDS)[0]:
                return
        asyncio.run(_serve(home))


async def _serve(home: Path) -> None:
    closed = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    config = LocalConfig.on_free_ports(home)
    try:
        async with running_stack(config, server_processes):
            await _migrate(config)
            _answer(home, config.environment())
            await closed
    except Exception as error:
        _answer(home, {"error": f"{type(error).__name__}: {error}"})
        await closed
        raise


async def _migrate(config: LocalConfig) -> None:
    """Make the stack's database the template of all others: every schema, no data."""
    migrations = import_module("shared.migrations")  # slow to import, and not always needed
    for service in SERVICES:
        settings = import_module(f"services.{service}.settings").Settings
        await migrations.upgrade(service, settings(**settings_values(config, service)))


def _answer(home: Path, answer: dict[str, str]) -> None:
    unfinished = home / "answer.new"
    unfinished.write_text(json.dumps(answer))
    unfinished.rename(home / "answer")


if __name__ == "__main__":
    main()
