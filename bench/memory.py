"""Memory of the whole stack: proportional set size, so that shared pages count once."""

from collections.abc import Iterable
from pathlib import Path


def stack_megabytes(pids: Iterable[int]) -> dict[int, float]:
    """PSS in MB of each process together with all its descendants. Linux only."""
    children = _children()
    return {pid: sum(_pss(each) for each in _family(pid, children)) / 1024 for pid in pids}


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


def _family(pid: int, children: dict[int, list[int]]) -> list[int]:
    return [pid, *(each for child in children.get(pid, []) for each in _family(child, children))]


def _pss(pid: int) -> int:
    """PSS of one process in kB; 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
