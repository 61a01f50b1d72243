"""A reaction whose effects can be counted."""

import asyncio
from contextlib import suppress
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import SESSION_INFO as REGISTRY
from shared import clock
from shared.db import new_id
from shared.events.envelope import Envelope
from shared.messaging.bus import BatchSubscription, Received, Subscription
from shared.problems import Unavailable
from tests.contract.bus.conftest import TYPE, Reader, Writer
from tests.support.eventually import eventually

inbox = REGISTRY["messaging"].inbox


class Effects:
    """A reaction whose effects are rows: one more for each time that it was committed."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._database = reader.database
        self._agency = writer.agency
        self.name = f"effect-{uuid4().hex[:8]}"
        self.is_broken = False
        self.order: list[UUID] = []

    async def note(self, session: AsyncSession, event: Envelope) -> None:
        if self.is_broken:
            Envelope.model_validate({})
        if event.agency == self._agency:
            row = {"event_id": new_id(), "consumer": self.name, "handled_at": clock.now()}
            await session.execute(insert(inbox), row)
            self.order.append(event.id)

    async def note_all(self, session: AsyncSession, received: list[Received]) -> None:
        for each in received:
            await self.note(session, each.event)

    async def count(self) -> int:
        async with self._database.transaction() as session:
            query = select(func.count()).select_from(inbox).where(inbox.c.consumer == self.name)
            return await session.scalar(query) or 0

    async def until(self, number: int, seconds: float = 20.0) -> None:
        """Wait for so many effects, and see that there are no more."""

        async def are_there() -> bool:
            with suppress(Unavailable):  # the first look after the connections were cut off finds that out
                return await self.count() >= number
            return False

        await eventually(are_there, seconds=seconds)
        await asyncio.sleep(0.3)
        assert await self.count() == number


def single(effects: Effects) -> Subscription:
    return Subscription(f"registry-{effects.name}", "REPORTS", (TYPE,), effects.note)


def batch(effects: Effects) -> BatchSubscription:
    return BatchSubscription(f"registry-{effects.name}", "REPORTS", (TYPE,), effects.note_all)
