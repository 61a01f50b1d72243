"""The nursery: it has imported what all our processes need, and forks into any of them when told.

Importing is most of what it takes to start one, and the local stack starts six and a preparation:
this way they pay for it once and share the memory. In production every process starts by itself.

It is told on its standard input, a socket: a line of JSON with two open files, see `forked.Nursery`.
It answers `<pid>` for each order, and `<pid> <exit code>` when a child has ended. It ends with its
supervisor, and its children with it.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from select import select
from typing import Any

import shared.app
import shared.auth
import shared.messaging.changefeed
import shared.migrations
import shared.outbound.client
import shared.worker  # noqa: F401 - to have them imported is what this is for
from deploy.local.child import die_with

_LONGEST_ORDER = 1 << 16


def main() -> None:
    """Serve the supervisor; in a child, be what was ordered."""
    gc.freeze()  # a collection would write to every object and so end the sharing
    nursery = os.getpid()
    order, output = _serve(socket.socket(fileno=os.dup(0)))
    _become(nursery, output, **order)


def _serve(channel: socket.socket) -> tuple[dict[str, Any], int]:
    """Fork at every order. Returns in the children only, with the order and the file to write to.

    The other file is the lock on the child's pid file, which it keeps open as long as it lives.
    """
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # select is to see it
    while True:
        readable, _, _ = select([channel.fileno(), woken], [], [])
        if woken in readable:
            os.read(woken, 4096)
            for pid, code in _ended():
                channel.sendall(f"{pid} {code}\n".encode())
        if channel.fileno() in readable:
            text, files, *_ = socket.recv_fds(channel, _LONGEST_ORDER, 2)
            if not text:
                sys.exit()  # the supervisor is gone
            if (pid := os.fork()) == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                channel.close()
                os.close(woken)
                os.close(wake)
                return json.loads(text), files[0]
            for file in files:
                os.close(file)
            channel.sendall(f"{pid}\n".encode())


def _ended() -> Iterator[tuple[int, int]]:
    """Children that have ended since the last look, with their exit codes."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def _become(
    nursery: int, output: int, *, module: str, env: dict[str, str], cwd: str, death_signal: int
) -> None:
    """Be what `python -m module` would have been."""
    die_with(nursery, signal.Signals(death_signal))
    os.setsid()  # Ctrl-C is for the supervisor, which stops in order
    os.umask(0o077)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    if (name := Path("/proc/self/comm")).exists():
        name.write_text(module.removeprefix("services."))  # for ps and top
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
