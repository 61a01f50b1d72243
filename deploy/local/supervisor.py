"""A small supervisor: ordered start and stop, restart of what dies, nothing orphaned.

It knows nothing about our services. Every child writes to `<home>/logs/<name>.log` directly, so
output costs the supervisor nothing, and holds `<home>/run/<name>.pid` (see `pidfile`) as long as
it lives, so that a later start finds what an earlier one may have left behind.
"""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from deploy.local import pidfile
from deploy.local.child import die_with_parent, run_as
from deploy.local.forked import ForkedChild, Nursery

POLL = 0.05
"""Seconds between two looks at a server that is not ready yet: it cannot tell us."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds before what has died is started again; doubled until it lives for `STABLE` seconds."""
STABLE = 10.0
LARGEST_LOG = 5_000_000
"""Bytes after which a log is put aside as `<name>.log.1` when its process is started."""

log = logging.getLogger(__name__)

Child = asyncio.subprocess.Process | ForkedChild


class StartError(Exception):
    """A process did not start; the message ends with the last lines of its log."""


async def _at_once() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Process:
    """One child. Times are in seconds.

    Attributes:
        command: what it runs; for a Python module of ours, which starts from a warm copy, its name.
        after: names of the processes that must be ready before it starts and are stopped after it.
        ready: whether it serves; asked until it does.
        once: it is ready when it has ended with code 0, and is not started again.
        user: runs as this user instead of ours; needs root.
        stop_signal: asks it to end in good order.
        death_signal: what the kernel sends it when the supervisor is killed (Linux).
    """

    name: str
    command: Sequence[str] | str
    env: Mapping[str, str]
    cwd: Path = Path("/")
    after: tuple[str, ...] = ()
    ready: Callable[[], Awaitable[bool]] = _at_once
    once: bool = False
    user: str | None = None
    stop_signal: Signals = SIGTERM
    death_signal: Signals = SIGKILL
    start_timeout: float = 60.0
    stop_timeout: float = 15.0


