"""Who a child process is, and what becomes of it without its parent."""

import ctypes
import os
import pwd
import sys
from collections.abc import Callable
from signal import Signals
from typing import TypedDict


class Identity(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that say who a child is."""

    user: str
    group: int
    extra_groups: list[str]


def run_as(user: str | None) -> Identity:
    """Run a child as `user` and in no group but its own; as ourselves when `None`."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def die_with_parent(signal: Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that asks the kernel for `signal` when the parent dies, even by kill -9.

    Linux only; elsewhere `supervisor.clear_away` does it at the next start. A change of user would forget the
    wish, but CPython runs `preexec_fn` after that change (`_posixsubprocess.c`, `child_exec`).
    """
    if sys.platform != "linux":
        return None
    prctl, parent, set_parent_death_signal = ctypes.CDLL(None).prctl, os.getpid(), 1

    def in_child() -> None:
        prctl(set_parent_death_signal, int(signal))
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return in_child
