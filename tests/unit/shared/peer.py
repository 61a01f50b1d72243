"""A real server on the loopback interface that answers what a test tells it to, however wrong."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from shared.outbound.address import Policy
from shared.outbound.client import FetchFailed, Outbound, Response

LOCAL = Policy(allow_loopback=True)
PATIENCE = 20.0  # a test that takes this long has failed

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Peer:
    """A server of ours: where it listens, and what it has seen."""

    port: int = 0
    scheme: str = "http"
    connections: int = 0
    open: int = 0
    most_open: int = 0
    requests: list[bytes] = field(default_factory=list)

    def url(self, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}/hook"


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        (int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0
    )
    return head + await reader.readexactly(length)


@asynccontextmanager
async def peer(answer: bytes | Talk = OK, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """Answer every request of a connection with these bytes, or talk freely after the first request."""
    seen = Peer(scheme="https" if tls else "http")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        seen.open += 1
        seen.most_open = max(seen.open, seen.most_open)
        with suppress(OSError, EOFError):
            while True:
                seen.requests.append(await read_request(reader))
                if not isinstance(answer, bytes):
                    await answer(reader, writer)
                    break
                writer.write(answer)
                await writer.drain()
        seen.open -= 1
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    seen.port = server.sockets[0].getsockname()[1]
    async with server:
        yield seen


def endless(start: bytes, more: bytes, pause: float = 0) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(more)
            await writer.drain()
            await asyncio.sleep(pause)

    return talk


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


def closing(answer: bytes) -> Talk:
    async def talk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    return talk


async def get(seen: Peer, max_bytes: int = 1000) -> Response:
    async with Outbound(LOCAL) as out:
        return await out.get(seen.url(), max_bytes=max_bytes, timeout=PATIENCE)


async def failure(request: Awaitable[Response]) -> str:
    begun = time.monotonic()
    with pytest.raises(FetchFailed) as caught:
        await request
    assert time.monotonic() - begun < PATIENCE - 1
    assert str(caught.value) == caught.value.code
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.code
