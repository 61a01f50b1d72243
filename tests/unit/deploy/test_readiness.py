"""What counts as serving."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from deploy.local.config import HOST
from deploy.local.readiness import answers_ok, greets


@asynccontextmanager
async def server(greeting: bytes = b"", answer: bytes = b"") -> AsyncIterator[int]:
    """A server that says `greeting`, reads a request when it has an `answer` to it, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        if answer:
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"GET /readyz HTTP/1.1\r\n")
            writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(talk, HOST, 0) as listening:
        yield listening.sockets[0].getsockname()[1]


@pytest.mark.parametrize(
    ("answer", "ok"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        (b"HTTP/1.1 404 200\r\n\r\n", False),
        (b"200", False),
        (b"x" * 100_000, False),
    ],
)
async def test_only_200_is_ready(answer: bytes, ok: bool) -> None:
    async with server(answer=answer) as port:
        assert await answers_ok(port) is ok


async def test_a_greeting_is_recognised() -> None:
    async with server(greeting=b"INFO {}\r\n") as port:
        assert await greets(port, b"INFO ")
        assert not await greets(port, b"+OK")


async def test_nobody_there_is_not_ready() -> None:
    async with server() as port:
        pass
    assert not await answers_ok(port)
    assert not await greets(port, b"INFO ")
