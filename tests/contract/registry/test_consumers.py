"""What the registry does on hearing from others, over the real bus: once, and whatever comes before."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from nats.js import JetStreamContext
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import SESSION_INFO
from services.registry.subscriptions import SUBSCRIPTIONS
from shared import clock
from shared.db import Database, new_id
from shared.events.envelope import Envelope
from shared.events.reports import TakeoverConfirmed
from shared.messaging.bus import Consumer, Subscription, Work, connect
from shared.messaging.streams import declare_stream, fact_stream
from shared.tasks import stop
from tests.conftest import SettingsFor
from tests.support.answers import ok
from tests.support.eventually import eventually
from tests.support.staff import Staff

messaging = SESSION_INFO["messaging"]
Start = Callable[[Work], Awaitable[None]]


@dataclass(frozen=True)
class Reports:
    """The service `reports`, as far as the bus knows it."""

    js: JetStreamContext

    async def say(self, account: dict[str, Any], **changes: Any) -> UUID:
        """Publish that an account was taken over; returns the event's id. Repeats are let through."""
        event = Envelope(
            id=new_id(),
            source="/reports",
            type=TakeoverConfirmed.type,
            subject=str(uuid4()),
            time=clock.now(),
            traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            causationid=None,
            agency=account["agency_code"],
            agencypath=account["agency_code"],
            audience="subtree",
            version=1,
            data={
                "agency_code": account["agency_code"],
                "incident_id": str(uuid4()),
                "account_id": account["id"],
            },
        ).model_copy(update=changes)
        await self.js.publish(event.type, orjson.dumps(event.model_dump(mode="json")))
        return event.id


@pytest.fixture
async def reports_bus(settings_for: SettingsFor) -> AsyncIterator[Reports]:
    settings = settings_for("reports")
    async with connect(settings, "test") as client:
        js = client.jetstream()
        await declare_stream(js, fact_stream("reports", settings))
        yield Reports(js)


@pytest.fixture
async def consume(
    settings_for: SettingsFor, registry_database: Database, reports_bus: Reports
) -> AsyncIterator[Start]:
    """Runs a consumer for the length of the test, under a name that nobody else has."""
    del reports_bus  # its stream has to be there
    async with connect(settings_for("registry"), "test") as client:
        js = client.jetstream()
        running: list[tuple[Work, asyncio.Task[None]]] = []

        async def start(work: Work) -> None:
            work = replace(work, durable=f"{work.durable}-{uuid4().hex[:8]}")
            consumer = Consumer(js, client, registry_database, work)
            running.append((work, asyncio.create_task(consumer.run())))
            await consumer.caught_up.wait()

        yield start
        for work, task in running:
            await stop(task)
            await js.delete_consumer(work.stream, work.durable)


async def state_of(staff: Staff, account: dict[str, Any]) -> tuple[str, int]:
    read = ok(await staff.client.get(f"/v1/accounts/{account['id']}", headers=staff.officer))
    return read["state"], read["version"]


async def test_a_takeover_suspends_the_account_and_names_its_cause(
    staff: Staff, reports_bus: Reports, consume: Start, registry_database: Database
) -> None:
    account = await staff.active()
    await consume(SUBSCRIPTIONS[0])
    cause = await reports_bus.say(account)

    async def is_suspended() -> bool:
        return await state_of(staff, account) == ("suspended", account["version"] + 1)

    await eventually(is_suspended)
    verified = ok(await staff.client.get("/v1/verify", params={"url": account["url"]}))
    assert (verified["verdict"], verified["reason"]) == ("compromised", "takeover")
    async with registry_database.transaction() as session:
        envelope = await session.scalar(
            select(messaging.outbox.c.envelope)
            .where(messaging.outbox.c.agency_code == staff.agency)
            .order_by(messaging.outbox.c.position.desc())
            .limit(1)
        )
    assert envelope is not None
    told = Envelope.model_validate_json(envelope)
    assert told.type == "registry.account.suspended.v1"
    assert told.causationid == str(cause)
    assert told.traceparent.split("-")[1] == "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_a_repeated_event_has_one_effect(staff: Staff, reports_bus: Reports, consume: Start) -> None:
    account, last = await staff.active(), await staff.active()
    await consume(SUBSCRIPTIONS[0])
    event = await reports_bus.say(account)

    async def is_suspended() -> bool:
        return (await state_of(staff, account))[0] == "suspended"

    await eventually(is_suspended)
    restored = ok(await staff.act(account, "restore"))
    await reports_bus.say(account, id=event)
    await reports_bus.say(last)

    async def last_is_suspended() -> bool:
        return (await state_of(staff, last))[0] == "suspended"

    await eventually(last_is_suspended)  # what came before it has been dealt with
    assert await state_of(staff, account) == ("active", restored["version"])


async def test_what_can_never_be_handled_is_put_aside(
    staff: Staff, reports_bus: Reports, consume: Start, registry_database: Database
) -> None:
    account = await staff.active()
    async with registry_database.transaction() as session:
        known = set(await session.scalars(select(messaging.dead_letters.c.id)))
    await consume(SUBSCRIPTIONS[0])
    for broken in (b"", b"[]", b"{}", b'{"id": "\xff"}', b'{"specversion": "2.0"}'):
        await reports_bus.js.publish(TakeoverConfirmed.type, broken)
    without_data = await reports_bus.say(account, data={})
    await reports_bus.say(account)

    async def is_suspended() -> bool:
        return (await state_of(staff, account))[0] == "suspended"

    await eventually(is_suspended)
    async with registry_database.transaction() as session:
        letters = await session.execute(
            select(messaging.dead_letters).where(messaging.dead_letters.c.id.not_in(known))
        )
    found = [(letter.event_id, letter.subject, letter.error) for letter in letters]
    assert (without_data, TakeoverConfirmed.type, "ValidationError") in found
    assert found.count((None, TakeoverConfirmed.type, "ValidationError")) >= 5


async def test_what_fails_for_now_comes_again_and_leaves_nothing_behind(
    staff: Staff, reports_bus: Reports, consume: Start, registry_database: Database
) -> None:
    account = await staff.draft()
    tries: list[UUID] = []
    agency = f"{staff.agency}.Z"

    async def stumble_once(session: AsyncSession, event: Envelope) -> None:
        if event.data["account_id"] != account["id"]:
            return
        tries.append(event.id)
        agencies = SESSION_INFO["tenancy"].agencies
        row = {
            "code": agency,
            "name": "x",
            "short_name": "x",
            "level": "unit",
            "successors": [],
            "version": 1,
        }
        await session.execute(insert(agencies).values(row))
        if len(tries) == 1:
            raise RuntimeError("not now")

    await consume(Subscription("registry-test", "REPORTS", (TakeoverConfirmed.type,), stumble_once))
    event = await reports_bus.say(account)

    async def is_handled() -> bool:
        async with registry_database.transaction() as session:
            query = select(messaging.inbox.c.event_id).where(messaging.inbox.c.event_id == event)
            return await session.scalar(query) is not None

    await eventually(is_handled)
    assert tries == [event, event]
    assert ok(await staff.client.get(f"/v1/agencies/{agency}"))["level"] == "unit"
