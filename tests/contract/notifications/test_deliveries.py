"""From an event to the receiver: fan-out, dispatcher, retries, replay."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from standardwebhooks import Webhook

from services.notifications.deliveries.retention import rules
from shared import clock
from shared.retention import forget_once
from tests.contract.notifications.conftest import Dispatch
from tests.contract.notifications.office import INCIDENT, SUSPENDED, Office
from tests.support.answers import ok, problem
from tests.support.eventually import eventually


async def test_a_delivery_is_the_event_signed_and_numbered(office: Office, dispatch: Dispatch) -> None:
    await dispatch()
    subscription = await office.subscribe()
    events = [office.event() for _ in range(3)]
    received = await office.happen(*events)
    messages = {m.headers["webhook-id"]: m for m in await office.arrived(*events)}
    for number, (event, as_published) in enumerate(zip(events, received, strict=True), start=1):
        message = messages[str(event.id)]
        Webhook(subscription["secret"]).verify(message.body, message.headers)
        assert message.body.decode() == as_published.text
        assert message.headers["content-type"] == "application/json"
        assert message.headers["chinh-danh-sequence"] == str(number)
        assert message.headers["traceparent"] == event.traceparent
        assert abs(int(message.headers["webhook-timestamp"]) - clock.now().timestamp()) < 10
    await office.settled(subscription, "delivered", 3)
    newest, *_ = await office.deliveries(subscription)
    assert newest["event_id"] == str(events[-1].id)
    assert (newest["event_type"], newest["sequence"], newest["next_attempt_at"]) == (INCIDENT, 3, None)
    (attempt,) = newest["attempts"]
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, 204, None)
    assert (await office.read(subscription))["last_seq"] == 3


async def test_each_receives_what_it_may_see_and_asked_for(office: Office) -> None:
    tenant = office.tenant
    own = await office.subscribe(event_types=["*"])
    above = office.of(tenant.province)
    all_below = await above.subscribe(event_types=["*"])
    restricted = await above.subscribe(event_types=["*"], agency_code=tenant.sibling)
    foreign = office.of(tenant.foreign)
    abroad = await foreign.subscribe(event_types=["*"])
    choosy = await office.subscribe(event_types=["registry.account.*"])
    incident, public = office.event(INCIDENT), office.event(SUSPENDED)
    await office.happen(incident, public)

    async def got(who: Office, subscription: dict[str, Any]) -> set[str]:
        return {delivery["event_type"] for delivery in await who.deliveries(subscription)}

    assert await got(office, own) == await got(above, all_below) == {INCIDENT, SUSPENDED}
    assert await got(above, restricted) == set()
    assert await got(foreign, abroad) == await got(office, choosy) == {SUSPENDED}


async def test_numbers_have_no_gaps_however_many_come_at_once(office: Office) -> None:
    subscriptions = [await office.subscribe() for _ in range(4)]
    rounds = [[office.event() for _ in range(size)] for size in (1, 7, 2, 5, 3, 1, 6, 4)]
    await asyncio.gather(*(office.happen(*events) for events in rounds))
    for subscription in subscriptions:
        deliveries = await office.deliveries(subscription)
        assert [d["sequence"] for d in deliveries] == list(range(29, 0, -1))
        number = {d["event_id"]: d["sequence"] for d in deliveries}
        for events in rounds:  # and the order of a transaction is kept
            numbers = [number[str(event.id)] for event in events]
            assert numbers == list(range(numbers[0], numbers[0] + len(events)))


async def test_nothing_is_numbered_or_delivered_twice(office: Office, dispatch: Dispatch) -> None:
    for _ in range(3):
        await dispatch()
    subscription = await office.subscribe()
    events = [office.event() for _ in range(200)]
    await asyncio.gather(*(office.happen(*events[start : start + 20]) for start in range(0, 200, 20)))
    await office.settled(subscription, "delivered", 200)
    arrived = Counter(message.headers["chinh-danh-sequence"] for message in office.receiver.messages)
    assert arrived == {str(number): 1 for number in range(1, 201)}


async def test_a_failure_is_tried_again_until_it_arrives(office: Office, dispatch: Dispatch) -> None:
    office.receiver.answer = lambda _: 500
    dispatcher = await dispatch()
    subscription = await office.subscribe()
    event = office.event()
    await office.happen(event)
    failed = await office.tried(subscription, 1)
    assert (failed["state"], failed["attempts"][0]["error"]) == ("pending", "http-status")
    assert (await office.read(subscription))["failing_since"] is not None
    office.receiver.answer = lambda _: 200
    with clock.shifted(timedelta(seconds=7)):
        dispatcher.woken.set()
        (delivered,) = await office.settled(subscription, "delivered")
    assert [attempt["status"] for attempt in delivered["attempts"]] == [500, 200]
    bodies = {message.body for message in await office.arrived(event)}
    assert len(bodies) == 1
    assert (await office.read(subscription))["failing_since"] is None


async def test_what_never_arrives_is_kept_and_can_be_tried_again(office: Office, dispatch: Dispatch) -> None:
    office.receiver.answer = lambda _: 503
    dispatcher = await dispatch()
    subscription = await office.subscribe()
    await office.happen(office.event())
    for times in range(1, 9):
        with clock.shifted(timedelta(hours=13 * (times - 1))):
            dispatcher.woken.set()
            await office.tried(subscription, times)
    (dead,) = await office.deliveries(subscription, state="dead")
    assert len(dead["attempts"]) == 8
    assert dead["next_attempt_at"] is None
    office.receiver.answer = lambda _: 204
    again = ok(await office.act(subscription, f"deliveries/{dead['id']}/retry"))
    assert again["state"] == "pending"
    (delivered,) = await office.settled(subscription, "delivered")
    assert [attempt["number"] for attempt in delivered["attempts"]] == list(range(1, 10))
    assert delivered["sequence"] == dead["sequence"]


@pytest.mark.parametrize("by", ["retry", "replay"])
async def test_trying_again_begins_the_schedule_anew(office: Office, dispatch: Dispatch, by: str) -> None:
    office.receiver.answer = lambda _: 503
    subscription, start = await office.subscribe(), clock.now()
    await office.happen(office.event())
    async with office.database.transaction() as session:
        await session.execute(
            text("UPDATE deliveries SET state = 'dead', step = 8 WHERE subscription_id = :id"),
            {"id": subscription["id"]},
        )
    (dead,) = await office.deliveries(subscription, state="dead")
    if by == "retry":
        ok(await office.act(subscription, f"deliveries/{dead['id']}/retry"))
    else:
        ok(await office.act(subscription, "replay", json={"since": start.isoformat()}))
    await dispatch()
    assert (await office.tried(subscription, 1))["state"] == "pending"


async def test_gone_ends_the_subscription_and_says_so(office: Office, dispatch: Dispatch) -> None:
    office.receiver.answer = lambda _: 410
    await dispatch()
    subscription = await office.subscribe()
    event = office.event()
    await office.happen(event)

    async def ended() -> bool:
        return bool((await office.read(subscription))["reason"] == "gone")

    await eventually(ended)
    (dead,) = await office.deliveries(subscription)
    assert (dead["state"], len(dead["attempts"])) == ("dead", 1)
    (told,) = await office.emitted(subscription["id"])
    assert told["type"] == "notifications.subscription.disabled.v1"
    assert told["data"]["reason"] == "gone"
    assert told["causationid"] == str(event.id)
    assert told["audience"] == "subtree"
    assert office.tenant.province in told["agencypath"].split("/")


async def test_days_of_failure_end_it_and_one_success_does_not(office: Office, dispatch: Dispatch) -> None:
    office.receiver.answer = lambda _: 500
    dispatcher = await dispatch()
    subscription = await office.subscribe()
    await office.happen(office.event())
    await office.tried(subscription, 1)
    with clock.shifted(timedelta(days=4)):
        dispatcher.woken.set()
        await office.tried(subscription, 2)
        assert (await office.read(subscription))["state"] == "active"
        assert await office.emitted(subscription["id"]) == []
    with clock.shifted(timedelta(days=5, minutes=1)):
        dispatcher.woken.set()

        async def ended() -> bool:
            return bool((await office.read(subscription))["reason"] == "failing")

        await eventually(ended)
    (told,) = await office.emitted(subscription["id"])
    assert told["data"]["reason"] == "failing"
    enabled = ok(await office.act(subscription, "enable"))
    assert enabled["failing_since"] is None


async def test_what_waits_goes_on_waiting_while_it_is_paused(office: Office, dispatch: Dispatch) -> None:
    subscription = await office.subscribe()
    event = office.event()
    await office.happen(event)
    ok(await office.act(subscription, "disable"))
    dispatcher = await dispatch()
    other = office.event()
    await office.subscribe()
    await office.happen(other)
    await office.arrived(other)
    assert len(office.receiver.messages) == 1
    ok(await office.act(subscription, "enable"))
    dispatcher.woken.set()
    await office.arrived(event)


async def test_one_that_hangs_does_not_hold_up_the_others(office: Office, dispatch: Dispatch) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    await dispatch()
    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        hanging = await office.subscribe(url=f"http://127.0.0.1:{port}/")
        await office.happen(*(office.event() for _ in range(600)))
        await office.subscribe()
        event = office.event()
        await office.happen(event)
        await office.arrived(event, seconds=5)
        ok(await office.act(hanging, "disable"))


async def test_a_subscription_that_cannot_be_opened_harms_nobody_else(
    office: Office, dispatch: Dispatch
) -> None:
    broken, sound = await office.subscribe(), await office.subscribe()
    async with office.database.transaction() as session:
        await session.execute(
            text("UPDATE subscriptions SET wrapped_key = 'rubbish' WHERE id = :id"), {"id": broken["id"]}
        )
    await dispatch()
    await office.happen(office.event())
    await office.settled(sound, "delivered")
    failed = await office.tried(broken, 1)
    assert failed["attempts"][0]["error"] == "internal"


async def test_a_replay_brings_what_was_missed_and_repeats_what_was_not(
    office: Office, dispatch: Dispatch
) -> None:
    await dispatch()
    subscription = await office.subscribe()
    start = clock.now()
    before = office.event()
    await office.happen(before)
    await office.settled(subscription, "delivered")
    ok(await office.act(subscription, "disable"))
    missed, unwanted = office.event(), office.event(SUSPENDED)
    await office.happen(missed, unwanted)
    ok(await office.act(subscription, "enable"))
    office.receiver.messages.clear()
    body = {"since": start.isoformat()}
    assert ok(await office.act(subscription, "replay", json=body)) == {"deliveries": 2, "next_since": None}
    messages = await office.arrived(before, missed)
    numbers = {m.headers["webhook-id"]: m.headers["chinh-danh-sequence"] for m in messages}
    assert numbers == {str(before.id): "1", str(missed.id): "2"}
    await office.settled(subscription, "delivered", 2)
    later = {"since": clock.now().isoformat()}
    assert ok(await office.act(subscription, "replay", json=later))["deliveries"] == 0


async def test_a_long_replay_goes_in_steps(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.notifications.deliveries.service.REPLAY_LIMIT", 3)
    start = clock.now()
    for _ in range(5):
        await office.happen(office.event())
    subscription = await office.subscribe()
    since, steps = start.isoformat(), 0
    while since:
        since = ok(await office.act(subscription, "replay", json={"since": since}))["next_since"]
        steps += 1
    assert steps == 2
    assert [d["sequence"] for d in await office.deliveries(subscription)] == [5, 4, 3, 2, 1]


async def test_deliveries_are_listed_page_by_page(office: Office) -> None:
    subscription = await office.subscribe()
    await office.happen(*(office.event() for _ in range(5)))
    first = ok(await office.act(subscription, "deliveries", method="GET", params={"limit": 3}))
    query = {"limit": 3, "cursor": first["next_cursor"]}
    rest = ok(await office.act(subscription, "deliveries", method="GET", params=query))
    assert [d["sequence"] for d in first["items"] + rest["items"]] == [5, 4, 3, 2, 1]
    assert rest["next_cursor"] is None
    query["cursor"] = "eA"
    problem(await office.act(subscription, "deliveries", method="GET", params=query), 422, "invalid")


async def test_a_delivery_of_another_subscription_is_not_found(office: Office) -> None:
    one, other = await office.subscribe(), await office.subscribe()
    await office.happen(office.event())
    (delivery,) = await office.deliveries(one)
    problem(await office.act(other, f"deliveries/{delivery['id']}/retry"), 404, "not-found")


async def test_what_is_old_or_deleted_is_forgotten(office: Office, notifications_app: FastAPI) -> None:
    kept, deleted = await office.subscribe(), await office.subscribe()
    await office.happen(office.event())
    await office.act(deleted, "", method="DELETE")
    forget = rules(notifications_app.state.settings)

    async def left(table: str, subscription: dict[str, Any]) -> int:
        column = "id" if table == "subscriptions" else "subscription_id"
        query = text(f"SELECT count(*) FROM {table} WHERE {column} = :id")  # noqa: S608 - ours
        async with office.database.transaction() as session:
            return int(await session.scalar(query, {"id": subscription["id"]}) or 0)

    await forget_once(office.database, forget)
    assert (await left("deliveries", kept), await left("deliveries", deleted)) == (1, 0)
    with clock.shifted(timedelta(days=31)):
        await forget_once(office.database, forget)
    assert (await left("deliveries", kept), await left("subscriptions", deleted)) == (0, 0)
    assert await left("subscriptions", kept) == 1
