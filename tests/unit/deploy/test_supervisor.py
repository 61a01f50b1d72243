"""The supervisor, with real children."""

import asyncio
import os
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGKILL, Signals

import pytest

from deploy.local import pidfile
from deploy.local.config import PROJECT
from deploy.local.supervisor import Process, StartError, Supervisor, clear_away, kill_all

PATH = {"PATH": os.environ["PATH"]}


def shell(name: str, script: str, *, after: tuple[str, ...] = (), **options: object) -> Process:
    command = ["sh", "-c", textwrap.dedent(script)]
    return Process(name=name, command=command, env=PATH, after=after, **options)  # type: ignore[arg-type]


def sleeper(name: str) -> Process:
    return shell(name, "exec sleep 100")


@asynccontextmanager
async def running(home: Path, *processes: Process) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(processes, home)
    try:
        await supervisor.start()
        yield supervisor
    finally:
        await supervisor.stop()
        assert supervisor.pids == {}


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the other side is another process
            await asyncio.sleep(0.02)


def written(path: Path, word: str) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        return path.exists() and word in path.read_text().split()  # noqa: ASYNC240 - a tiny file

    return ready


async def test_starts_in_order_and_stops_in_reverse(tmp_path: Path) -> None:
    diary = tmp_path / "diary"

    def writer(name: str, *after: str) -> Process:
        script = f"""
            sleep 0.1; echo +{name} >> {diary}
            trap 'sleep 0.1; echo -{name} >> {diary}; exit' TERM
            while :; do sleep 0.02; done
        """
        return shell(name, script, after=after, ready=written(diary, f"+{name}"))

    async with running(tmp_path, writer("c", "b"), writer("a"), writer("b", "a")):
        assert diary.read_text().split() == ["+a", "+b", "+c"]
    assert diary.read_text().split() == ["+a", "+b", "+c", "-c", "-b", "-a"]


async def test_what_is_independent_starts_at_the_same_time(tmp_path: Path) -> None:
    def pair(name: str, other: str) -> Process:
        script = f"echo {name} >> {tmp_path}/diary; exec sleep 100"

        return shell(name, script, ready=written(tmp_path / "diary", other), start_timeout=10)

    async with running(tmp_path, pair("a", "b"), pair("b", "a")) as supervisor:
        assert set(supervisor.pids) == {"a", "b"}


async def test_what_dies_is_started_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with running(tmp_path, sleeper("a"), sleeper("b")) as supervisor:
        before = supervisor.pids
        await supervisor.kill("a")
        await asyncio.wait_for(supervisor.wait_ready(), 10)
        assert supervisor.pids["a"] != before["a"]
        assert supervisor.pids["b"] == before["b"]
    assert "a was ended by SIGKILL; starting it again in 0.2 s" in caplog.text


async def test_restarts_become_slower(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    script = f"grep -q begun {tmp_path}/diary && exit 3; echo begun > {tmp_path}/diary; sleep 0.3"
    async with running(tmp_path, shell("a", script, ready=written(tmp_path / "diary", "begun"))):
        await until(lambda: "again in 0.8 s" in caplog.text)
    assert "a ended with code 3; starting it again in 0.4 s" in caplog.text


async def test_a_step_is_run_once_and_before_what_follows(tmp_path: Path) -> None:
    step = shell("step", f"sleep 0.1; echo done >> {tmp_path}/step", once=True)
    follower = shell("follower", f"cp {tmp_path}/step {tmp_path}/seen; exec sleep 100", after=("step",))
    async with running(tmp_path, follower, step) as supervisor:
        await until((tmp_path / "seen").exists)
        assert set(supervisor.pids) == {"follower"}
    assert (tmp_path / "step").read_text() == "done\n"


@pytest.mark.parametrize("once", [True, False])
async def test_a_failed_start_tells_the_end_of_the_log(tmp_path: Path, once: bool) -> None:
    broken = shell("broken", "echo first; echo the reason >&2; exit 7", once=once, ready=_never)
    with pytest.raises(StartError, match=r"(?s)^broken ended with code 7\..*broken\.log.*the reason$"):
        async with running(tmp_path, sleeper("other"), broken):
            pytest.fail("it has not started")


async def _never() -> bool:
    return False


async def test_what_is_never_ready_ends_the_start(tmp_path: Path) -> None:
    slow = shell("slow", "exec sleep 100", ready=_never, start_timeout=0.3)
    with pytest.raises(StartError, match=r"^slow was not ready within 0\.3 s\."):
        async with running(tmp_path, slow):
            pytest.fail("it has not started")


async def test_a_missing_program_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"^missing cannot be started: .*No such file"):
        async with running(tmp_path, Process(name="missing", command=["/no/such/program"], env={})):
            pytest.fail("it has not started")


