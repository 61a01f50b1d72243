"""Waiting for what happens by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

Value = TypeVar("Value")


async def eventually(look: Callable[[], Awaitable[Value | None]], *, seconds: float = 10.0) -> Value:
    """The first truthy answer of `look`.

    Raises:
        AssertionError: none came within `seconds`; names the last one.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not (value := await look()):
        assert loop.time() < deadline, f"still {value!r} after {seconds} s"
        await asyncio.sleep(0.02)
    return value
