"""Ending background tasks."""

import asyncio
from typing import Any

_PATIENCE_SECONDS = 0.5


async def stop(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel tasks and wait until they have ended, whatever they end with.

    One cancellation is not always heard: libraries catch it, and before Python 3.12 `wait_for` loses
    one that comes together with what it waits for. So it is repeated.
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=_PATIENCE_SECONDS)
