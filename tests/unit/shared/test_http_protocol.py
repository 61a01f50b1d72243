"""The head of a request is bounded before it has ended, on a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import Receive, Scope, Send

from shared.http_protocol import MAX_UNFINISHED_BYTES, BoundedProtocol

_OK = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    assert scope["type"] == "http"
    while (await receive()).get("more_body"):
        pass
    await send(_OK)
    await send({"type": "http.response.body", "body": b"ok"})


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server with the protocol."""
    config = uvicorn.Config(app, lifespan="off", log_config=None, http=BoundedProtocol)
    config.load()
    state = uvicorn.Server(config).server_state
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: BoundedProtocol(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()


async def statuses(reader: asyncio.StreamReader) -> list[bytes]:
    """The status lines of all answers until the connection ends."""
    lines = (await reader.read()).split(b"\r\n")
    return [line for line in lines if line.startswith((b"HTTP/1.1", b"okHTTP/1.1"))]


async def endless(writer: asyncio.StreamWriter, piece: bytes, pieces: int) -> None:
    """Send a piece again and again, as long as somebody listens."""
    try:
        for _ in range(pieces):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
    except ConnectionError:
        pass


async def test_a_head_without_end_is_refused_and_the_connection_closed() -> None:
    for beginning, piece in (
        (b"GET / HTTP/1.1\r\nx: ", b"x" * 8192),
        (b"GET / HTTP/1.1\r\n", b"x: y\r\n" * 1000),
        (b"GET /", b"x" * 8192),
    ):
        async with connection() as (reader, writer):
            writer.write(beginning)
            await writer.drain()
            await asyncio.sleep(0.05)  # a piece of its own
            sending = asyncio.create_task(endless(writer, piece, 10_000))
            answer = await asyncio.wait_for(reader.readline(), 10)
            assert answer.startswith(b"HTTP/1.1 431")
            sending.cancel()


async def test_long_bodies_and_many_requests_are_no_long_heads() -> None:
    post = b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % (MAX_UNFINISHED_BYTES * 4)
    request = post + b"x" * (MAX_UNFINISHED_BYTES * 4)
    async with connection() as (reader, writer):
        writer.write(request * 3 + b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n")
        found = await asyncio.wait_for(statuses(reader), 10)
        assert len(found) == 4
        assert all(b"200" in line for line in found)