class Supervisor:
    """Runs processes until told to stop. Use it in the main thread of a program.

    The kernel counts the end of the *thread* that made a child as the death of its parent.
    """

    def __init__(self, processes: Iterable[Process], home: Path) -> None:
        self._processes = {process.name: process for process in processes}
        self._home = home
        self._nursery = Nursery(home)
        self._children: dict[str, Child] = {}
        self._keepers: list[asyncio.Task[None]] = []

    @property
    def pids(self) -> dict[str, int]:
        """Process ids of the children alive now, by name."""
        return {name: child.pid for name, child in self._children.items() if child.returncode is None}

    async def wait_ready(self, *names: str) -> None:
        """Wait until these processes (default: all that stay) are alive and serve."""
        for name in names or [name for name, process in self._processes.items() if not process.once]:
            while name not in self.pids or not await self._processes[name].ready():  # noqa: ASYNC110 - see POLL
                await asyncio.sleep(POLL)

    async def kill(self, name: str) -> None:
        """Kill a process and wait for its end; it will be started again. For tests of faults."""
        await self._end(name, SIGKILL)

    async def restart(self, name: str) -> None:
        """Ask a process to end in good order and wait for it; it will be started again."""
        await self._end(name, self._processes[name].stop_signal)

    async def _end(self, name: str, signal: Signals) -> None:
        child = self._children[name]
        with suppress(ProcessLookupError):
            child.send_signal(signal)
        await child.wait()

    async def warm_up(self) -> None:
        """Prepare for our own modules; worth calling when there is something else to do before `start`."""
        if any(isinstance(process.command, str) for process in self._processes.values()):
            await self._nursery.start()

    async def start(self) -> None:
        """Start everything, what is independent at the same time; return when all are ready.

        Whoever calls it has to call `stop` too, also when it fails or is cancelled.

        Raises:
            StartError: a process ended, or was not ready in time.
        """
        for folder in ("logs", "run"):
            (self._home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        ready = {name: asyncio.Event() for name in self._processes}

        async def start_in_turn(process: Process) -> None:
            for name in process.after:
                await ready[name].wait()
            await self._start(process)
            ready[process.name].set()

        try:
            async with asyncio.TaskGroup() as group:
                for process in self._processes.values():
                    group.create_task(start_in_turn(process))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def stop(self) -> None:
        """Stop everything in the reverse order; who does not end in time is killed."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        stopped = {name: asyncio.Event() for name in self._processes}

        async def stop_in_turn(process: Process) -> None:
            for other in self._processes.values():
                if process.name in other.after:
                    await stopped[other.name].wait()
            await self._stop(process)
            stopped[process.name].set()

        await asyncio.gather(*(stop_in_turn(process) for process in self._processes.values()))
        await self._nursery.stop()

    async def _start(self, process: Process) -> None:
        try:
            child = await self._spawn(process)
            async with asyncio.timeout(process.start_timeout):
                if process.once:
                    await child.wait()
                while child.returncode is None and not await process.ready():  # noqa: ASYNC110 - see POLL
                    await asyncio.sleep(POLL)
        except TimeoutError:
            problem = f"was not ready within {process.start_timeout:g} s"
            raise StartError(self._with_last_lines(process, problem)) from None
        except OSError as error:
            raise StartError(f"{process.name} cannot be started: {error}") from None
        if child.returncode != (0 if process.once else None):
            raise StartError(self._with_last_lines(process, _how_ended(child)))
        if not process.once:
            self._keepers.append(asyncio.create_task(self._keep(process)))

    async def _keep(self, process: Process) -> None:
        """Start the process again whenever it has ended."""
        pause = FIRST_PAUSE
        while True:
            began, child = time.monotonic(), self._children[process.name]
            await child.wait()
            if time.monotonic() - began > STABLE:
                pause = FIRST_PAUSE
            log.warning("%s %s; starting it again in %.1f s", process.name, _how_ended(child), pause)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            try:
                await self._spawn(process)
            except (OSError, StartError) as error:
                log.warning("%s cannot be started: %s", process.name, error)

    async def _spawn(self, process: Process) -> Child:
        """Start the process and hand it the lock on its pid file.

        Raises:
            OSError: it cannot be run.
            StartError: an earlier one does not go away.
        """
        lock = await _claim(self._home / "run" / f"{process.name}.pid")
        try:
            with self._log_file(process).open("ab") as output:
                child = await self._run(process, output.fileno(), lock)
            pidfile.sign(lock, child.pid)
        finally:
            os.close(lock)
        self._children[process.name] = child
        return child

    async def _run(self, process: Process, output: int, lock: int) -> Child:
        if isinstance(process.command, str):
            return await self._nursery.fork(
                process.command,
                env=process.env,
                cwd=process.cwd,
                output=output,
                lock=lock,
                death_signal=process.death_signal,
            )
        return await asyncio.create_subprocess_exec(
            *process.command,
            env=process.env,
            cwd=process.cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            pass_fds=(lock,),
            start_new_session=True,  # Ctrl-C is for the supervisor, which stops in order
            umask=0o077,
            preexec_fn=die_with_parent(process.death_signal),
            **run_as(process.user),
        )

    async def _stop(self, process: Process) -> None:
        child = self._children.get(process.name)
        if child is None or child.returncode is not None:
            return
        with suppress(ProcessLookupError):
            child.send_signal(process.stop_signal)
        try:
            await asyncio.wait_for(child.wait(), process.stop_timeout)
        except TimeoutError:
            log.warning("%s did not stop within %g s; killing it", process.name, process.stop_timeout)
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()

    def _log_file(self, process: Process) -> Path:
        path = self._home / "logs" / f"{process.name}.log"
        if path.exists() and path.stat().st_size > LARGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        return path

    def _with_last_lines(self, process: Process, problem: str) -> str:
        path = self._log_file(process)
        lines = path.read_text(errors="replace").splitlines()[-15:] if path.exists() else []
        return "\n".join([f"{process.name} {problem}. The end of {path}:", *(f"  {line}" for line in lines)])


async def clear_away(home: Path) -> None:
    """End what a killed supervisor of the same home has left behind.

    Raises:
        StartError: a process does not go away.
    """
    for path in (home / "run").glob("*.pid"):
        os.close(await _claim(path))


def kill_all(home: Path) -> None:
    """Kill every process of this home at once, in no order."""
    for path in (home / "run").glob("*.pid"):
        _send(path, SIGKILL)


async def _claim(path: Path, patience: float = 5.0) -> int:
    """Claim a pid file, ending its holder: asked at first, killed after `patience` seconds."""
    began, signal = time.monotonic(), SIGTERM
    while (lock := pidfile.claim(path)) is None:
        waited = time.monotonic() - began
        if waited > 2 * patience:
            raise StartError(f"Process {pidfile.holder(path)}, named in {path}, does not go away.")
        if signal is SIGTERM or waited > patience:
            _send(path, signal)
            signal = SIGKILL
        await asyncio.sleep(POLL)
    return lock


def _send(path: Path, signal: Signals) -> None:
    if (pid := pidfile.holder(path)) is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal)


def _how_ended(child: Child) -> str:
    code = child.returncode
    return f"was ended by {Signals(-code).name}" if code and code < 0 else f"ended with code {code}"
