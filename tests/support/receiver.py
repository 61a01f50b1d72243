"""A subscriber's webhook receiver, on this machine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from tests.support.web import serving


@dataclass(frozen=True)
class Message:
    """One request that arrived: its headers, its body as sent, and when (loop time, seconds)."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> dict[str, Any]:
        """The CloudEvents envelope."""
        event: dict[str, Any] = orjson.loads(self.body)
        return event


@dataclass
class Receiver:
    """Keeps what it is sent. `answer` chooses the status of each answer."""

    url: str = ""
    messages: list[Message] = field(default_factory=list)
    answer: Callable[[Message], int] = lambda _: 204

    async def take(self, request: web.Request) -> web.Response:
        """Keep a message."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        message = Message(headers, await request.read(), asyncio.get_running_loop().time())
        status = self.answer(message)
        self.messages.append(message)
        return web.Response(status=status)

    def events(self, prefix: str = "") -> list[dict[str, Any]]:
        """The events that arrived, each once, whose type begins with `prefix`."""
        by_id = {message.headers["webhook-id"]: message.event for message in self.messages}
        return [event for event in by_id.values() if event["type"].startswith(prefix)]


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens for the length of the block."""
    receiver = Receiver()
    async with serving(web.post("/hook", receiver.take)) as url:
        receiver.url = f"{url}/hook"
        yield receiver
