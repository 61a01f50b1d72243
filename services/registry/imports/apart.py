"""Reading a file in a process of its own, which may fail in any way without harm (see `reading.__main__`)."""

import asyncio
import logging
import sys
from asyncio import timeout
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import orjson

from services.registry.imports.reading import Refused
from shared.tasks import stop

log = logging.getLogger(__name__)

SECONDS = 45.0
"""How long the next line may take, the first of which comes when all is read. Less than what a transaction may
idle (`idle_in_transaction_session_timeout`), for whoever stores the rows waits in one."""
_LONGEST_LINE = 16 * 1024**2


async def read(content: bytes, kind: str, named: Mapping[str, str]) -> AsyncGenerator[Any, None]:
    """What `reading` makes of a file: a dict with everything but the rows, then lists of rows.

    Raises:
        Refused: nothing can be made of it.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.registry.imports.reading", kind, orjson.dumps(named).decode()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=_LONGEST_LINE,
    )
    assert process.stdin is not None  # noqa: S101 - asked for above
    assert process.stdout is not None  # noqa: S101 - asked for above
    feeding = asyncio.create_task(_feed(process.stdin, content))
    try:
        while line := await _line(process.stdout):
            part = orjson.loads(line)
            if isinstance(part, dict) and "refused" in part:
                raise Refused(part["refused"], tuple(part["missing"]))
            yield part
        status = await process.wait()
        if status:
            log.warning("a file could not be read", extra={"status": status})
            # By a signal: it wanted more memory or time than there is for it. Else it stumbled.
            raise Refused("too-large-inside" if status < 0 else "damaged")
    except TimeoutError as error:
        raise Refused("too-slow") from error
    finally:
        if process.returncode is None:
            process.kill()
        await stop(feeding)
        await process.wait()


async def _line(pipe: asyncio.StreamReader) -> bytes:
    # Never around a `yield`: it would cancel whoever stores the rows.
    async with timeout(SECONDS):
        return await pipe.readline()


async def _feed(pipe: asyncio.StreamWriter, content: bytes) -> None:
    try:
        pipe.write(content)
        await pipe.drain()
    except (BrokenPipeError, ConnectionResetError):
        return  # it has seen enough
    finally:
        pipe.close()
