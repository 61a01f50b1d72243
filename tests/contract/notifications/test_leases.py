"""Who holds a delivery, for how long, and how many at once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.notifications.deliveries import leases
from shared import clock
from tests.contract.notifications.conftest import Dispatch
from tests.contract.notifications.office import Office


async def claim_due(office: Office) -> Sequence[Any]:
    """Claim everything that is due."""
    async with office.database.transaction() as session:
        return await leases.claim_due(
            session, total=1000, well=100, failing=100, busy={}, lease=timedelta(seconds=20)
        )


async def claimed(office: Office) -> Counter[UUID]:
    """Claim everything that is due and never come back, like a process that dies; by subscription."""
    return Counter(claim.id for claim in await claim_due(office))


async def claim_of(office: Office, subscription: dict[str, Any]) -> Any:
    """Claim what is due; the claim of this subscription."""
    return next(claim for claim in await claim_due(office) if str(claim.id) == subscription["id"])


async def book(office: Office, *ends: tuple[Any, str, str | None]) -> None:
    """Book how claims ended, all at once."""
    now = clock.now()
    async with office.database.transaction() as session:
        await leases.book(
            session,
            [
                leases.Booking(claim.delivery_id, claim.lease_until, state, None, now, 1, None, error)
                for claim, state, error in ends
            ],
        )


async def test_who_lost_the_lease_books_nothing(office: Office) -> None:
    subscription = await office.subscribe()
    await office.happen(office.event())
    slow = await claim_of(office, subscription)
    with clock.shifted(timedelta(seconds=21)):
        quick = await claim_of(office, subscription)
        await book(office, (slow, "dead", "timeout"))
        assert (await office.deliveries(subscription))[0]["attempts"] == []
        await book(office, (quick, "delivered", None))
        await book(office, (quick, "dead", "timeout"))
    (delivery,) = await office.deliveries(subscription)
    assert (delivery["state"], len(delivery["attempts"])) == ("delivered", 1)


async def test_two_tries_of_one_delivery_that_end_at_once_are_booked_as_one(office: Office) -> None:
    subscription = await office.subscribe()
    await office.happen(office.event())
    slow = await claim_of(office, subscription)
    with clock.shifted(timedelta(seconds=21)):
        quick = await claim_of(office, subscription)
        await book(office, (slow, "dead", "timeout"), (quick, "delivered", None))
    (delivery,) = await office.deliveries(subscription)
    assert delivery["state"] == "delivered"
    assert [attempt["error"] for attempt in delivery["attempts"]] == [None]


async def test_what_a_dead_process_held_is_taken_up_after_its_lease(
    office: Office, dispatch: Dispatch
) -> None:
    subscription = await office.subscribe()
    event = office.event()
    await office.happen(event)
    assert (await claimed(office))[UUID(subscription["id"])] == 1
    dispatcher = await dispatch()
    with clock.shifted(timedelta(seconds=19)):
        dispatcher.woken.set()
        await asyncio.sleep(0.2)
        assert office.receiver.messages == []
    with clock.shifted(timedelta(seconds=21)):
        dispatcher.woken.set()
        await office.arrived(event)
        (delivered,) = await office.settled(subscription, "delivered")
    assert len(delivered["attempts"]) == 1


async def test_a_clock_that_is_put_back_does_not_prolong_the_lease_of_a_dead_process(
    office: Office, dispatch: Dispatch
) -> None:
    subscription = await office.subscribe()
    event = office.event()
    await office.happen(event)
    with clock.shifted(timedelta(hours=1)):
        assert (await claimed(office))[UUID(subscription["id"])] == 1
    await dispatch()
    await office.arrived(event)
    (delivered,) = await office.settled(subscription, "delivered")
    assert len(delivered["attempts"]) == 1


async def test_a_lease_of_a_clock_that_is_a_little_ahead_holds(office: Office) -> None:
    subscription = await office.subscribe()
    await office.happen(office.event())
    with clock.shifted(timedelta(seconds=5)):
        assert (await claimed(office))[UUID(subscription["id"])] == 1
    assert (await claimed(office))[UUID(subscription["id"])] == 0


async def test_of_each_only_so_many_are_under_way_and_of_a_failing_one_few(office: Office) -> None:
    one, other = await office.subscribe(), await office.subscribe()
    await office.happen(*(office.event() for _ in range(30)))
    async with office.database.transaction() as session:
        await session.execute(
            text("UPDATE subscriptions SET failing_since = :now WHERE id = :id"),
            {"now": clock.now(), "id": other["id"]},
        )
        busy = {UUID(one["id"]): 3}
        claims = await leases.claim_due(
            session, total=500, well=10, failing=4, busy=busy, lease=timedelta(seconds=20)
        )
        assert Counter(str(c.id) for c in claims if str(c.id) in {one["id"], other["id"]}) == {
            one["id"]: 7,
            other["id"]: 4,
        }
        assert sorted(c.seq for c in claims if str(c.id) == one["id"]) == list(range(1, 8))
        at_its_limit = {UUID(one["id"]): 12}
        claims = await leases.claim_due(
            session, total=500, well=10, failing=4, busy=at_its_limit, lease=timedelta(seconds=20)
        )
        assert one["id"] not in {str(c.id) for c in claims}
