"""Who a child process is, and what becomes of it without its parent."""

import ctypes
import os
import pwd
import sys
from collections.abc import Callable
from functools import partial
from signal import Signals
from typing import TypedDict

_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
_libc = ctypes.CDLL(None)  # opened before any fork


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


def die_with_parent(signal: Signals) -> Callable[[], None]:
    """A `preexec_fn` that asks the kernel for `signal` when the parent dies, even by kill -9.

    A change of user would forget the wish, but CPython runs `preexec_fn` after that change
    (`_posixsubprocess.c`, `child_exec`).
    """
    return partial(die_with, os.getpid(), signal)


def die_with(parent: int, signal: Signals) -> None:
    """Ask the kernel for `signal` when the parent dies; to be called in the child.

    The kernel counts the end of the *thread* that made a child as the death of its parent. Linux
    only; elsewhere `supervisor.clear_away` ends what is left at the next start.
    """
    if sys.platform != "linux":
        return
    _libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(signal))
    if os.getppid() != parent:  # it died in between
        os._exit(1)
