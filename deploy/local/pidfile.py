"""Pid files that cannot lie: whoever is named in one holds a lock on it while it lives.

The lock belongs to the open file, not to the process that took it (flock(2)): a child that inherits
the file keeps it locked until it and its own children are gone. A process id that has been given
to somebody else is therefore never taken for ours, on Linux and macOS alike.
"""

import fcntl
import os
from pathlib import Path


def claim(path: Path) -> int | None:
    """Lock the file for this process or a child to come; `None` while another process holds it.

    The descriptor returned is the lock: it ends when every copy of it is closed.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.ftruncate(descriptor, 0)
    return descriptor


def sign(descriptor: int, pid: int) -> None:
    """Write into a claimed file whose it is."""
    os.pwrite(descriptor, f"{pid}\n".encode(), 0)


def holder(path: Path) -> int | None:
    """The living process that holds the file, or `None`."""
    try:
        file = path.open()
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read().strip()
            return int(text) if text else None
        return None
