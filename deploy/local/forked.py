"""Children that the nursery forks (`deploy.local.nursery`), from the supervisor's side."""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL, Signals

from deploy.local.child import die_with_parent
from deploy.local.config import PROJECT, inherited_environment


class ForkedChild:
    """As much of `asyncio.subprocess.Process` as the supervisor uses.

    `returncode` is the exit code, or the negative number of the signal that ended it; `None` until then.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()

    async def wait(self) -> int | None:
        """Wait for its end."""
        await self._ended.wait()
        return self.returncode

    def send_signal(self, signal: Signals) -> None:
        """Raises `ProcessLookupError` when it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, signal)

    def kill(self) -> None:
        """As `send_signal(SIGKILL)`."""
        self.send_signal(SIGKILL)

    def end(self, returncode: int) -> None:
        """It has ended."""
        self.returncode = returncode
        self._ended.set()


class Nursery:
    """Starts our Python modules by forking them from a warm process.

    `start` it some time before the first `fork`, and it will have imported everything by then.
    """

    def __init__(self, home: Path) -> None:
        self._log = home / "logs" / "nursery.log"
        self._turn = asyncio.Lock()
        self._channel: socket.socket | None = None
        self._listening: asyncio.Task[None] | None = None
        self._children: dict[int, ForkedChild] = {}
        self._answer: asyncio.Future[ForkedChild] | None = None

    async def start(self) -> socket.socket:
        """Start the process unless it runs, and return what it listens to. It goes on importing meanwhile."""
        if self._channel and self._listening and not self._listening.done():
            return self._channel
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._channel, theirs = socket.socketpair()
        with theirs, self._log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "deploy.local.nursery",
                env=inherited_environment(),
                cwd=PROJECT,
                stdin=theirs.fileno(),
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(SIGKILL),
            )
        reader, writer = await asyncio.open_connection(sock=self._channel)
        self._listening = asyncio.create_task(self._listen(process, reader, writer))
        return self._channel

    async def stop(self) -> None:
        """End the process, and with it every child that is still there."""
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def fork(
        self, module: str, *, env: Mapping[str, str], cwd: Path, output: int, lock: int, death_signal: Signals
    ) -> ForkedChild:
        """Run what `python -m module` would; it writes to the file `output` and holds the file `lock`.

        Raises:
            OSError: the nursery ended before it could; the next call starts another.
        """
        order = {"module": module, "env": dict(env), "cwd": str(cwd), "death_signal": int(death_signal)}
        async with self._turn:
            channel = await self.start()
            self._answer = asyncio.get_running_loop().create_future()
            socket.send_fds(channel, [json.dumps(order).encode()], [output, lock])
            return await self._answer

    async def _listen(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            async for line in reader:
                pid, *code = map(int, line.split())
                if code:
                    self._children.pop(pid).end(*code)
                elif self._answer:
                    self._children[pid] = child = ForkedChild(pid)
                    self._answer.set_result(child)
        finally:
            writer.close()
            if self._answer and not self._answer.done():
                self._answer.set_exception(OSError(f"the nursery has ended, see {self._log}"))
            for child in self._children.values():
                child.end(-SIGKILL)  # see `die_with`
            self._children.clear()
            await process.wait()
