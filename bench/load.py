"""Closed-loop load: so many requests under way at any time, for so many seconds."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import aiohttp


async def rate(
    client: aiohttp.ClientSession,
    url: str,
    body: Callable[[], dict[str, Any]],
    *,
    seconds: float = 2.0,
    concurrency: int = 16,
    expected: int = 200,
) -> float:
    """Answers a second. Every answer must have the `expected` status."""
    deadline = time.perf_counter() + seconds
    done = 0

    async def worker() -> None:
        nonlocal done
        while time.perf_counter() < deadline:
            async with client.post(url, json=body()) as answer:
                await answer.read()
                assert answer.status == expected, (answer.status, await answer.text())
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return done / (time.perf_counter() - started)


def quantile(values: list[float], q: float) -> float:
    """The q-quantile (0 to 1) by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]
