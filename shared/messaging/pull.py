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
LOOK_SECONDS = 0.5


class ConsumerLost(nats.errors.Error):
    """The server no longer serves this consumer, or knows nothing of our request; declare it again."""


async def pull(
    client: Client, stream: str, durable: str, batch: int, *, heartbeat: float, ack_wait: float
) -> AsyncGenerator[list[Msg], None]:
    """Messages as they come, without waiting for a batch to fill; an empty list says that there are none.

    nats-py's `fetch(n)` waits for all n or its timeout, which would delay every single event. This
    asks the server directly (ADR-32 of NATS: `CONSUMER.MSG.NEXT`) with a heartbeat, so that a
    consumer that was lost, or a server that restarted, shows as silence within seconds. Whatever has
    arrived and is not acknowledged yet stays ours, however slow its handler is. Close the generator
    (`aclosing`): what was not acknowledged by then goes back for redelivery at once instead of after
    the ack wait.

    Args:
        client: the connection.
        stream: where the consumer is.
        durable: its name.
        batch: how many messages to ask for at once.
        heartbeat: seconds between the server's signs of life, below half of `EXPIRES_SECONDS`.
        ack_wait: the consumer's, in seconds.

    Raises:
        TimeoutError: the server fell silent; declare the consumer again.
        ConsumerLost: the consumer was deleted, its server is stepping down, or was connected to anew.
    """
    request = orjson.dumps(
        {
            "batch": batch,
            "expires": int(EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(heartbeat * 1e9),
        }
    )
    mailbox = _Mailbox(client, patience=heartbeat * 2 + 1)
    inbox_subject = client.new_inbox()
    subscription = await client.subscribe(inbox_subject, cb=mailbox.put, pending_msgs_limit=batch * 4)
    beat = asyncio.create_task(mailbox.keep(ack_wait / 3))
    wanted = 0
    try:
        while True:
            if wanted == 0:
                mailbox.connection = client.stats["reconnects"]
                await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}", request, inbox_subject)
                wanted = batch
            open_still = await mailbox.take(wanted)
            wanted = wanted - len(mailbox.taken) if open_still else 0
            yield mailbox.taken
    finally:
        beat.cancel()
        with suppress(nats.errors.Error):
            await asyncio.sleep(0)  # what the client has read already comes through
            await subscription.unsubscribe()
            for message in mailbox.unacknowledged():
                await message.nak()


class _Mailbox:
    """What has arrived. nats-py's own `next_msg` makes two tasks and an id for every message."""

    def __init__(self, client: Client, patience: float) -> None:
        self.taken: list[Msg] = []
        self.connection = 0
        self._client = client
        self._messages: deque[Msg] = deque()
        self._woken = asyncio.Event()
        self._patience = patience

    async def put(self, message: Msg) -> None:
        self._messages.append(message)
        self._woken.set()

    async def take(self, wanted: int) -> bool:
        """Wait for messages and take at most `wanted`. Returns whether the request is still open."""
        self.taken = []
        if not self._messages:
            self._woken.clear()
            await self._wait()
        while self._messages and len(self.taken) < wanted:
            message = self._messages.popleft()
            status = (message.headers or {}).get("Status")
            if status is None:
                self.taken.append(message)
            elif status in {"404", "408"}:
                return False
            elif status != "100":  # 100 is a heartbeat; the others say that the consumer is gone
                raise ConsumerLost
        return True

    async def _wait(self) -> None:
        async with asyncio.timeout(self._patience):
            while not self._woken.is_set():
                # The server forgets with a connection what was asked for on it.
                if self._client.stats["reconnects"] != self.connection:
                    raise ConsumerLost
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._woken.wait()

    def unacknowledged(self) -> list[Msg]:
        """What the server waits to hear about."""
        return [each for each in (*self.taken, *self._messages) if each.reply and not each.is_acked]

    async def keep(self, seconds: float) -> None:
        """Tell the server, every so many seconds, that what has arrived is being worked on."""
        while True:
            await asyncio.sleep(seconds)
            with suppress(nats.errors.Error):
                for message in self.unacknowledged():
                    if not message.is_acked:  # it may have been, since the list was made
                        await message.in_progress()
