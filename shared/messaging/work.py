"""What a service does with the events of others: reactions to facts, and read models of states."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import is_duplicate, refused_value
from shared.events.envelope import Envelope
from shared.messaging import inbox
from shared.problems import AppError, Unavailable


@dataclass(frozen=True)
class Received:
    """A fact or a state from a stream, with its text exactly as it was published."""

    event: Envelope
    text: str


class Misdirected(ValueError):
    """A fact that is published under the name of another."""


def read(subject: str, data: bytes) -> Received:
    """The event in a message.

    Raises:
        ValidationError: it is not an event.
        Misdirected: it does not belong on this subject.
    """
    event = Envelope.model_validate_json(data)
    if subject != event.type and not subject.startswith("state."):
        raise Misdirected(subject)
    return Received(event, data.decode())


Handler = Callable[[AsyncSession, Envelope], Awaitable[None]]
BatchHandler = Callable[[AsyncSession, list[Received]], Awaitable[None]]
Apply = Callable[[AsyncSession, list[Envelope]], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """A reaction to facts: `handler` runs once for each event of `subjects`."""

    durable: str
    stream: str
    subjects: tuple[str, ...]
    handler: Handler

    async def take(self, session: AsyncSession, received: list[Received]) -> int:
        """Have the effect of those that are new; returns how many were."""
        new = await _new(session, self.durable, received)
        for each in new:
            await self.handler(session, each.event)
        return len(new)


@dataclass(frozen=True)
class BatchSubscription:
    """A reaction to facts that is worth sharing a transaction: `handler` takes many, in their order."""

    durable: str
    stream: str
    subjects: tuple[str, ...]
    handler: BatchHandler

    async def take(self, session: AsyncSession, received: list[Received]) -> int:
        """Have the effect of those that are new; returns how many were."""
        if new := await _new(session, self.durable, received):
            await self.handler(session, new)
        return len(new)


@dataclass(frozen=True)
class Projection:
    """A read model kept from a compacted state stream.

    `apply` takes the current states, many at a time, and ignores versions it has passed. When
    `is_empty` says the table is new or lost, the whole state is read again.
    """

    durable: str
    stream: str
    subjects: tuple[str, ...]
    apply: Apply
    is_empty: Callable[[AsyncSession], Awaitable[bool]]

    async def take(self, session: AsyncSession, received: list[Received]) -> int:
        """Apply all of them: they replace one another, so order and repeats are harmless."""
        await self.apply(session, [each.event for each in received])
        return len(received)


Work = Subscription | BatchSubscription | Projection


async def _new(session: AsyncSession, durable: str, received: list[Received]) -> list[Received]:
    by_id = {each.event.id: each for each in received}
    new = await inbox.first_seen(session, durable, list(by_id))
    return [each for event_id, each in by_id.items() if event_id in new]


def is_hopeless(work: Work, error: Exception) -> bool:
    """Whether the same message would fail in the same way for ever."""
    if isinstance(error, Unavailable):
        return False
    if isinstance(error, IntegrityError):
        # A reaction may have met another one; a state, at most itself in another replica.
        return isinstance(work, Projection) and not is_duplicate(error)
    return isinstance(error, (ValidationError, Misdirected, AppError)) or refused_value(error)
