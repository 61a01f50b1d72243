"""`GET /v1/events`: a service's events as a pull API, in order and without gaps.

For systems that cannot receive webhooks. A reader sees the public events and those of the agencies
it reaches; an event keeps its place and its id for ever.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import tenancy
from shared.auth import Actor
from shared.db import Database, Session, pause
from shared.events.envelope import Envelope
from shared.messaging import outbox
from shared.messaging.listen import listen
from shared.pagination import Page
from shared.policy import Policy
from shared.problems import Forbidden, Invalid, Unauthenticated, responses
from shared.settings import ServiceSettings
from shared.shapes import shaped

MAX_WAIT_SECONDS = 25
_FALLBACK_POLL_SECONDS = 1.0
_TYPE = shaped(
    r"^[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?$",
    "Một loại sự kiện, như registry.account.activated.v1, hoặc phần đầu của nó và .*.",
    "A type of event, such as registry.account.activated.v1, or its beginning with .*.",
)


class FeedWatch:
    """Wakes long polls of one process when the relay has numbered new events (LISTEN/NOTIFY)."""

    def __init__(self, settings: ServiceSettings, schema: str) -> None:
        self._settings = settings
        self._schema = schema
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Listen for ever; while the database is away, long polls fall back to their slow poll."""
        await listen(self._settings, f"{self._schema}_feed", self._wake)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Until something was published, but no longer than `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, _FALLBACK_POLL_SECONDS)):
                await self._changed.wait()


def router(policy: Policy, event_types: Iterable[str]) -> APIRouter:
    """The changefeed's route. The service's policy needs a rule `events.list`."""
    routes = APIRouter(tags=["events"])
    known = sorted(event_types)

    @routes.get(
        "/v1/events",
        operation_id="listEvents",
        summary="Read the changefeed",
        response_model=Page[Envelope],
        responses=responses(Unauthenticated, Forbidden, Invalid),
    )
    async def list_events(
        request: Request,
        session: Session,
        actor: Annotated[Actor | None, policy.allow("events.list")],
        after: Annotated[
            int,
            Query(ge=0, le=2**62, description="`next_cursor` of the last answer; 0 begins at the oldest."),
        ] = 0,
        type: Annotated[  # noqa: A002 - the name in the contract
            str | None,
            Query(
                max_length=64,
                pattern=_TYPE,
                description="Only this type, or `prefix.*`.",
                examples=known[:1],
            ),
        ] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="How many events to return at most.")] = 100,
        wait: Annotated[
            int,
            Query(ge=0, le=MAX_WAIT_SECONDS, description="Seconds to wait for an event when there is none."),
        ] = 0,
    ) -> Response:
        """Events after a cursor, oldest first. `next_cursor` is never null: keep it and ask again.

        `sequence` of an event is its place in this service's feed. Events of agencies you do not reach
        are left out, so the numbers you see may skip; none that you may see is ever missing.
        """
        database: Database = request.app.state.database
        await pause(session)  # who asks is known; the connection it took to find out goes back
        deadline = time.monotonic() + wait
        while True:
            # Each look is a transaction of its own: a long poll must not hold a connection.
            async with database.transaction() as look:
                rows = await _events(look, actor, after, type, limit)
            remaining = deadline - time.monotonic()
            if rows or remaining <= 0:
                return _page(rows, after)
            await request.app.state.feed_watch.wait(remaining)

    return routes


async def _events(
    session: AsyncSession, actor: Actor | None, after: int, pattern: str | None, limit: int
) -> list[tuple[int, str]]:
    table = outbox.tables(session).outbox
    query = select(table.c.feed_seq, table.c.envelope).where(table.c.feed_seq > after)
    if actor is None:
        query = query.where(table.c.audience == "public")
    else:
        reached = tenancy.within(session, table.c.agency_code, actor.agency)
        query = query.where(or_(table.c.audience == "public", reached))
    if pattern and pattern.endswith(".*"):
        query = query.where(table.c.type.startswith(pattern[:-1], autoescape=True))
    elif pattern:
        query = query.where(table.c.type == pattern)
    result = await session.execute(query.order_by(table.c.feed_seq).limit(limit))
    return [(row.feed_seq, row.envelope) for row in result]


def _page(rows: list[tuple[int, str]], after: int) -> Response:
    # The envelopes are JSON already and go out as they are; `sequence` is CloudEvents' own extension.
    items = [orjson.Fragment(f'{{"sequence":"{seq}",{envelope[1:]}') for seq, envelope in rows]
    cursor = str(rows[-1][0] if rows else after)
    return Response(
        orjson.dumps({"items": items, "next_cursor": cursor}),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
