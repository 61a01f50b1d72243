"""How long a commit takes to have its effect elsewhere: in another service, at a subscriber."""

import asyncio
import time
from typing import Any

import aiohttp
import asyncpg

from bench.intake import report
from bench.load import quantile
from deploy.local import postgres
from deploy.local.config import DATABASE
from deploy.local.stack import RunningStack
from tests.support.receiver import Receiver
from tests.support.reports import takeover
from tests.support.staff import Staff

EVENTS, ACCOUNTS = 200, 40
PAUSE_SECONDS = 0.02
_STATE = "SELECT state FROM registry.accounts WHERE id = $1"


async def commit_to_webhook(stack: RunningStack, receiver: Receiver) -> list[float]:
    """Milliseconds from a 201 to the arrival of the webhook that tells of it; one report at a time.

    The sink answers at once and runs in this process.
    """
    receiver.messages.clear()
    loop = asyncio.get_running_loop()
    committed: list[float] = []
    async with aiohttp.ClientSession() as client:
        for _ in range(EVENTS):
            async with client.post(f"{stack.url('reports')}/v1/incidents", json=report()) as answer:
                await answer.read()
                assert answer.status == 201
            committed.append(loop.time())
            while len(receiver.messages) < len(committed):
                await asyncio.sleep(0.0005)
            await asyncio.sleep(PAUSE_SECONDS)
    arrivals = [message.at for message in receiver.messages]
    return [(arrived - sent) * 1e3 for sent, arrived in zip(committed, arrivals, strict=True)]


async def commit_to_effect(stack: RunningStack, staff: Staff) -> list[float]:
    """Milliseconds from the 201 of a takeover in reports to its committed effect in the registry.

    The registry's own wake-up call for its relay tells of the commit: looking again and again would
    take the processor from what is measured.
    """
    accounts = [await staff.active() for _ in range(ACCOUNTS)]
    await asyncio.sleep(1)
    committed: asyncio.Queue[float] = asyncio.Queue()
    connection = await asyncpg.connect(postgres.dsn(stack.config, database=DATABASE))
    await connection.add_listener("registry_outbox", lambda *_: committed.put_nowait(time.perf_counter()))
    taken: list[float] = []
    try:
        async with aiohttp.ClientSession(headers=staff.officer) as client:
            for account in accounts:
                body: dict[str, Any] = takeover(account)
                async with client.post(f"{stack.url('reports')}/v1/incidents", json=body) as answer:
                    await answer.read()
                    assert answer.status == 201
                began = time.perf_counter()
                taken.append((await committed.get() - began) * 1e3)
                state = await connection.fetchval(_STATE, account["id"])
                assert (state, committed.qsize()) == ("suspended", 0)
                await asyncio.sleep(PAUSE_SECONDS)
    finally:
        await connection.close()
    return taken


def summary(milliseconds: list[float]) -> str:
    """p50 and p99, with how many were measured."""
    return (
        f"p50 {quantile(milliseconds, 0.5):.1f} ms, p99 {quantile(milliseconds, 0.99):.1f} ms"
        f" (n={len(milliseconds)})"
    )
