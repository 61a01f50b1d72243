"""Memory of the whole stack: proportional set size, so that shared pages count once."""

import os
from collections.abc import Mapping
from pathlib import Path


def stack_megabytes(names: Mapping[str, int]) -> dict[str, float]:
    """PSS in MB of all processes that descend from this one, by the name of the nearest that has one.

    `names` are process ids by name; what has none is the nursery from which the others were forked.
    Linux only.
    """
    named = {pid: name for name, pid in names.items()}
    found: dict[str, float] = {}

    def add(pid: int, name: str) -> None:
        name = named.get(pid, name)
        found[name] = found.get(name, 0) + _pss(pid) / 1024
        for child in children.get(pid, []):
            add(child, name)

    children = _children()
    for pid in children.get(os.getpid(), []):
        add(pid, "nursery")
    return found


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue  # it has just ended
        parent = int(text.rpartition(")")[2].split()[1])
        found.setdefault(parent, []).append(int(stat.parent.name))
    return found


def _pss(pid: int) -> int:
    """PSS of one process in kB; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
