"""`python -m deploy.local` as a person uses it, with the servers alone."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals
from subprocess import PIPE

import pytest

from deploy.local import pidfile
from deploy.local.config import HOST, PROJECT, SERVICES, LocalConfig
from deploy.local.stack import stack_processes

SERVERS_ONLY = (
    "import sys; from deploy.local.__main__ import main; from deploy.local.stack import server_processes; "
    "main(sys.argv[1:], server_processes)"
)


class Command:
    """A command of the local stack, running."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.output = ""

    async def until(self, text: str) -> None:
        """Read what it says until it says `text`."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            while text not in self.output:
                line = await self.process.stdout.readline()
                assert line, self.output
                self.output += line.decode()

    async def end(self) -> int:
        """Wait for the end. Returns the exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            self.output += (await self.process.stdout.read()).decode()
            return await self.process.wait()


@pytest.fixture
def config(home: Path) -> LocalConfig:
    return LocalConfig.on_free_ports(home)


@pytest.fixture
async def commands(config: LocalConfig) -> AsyncIterator["Commands"]:
    commands = Commands(config)
    yield commands
    await commands.kill()


class Commands:
    """Runs commands for one home and leaves none behind."""

    def __init__(self, config: LocalConfig) -> None:
        self.config = config
        self._running: list[Command] = []

    async def run(self, name: str, **environment: str) -> Command:
        env = {"PATH": os.environ["PATH"], **self.config.environment(), **environment}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SERVERS_ONLY, name, cwd=PROJECT, env=env, stdout=PIPE, stderr=-2
        )
        self._running.append(Command(process))
        return self._running[-1]

    async def kill(self) -> None:
        for command in self._running:
            if command.process.returncode is None:
                command.process.kill()
                await command.end()

    def holders(self) -> set[int]:
        paths = (self.config.home / "run").glob("*.pid")
        return {pid for path in paths if (pid := pidfile.holder(path)) is not None}


@pytest.mark.parametrize("signal", [SIGINT, SIGTERM])
async def test_a_signal_stops_everything(commands: Commands, signal: Signals) -> None:
    up = await commands.run("up")
    await up.until("is ready after")
    assert len(commands.holders()) == 2
    up.process.send_signal(signal)
    assert await up.end() == 0
    assert up.output.endswith("The stack has stopped.\n")
    assert "Traceback" not in up.output
    assert commands.holders() == set()
    assert "database system is shut down" in (commands.config.home / "logs" / "postgres.log").read_text()


async def test_a_life(commands: Commands) -> None:
    """Status, a second `up`, `down` from elsewhere, `down` again."""
    absent = await commands.run("status")
    assert await absent.end() == 1
    up = await commands.run("up")
    await up.until("make down")
    assert f"curl 'http://{HOST}:{commands.config.ports['registry']}/v1/verify" in up.output

    status = await commands.run("status")
    assert await status.end() == 0
    assert re.findall(r"^(\S+) .* (ready|not ready)$", status.output, re.MULTILINE) == [
        ("postgres", "ready"),
        ("nats", "ready"),
    ]

    second = await commands.run("up")
    assert await second.end() == 1
    assert "is running already" in second.output.splitlines()[-1]

    down = await commands.run("down")
    assert await down.end() == 0
    assert await up.end() == 0
    assert commands.holders() == set()

    again = await commands.run("down")
    assert (await again.end(), again.output) == (0, "The stack is not running.\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
async def test_a_killed_stack_leaves_nothing_and_starts_again(commands: Commands) -> None:
    up = await commands.run("up")
    await up.until("is ready after")
    up.process.kill()
    await up.end()
    again = await commands.run("up")
    await again.until("is ready after")
    assert len(commands.holders()) == 2
    again.process.kill()
    await again.end()
    async with asyncio.timeout(10):
        while commands.holders():  # noqa: ASYNC110 - other processes
            await asyncio.sleep(0.02)


async def test_a_taken_port_is_a_sentence(commands: Commands) -> None:
    port = commands.config.ports["nats"]
    other = await asyncio.start_server(lambda *_: None, HOST, port)
    async with other:
        up = await commands.run("up")
        assert await up.end() == 1
    assert up.output.splitlines()[-1].startswith(f"Port {port} is taken")
    assert "set NATS_PORT=" in up.output
    assert "Traceback" not in up.output


async def test_production_is_refused(commands: Commands) -> None:
    up = await commands.run("up", ENVIRONMENT="production")
    assert await up.end() == 1
    assert up.output == "The local stack, its secrets and its tokens are refused in production.\n"
    assert not list(commands.config.home.iterdir())


def test_the_whole_stack_starts_in_the_right_order(config: LocalConfig) -> None:
    from deploy.local import secrets  # noqa: PLC0415

    secrets.ensure(config)
    after = {process.name: process.after for process in stack_processes(config)}
    assert after == {
        "postgres": (),
        "roles": ("postgres",),
        "nats": (),
        **{f"{service}-prepare": ("roles",) for service in SERVICES},
        **{service: (f"{service}-prepare",) for service in SERVICES},
        **{f"{service}-worker": (f"{service}-prepare", "nats") for service in SERVICES},
    }
