"""Pulling messages from a durable consumer, as they come."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress

import nats.errors
import orjson
from nats.aio.client import Client
from nats.aio.msg import Msg

EXPIRES_SECONDS = 30.0
HEARTBEAT_SECONDS = 5.0


class ConsumerLost(nats.errors.Error):
    """The server no longer serves this consumer; declare it again."""


async def pull(client: Client, stream: str, durable: str, batch: int) -> AsyncGenerator[list[Msg], None]:
    """Messages as they come, without waiting for a batch to fill.

    nats-py's `fetch(n)` waits for all n or its timeout, which would delay every single event. This
    asks the server directly (ADR-32 of NATS: `CONSUMER.MSG.NEXT`) with a heartbeat, so that a
    consumer that was lost, or a server that restarted, shows as silence within seconds. Close the
    generator (`aclosing`): what was not acknowledged by then goes back for redelivery at once
    instead of after the ack wait.

    Raises:
        TimeoutError: the server fell silent; declare the consumer again.
        ConsumerLost: the consumer was deleted, or its server is stepping down.
    """
    request = orjson.dumps(
        {
            "batch": batch,
            "expires": int(EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * 1e9),
        }
    )
    mailbox = _Mailbox()
    inbox_subject = client.new_inbox()
    subscription = await client.subscribe(inbox_subject, cb=mailbox.put, pending_msgs_limit=batch * 4)
    wanted = 0
    arrived: list[Msg] = []
    try:
        while True:
            if wanted == 0:
                await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}", request, inbox_subject)
                wanted = batch
            arrived = []
            open_still = await mailbox.take(wanted, arrived)
            wanted = wanted - len(arrived) if open_still else 0
            if arrived:
                yield arrived
    finally:
        with suppress(nats.errors.Error):
            await asyncio.sleep(0)  # what the client has read already comes through
            await subscription.unsubscribe()
            for message in (*arrived, *mailbox.messages):
                if message.reply and not message.is_acked:
                    await message.nak()


class _Mailbox:
    """What has arrived. nats-py's own `next_msg` makes two tasks and an id for every message."""

    def __init__(self) -> None:
        self.messages: deque[Msg] = deque()
        self._woken = asyncio.Event()

    async def put(self, message: Msg) -> None:
        self.messages.append(message)
        self._woken.set()

    async def take(self, wanted: int, arrived: list[Msg]) -> bool:
        """Wait for messages and put at most `wanted` into `arrived`. Returns whether the request is still open."""
        if not self.messages:
            self._woken.clear()
            async with asyncio.timeout(HEARTBEAT_SECONDS * 2 + 1):
                await self._woken.wait()
        while self.messages and len(arrived) < wanted:
            message = self.messages.popleft()
            status = (message.headers or {}).get("Status")
            if status is None:
                arrived.append(message)
            elif status in {"404", "408"}:
                return False
            elif status != "100":  # 100 is a heartbeat; the others say that the consumer is gone
                raise ConsumerLost
        return True
