"""What goes wrong, when: made from a seed, so that a run can be repeated."""

import asyncio
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT, SIGSTOP

from deploy.local.stack import RunningStack

VICTIMS = (
    "registry",
    "reports",
    "notifications",
    "registry-worker",
    "reports-worker",
    "notifications-worker",
    "nats",
    "postgres",
)
KINDS = ("kill", "pause", "restart")
LONGEST_PAUSE = 4.0


@dataclass(frozen=True)
class Fault:
    """After `wait` seconds something happens to `victim`; a pause lasts `seconds`."""

    wait: float
    kind: str
    victim: str
    seconds: float

    async def happen(self, stack: RunningStack) -> None:
        """Let it happen; returns when everything serves again."""
        await asyncio.sleep(self.wait)
        match self.kind:
            case "kill":
                await stack.kill(self.victim)
            case "restart":
                await stack.restart(self.victim)
            case "pause":
                await _pause(stack.pids[self.victim], self.seconds)
        await stack.wait_ready(timeout=60)


def faults(seed: int) -> Iterator[Fault]:
    """Every process is killed once, in some order; after that anything may happen, for ever."""
    chance = random.Random(seed)
    for victim in chance.sample(VICTIMS, len(VICTIMS)):
        yield Fault(chance.uniform(0, 1), "kill", victim, 0)
    while True:
        yield Fault(
            chance.uniform(0, 3),
            chance.choice(KINDS),
            chance.choice(VICTIMS),
            chance.uniform(0.5, LONGEST_PAUSE),
        )


async def _pause(pid: int, seconds: float) -> None:
    """Stop a process and those it has started; let them go on afterwards, whatever happens here."""
    family = _family(pid)
    try:
        for each in family:
            _signal(each, SIGSTOP)
        await asyncio.sleep(seconds)
    finally:
        for each in family:
            _signal(each, SIGCONT)


def _signal(pid: int, signal: int) -> None:
    try:
        os.kill(pid, signal)
    except ProcessLookupError:
        return


def _family(pid: int) -> list[int]:
    lists = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return [pid, *(each for child in " ".join(lists).split() for each in _family(int(child)))]