async def test_what_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    stubborn = shell(
        "stubborn", f"trap '' TERM; touch {tmp_path}/deaf; while :; do sleep 1; done", stop_timeout=0.2
    )
    async with running(tmp_path, stubborn) as supervisor:
        await until((tmp_path / "deaf").exists)
        pid = supervisor.pids["stubborn"]
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_impatience_kills_what_is_being_stopped(tmp_path: Path) -> None:
    deaf = shell("deaf", f"trap '' TERM; touch {tmp_path}/deaf; while :; do sleep 1; done", stop_timeout=60)
    async with running(tmp_path, deaf) as supervisor:
        await until((tmp_path / "deaf").exists)
        stopping = asyncio.create_task(supervisor.stop())
        await asyncio.sleep(0.1)
        assert not stopping.done()
        kill_all(tmp_path)
        await asyncio.wait_for(stopping, 10)


async def test_a_cancelled_start_leaves_nothing(tmp_path: Path) -> None:
    async def start() -> None:
        async with running(tmp_path, sleeper("a"), shell("b", "exec sleep 100", ready=_never)):
            pytest.fail("it has not started")

    task = asyncio.create_task(start())
    await until(lambda: pidfile.holder(tmp_path / "run" / "b.pid") is not None)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert holders(tmp_path) == {"a": None, "b": None}


async def test_a_large_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.local.supervisor.LARGEST_LOG", 10)
    logs = tmp_path / "logs"
    for text in ("one", "two", "twelve bytes", "four"):
        async with running(tmp_path, shell("a", f"echo {text}", once=True)):
            pass
    assert (logs / "a.log").read_text() == "four\n"
    assert (logs / "a.log.1").read_text() == "one\ntwo\ntwelve bytes\n"


async def test_a_leftover_is_ended_before_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    lock = pidfile.claim(tmp_path / "run" / "a.pid")
    assert lock is not None
    with subprocess.Popen(["sleep", "100"], pass_fds=[lock]) as leftover:  # noqa: ASYNC220, S607
        pidfile.sign(lock, leftover.pid)
        os.close(lock)
        assert holders(tmp_path) == {"a": leftover.pid}
        await clear_away(tmp_path)
        assert holders(tmp_path) == {"a": None}


ORPHANS_TO_BE = """
import asyncio, os, sys
from pathlib import Path
from signal import SIGKILL, SIGTERM, SIGUSR1
from deploy.local.supervisor import Process, Supervisor

def process(name, command, **options):
    return Process(name=name, command=command, env={"PATH": os.environ["PATH"]}, **options)

async def main():
    user = "nobody" if os.geteuid() == 0 else None
    processes = [
        process("plain", ["sleep", "100"]),
        process("asked", ["sleep", "100"], death_signal=SIGTERM),
        process("other-user", ["sleep", "100"], user=user, death_signal=SIGUSR1),
        process("deaf", ["sh", "-c", "trap '' TERM INT; while :; do sleep 1; done"]),
        Process(name="forked", command="tests.support.scripted", env={"SCRIPT": "import time; time.sleep(100)"}),
    ]
    await Supervisor(processes, Path(sys.argv[1])).start()
    print("ready", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
async def test_nothing_is_orphaned_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ORPHANS_TO_BE, str(tmp_path)]
    supervisor = await asyncio.create_subprocess_exec(*command, cwd=PROJECT, stdout=subprocess.PIPE)
    assert supervisor.stdout is not None
    assert await supervisor.stdout.readline() == b"ready\n"
    assert None not in holders(tmp_path).values()
    supervisor.kill()
    assert Signals(-(await supervisor.wait())) is SIGKILL
    nobody = dict.fromkeys(["plain", "asked", "other-user", "deaf", "forked"])
    await until(lambda: holders(tmp_path) == nobody)


def holders(home: Path) -> dict[str, int | None]:
    return {path.stem: pidfile.holder(path) for path in (home / "run").glob("*.pid")}
