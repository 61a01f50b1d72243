"""Modules that are forked from the nursery, with real processes."""

import asyncio
import json
import os
import sys
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from deploy.local import pidfile
from deploy.local.config import PROJECT
from deploy.local.supervisor import Process, StartError
from tests.unit.deploy.test_supervisor import running, shell, until

MODULE = "tests.support.scripted"
SLEEP = "import time; time.sleep(100)"


def scripted(name: str, script: str, **options: Any) -> Process:
    return Process(name=name, command=MODULE, env={"SCRIPT": script}, **options)


def log(home: Path, name: str) -> str:
    return (home / "logs" / f"{name}.log").read_text()


async def test_it_is_what_it_would_have_been_by_itself(tmp_path: Path) -> None:
    script = """
import glob, json, os, sys
print(json.dumps({
    "name": __name__, "argv": sys.argv, "main": sys.modules["__main__"].__spec__.name, "env": dict(os.environ),
    "cwd": os.getcwd(), "leader": os.getsid(0) == os.getpid(), "input": sys.stdin.read(), "umask": os.umask(0),
    "files": sorted(os.readlink(each) for each in glob.glob("/proc/self/fd/*") if os.path.exists(each)),
}))
print("and an error", file=sys.stderr)
"""
    async with running(tmp_path, scripted("a", script, once=True, cwd=tmp_path)):
        told, complaint = log(tmp_path, "a").splitlines()
    files = [str(tmp_path / "logs" / "a.log")] * 2 + [str(tmp_path / "run" / "a.pid"), os.devnull]
    assert json.loads(told) == {
        "name": "__main__",
        "argv": [str(PROJECT / "tests" / "support" / "scripted.py")],
        "main": MODULE,
        "env": {"SCRIPT": script},
        "cwd": str(tmp_path),
        "leader": True,
        "input": "",
        "umask": 0o077,
        "files": sorted(files),
    }
    assert complaint == "and an error"


@pytest.mark.parametrize(
    ("script", "how"),
    [
        ("raise SystemExit(7)", "ended with code 7"),
        ("1 / 0", "ended with code 1"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by SIGKILL"),
    ],
)
async def test_its_end_is_told_as_of_any_other(tmp_path: Path, script: str, how: str) -> None:
    with pytest.raises(StartError, match=rf"^broken {how}\."):
        async with running(tmp_path, scripted("broken", script, once=True)):
            pytest.fail("it has not started")


async def test_what_dies_is_forked_again(tmp_path: Path) -> None:
    async with running(tmp_path, scripted("a", SLEEP), scripted("b", SLEEP)) as supervisor:
        before = supervisor.pids
        await supervisor.kill("a")
        await asyncio.wait_for(supervisor.wait_ready(), 10)
        assert supervisor.pids["a"] != before["a"]
        assert supervisor.pids["b"] == before["b"]
        assert pidfile.holder(tmp_path / "run" / "a.pid") == supervisor.pids["a"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
async def test_when_the_nursery_dies_another_takes_over(tmp_path: Path) -> None:
    async with running(
        tmp_path, scripted("a", SLEEP), scripted("b", SLEEP), shell("c", "exec sleep 100")
    ) as supervisor:
        before = supervisor.pids
        os.kill(parent(before["a"]), SIGKILL)
        await until(lambda: all(supervisor.pids.get(name) not in {None, before[name]} for name in "ab"))
        assert supervisor.pids["c"] == before["c"]
        assert parent(supervisor.pids["a"]) == parent(supervisor.pids["b"])


async def test_the_nursery_ends_with_the_supervisor(tmp_path: Path) -> None:
    async with running(tmp_path, scripted("a", SLEEP)) as supervisor:
        nursery = parent(supervisor.pids["a"])
    with pytest.raises(ProcessLookupError):
        os.kill(nursery, 0)


async def test_no_two_think_of_the_same_number(tmp_path: Path) -> None:
    """What is random must not have been decided before the fork."""
    script = """
import random, secrets
from nats.nuid import NUID
from shared.db import new_id
print(random.random(), secrets.token_hex(), NUID().next(), str(new_id())[-12:])
"""
    async with running(tmp_path, scripted("a", script, once=True), scripted("b", script, once=True)):
        words = f"{log(tmp_path, 'a')} {log(tmp_path, 'b')}".split()
    assert len(set(words)) == len(words) == 8


async def test_a_nursery_that_cannot_import_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.forked.PROJECT", tmp_path)  # nothing of ours is there
    monkeypatch.setattr("deploy.local.forked.inherited_environment", dict)
    with pytest.raises(StartError, match=r"^a cannot be started: the nursery has ended, see .*nursery\.log$"):
        async with running(tmp_path, scripted("a", SLEEP)):
            pytest.fail("it has not started")
    assert "No module named" in log(tmp_path, "nursery")


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
