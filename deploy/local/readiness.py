"""Whether something on this machine serves already. Light on purpose: the supervisor asks."""

import asyncio
from contextlib import suppress

from deploy.local.config import HOST


async def answers_ok(port: int, path: str = "/readyz") -> bool:
    """Whether `GET path` on the port is answered with 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n"
    return (await _first_line(port, request)).split(b" ")[1:2] == [b"200"]


async def greets(port: int, prefix: bytes) -> bool:
    """Whether the server on the port speaks first, beginning with `prefix`."""
    return (await _first_line(port)).startswith(prefix)


async def _first_line(port: int, request: str = "", timeout: float = 2.0) -> bytes:  # noqa: ASYNC109
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(request.encode())
                return await reader.readline()
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, ValueError):  # away, silent (`TimeoutError`), or no line at all
        return b""
