"""`python -m deploy.local up|down|status`: the local stack by hand."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Sequence
from signal import SIGHUP, SIGINT, SIGTERM

from deploy.local import pidfile
from deploy.local.config import SERVICES, LocalConfig, LocalStackError
from deploy.local.stack import Processes, running_stack, stack_processes
from deploy.local.supervisor import StartError, kill_all

_DOWN_TIMEOUT = 90.0
"""Seconds: every process in turn may need its whole time."""


async def up(config: LocalConfig, processes: Processes) -> None:
    """Run the stack until Ctrl-C or `down`; a second Ctrl-C kills what is left."""
    began = time.monotonic()
    task, loop = asyncio.current_task(), asyncio.get_running_loop()

    def interrupt() -> None:
        if task is not None and not task.cancelling():
            task.cancel()
            print("\nStopping. Once more to kill.", flush=True)
        else:
            kill_all(config.home)

    for signal in (SIGINT, SIGTERM, SIGHUP):
        loop.add_signal_handler(signal, interrupt)
    print(f"Starting, in {config.home}", flush=True)
    async with running_stack(config, processes):
        print(_welcome(config, time.monotonic() - began), flush=True)
        await loop.create_future()


async def down(config: LocalConfig, _: Processes) -> None:
    """Stop the running stack and wait for it."""
    lock = config.home / "stack.pid"
    pid = pidfile.holder(lock)
    if pid is None:
        print("The stack is not running.")
        return
    os.kill(pid, SIGTERM)
    deadline = time.monotonic() + _DOWN_TIMEOUT
    while pidfile.holder(lock) is not None:
        if time.monotonic() > deadline:
            raise LocalStackError(f"The stack (process {pid}) is still stopping; see {config.home / 'logs'}.")
        await asyncio.sleep(0.1)
    print("The stack has stopped.")


async def status(config: LocalConfig, processes: Processes) -> None:
    """Print what runs and what serves."""
    if pidfile.holder(config.home / "stack.pid") is None:
        raise LocalStackError("The stack is not running; `make up` starts it.")
    everything = True
    for process in processes(config):
        if process.once:
            continue
        pid = pidfile.holder(config.home / "run" / f"{process.name}.pid")
        ready = pid is not None and await process.ready()
        everything &= ready
        state = "ready" if ready else "not ready"
        print(f"{process.name:<22}{config.ports[process.name]:<7}{pid or '-':<9}{state}")
    if not everything:
        raise LocalStackError(f"Not everything is ready; see {config.home / 'logs'}.")


def _welcome(config: LocalConfig, seconds: float) -> str:
    services = [f"  {service:<15}{config.url(service)}/docs" for service in SERVICES]
    servers = [f"  {name:<15}127.0.0.1:{config.ports[name]}" for name in ("postgres", "nats")]
    return "\n".join(
        [
            f"Chính Danh is ready after {seconds:.1f} s.",
            *services,
            *servers,
            f"  {'logs':<15}{config.home / 'logs'}",
            f"Try:   curl '{config.url('registry')}/v1/verify?url=https://facebook.com/example'",
            "Stop:  Ctrl-C, or `make down` in another terminal.",
        ]
    )


_COMMANDS = {"up": up, "down": down, "status": status}


def main(arguments: Sequence[str], processes: Processes = stack_processes) -> None:
    """Run one command; tests give a smaller stack."""
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    if len(arguments) != 1 or arguments[0] not in _COMMANDS:
        sys.exit(f"usage: python -m deploy.local {'|'.join(_COMMANDS)}")
    try:
        asyncio.run(_COMMANDS[arguments[0]](LocalConfig.from_environment(), processes))
    except (LocalStackError, StartError) as error:
        sys.exit(str(error))
    except (asyncio.CancelledError, KeyboardInterrupt):
        print("The stack has stopped.")


if __name__ == "__main__":
    main(sys.argv[1:])
