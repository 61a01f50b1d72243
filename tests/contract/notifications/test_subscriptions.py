"""`/v1/subscriptions`: who receives what, where, and how it is kept secret."""

import asyncio
import base64
import uuid
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from standardwebhooks import Webhook

from services.notifications.subscriptions import sealing
from services.notifications.subscriptions.tables import Subscription
from shared import clock
from shared.crypto import Unsealable
from shared.db import violated_constraint
from tests.contract.notifications.conftest import Dispatch
from tests.contract.notifications.office import INCIDENT, Office
from tests.support.answers import ok, problem

ACTIONS = ["disable", "enable", "rotate-secret", "test", "replay"]


async def stored(office: Office, subscription: dict[str, Any]) -> Subscription:
    async with office.database.transaction() as session:
        return await session.get_one(Subscription, uuid.UUID(subscription["id"]))


async def test_the_secret_is_shown_once_and_never_again(office: Office) -> None:
    answer = await office.client.post("/v1/subscriptions", json=office.body(), headers=office.officer)
    created = ok(answer, 201)
    prefix, _, encoded = created.pop("secret").partition("_")
    assert prefix == "whsec"
    assert len(base64.b64decode(encoded, validate=True)) == 32
    assert answer.headers["cache-control"] == "no-store"
    assert created["state"] == "active"
    assert created["owner_code"] == office.agency
    assert created["agency_code"] is None
    assert created["url"] == office.receiver.url
    assert ok(await office.client.get(answer.headers["location"], headers=office.officer)) == created
    listed = ok(await office.client.get("/v1/subscriptions", headers=office.officer))["items"]
    assert listed == [created]


async def test_address_and_secret_are_sealed_where_they_are_kept(
    office: Office, notifications_app: FastAPI
) -> None:
    created = await office.subscribe()
    row = await stored(office, created)
    secret = base64.b64decode(created["secret"].removeprefix("whsec_"))
    for column in (row.url, row.secret, row.wrapped_key):
        assert column is not None
        assert office.receiver.url.encode() not in column
        assert secret not in column
    receiver = sealing.open_receiver(notifications_app.state.key_ring, row, clock.now())
    assert receiver == sealing.Receiver(office.receiver.url, (secret,))


async def test_what_is_sealed_opens_in_its_own_row_only(office: Office, notifications_app: FastAPI) -> None:
    one, other = (
        await stored(office, await office.subscribe()),
        await stored(office, await office.subscribe()),
    )
    one.wrapped_key, one.secret, one.url = other.wrapped_key, other.secret, other.url
    with pytest.raises(Unsealable):
        sealing.open_url(notifications_app.state.key_ring, one)


async def test_types_that_match_nothing_are_refused_where_they_stand(office: Office) -> None:
    body = office.body(event_types=["reports.*", "reports.nothing.*", "registry", "*"])
    refused = problem(
        await office.client.post("/v1/subscriptions", json=body, headers=office.officer), 422, "invalid"
    )
    assert [error["pointer"] for error in refused["errors"]] == ["/event_types/1", "/event_types/2"]
    created = await office.subscribe(event_types=["*", "reports.*", "*"])
    assert created["event_types"] == ["*", "reports.*"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/hook", "bad-scheme"),
        ("ftp://example.com/hook", "bad-scheme"),
        ("https://10.0.0.1/hook", "private-address"),
        ("https://169.254.169.254/latest/meta-data", "private-address"),
        ("https://[::ffff:10.0.0.1]/", "private-address"),
        ("https://user:password@example.com/", "userinfo"),
        ("https://example.com:22/", "bad-port"),
        ("https://2130706433/", "bad-host"),
        ("https://no-such-host.invalid/", "unresolvable"),
        ("hooks.example.com", "bad-url"),
    ],
)
async def test_addresses_that_are_not_public_are_refused(office: Office, url: str, reason: str) -> None:
    answer = await office.client.post("/v1/subscriptions", json=office.body(url=url), headers=office.officer)
    refused = problem(answer, 422, "invalid")
    assert refused["reason"] == reason
    assert refused["errors"][0]["pointer"] == "/url"
    assert ok(await office.client.get("/v1/subscriptions", headers=office.officer))["items"] == []


async def test_it_can_be_restricted_to_an_agency_within_reach(office: Office) -> None:
    above = office.of(office.tenant.province)
    assert (await above.subscribe(agency_code=office.agency))["agency_code"] == office.agency
    for out_of_reach in (office.tenant.province, office.tenant.sibling, office.tenant.foreign, "T0.NONE"):
        body = office.body(agency_code=out_of_reach)
        answer = await office.client.post("/v1/subscriptions", json=body, headers=office.officer)
        problem(answer, 404, "not-found")


async def test_the_agencies_above_reach_it_and_nobody_else(office: Office) -> None:
    created = await office.subscribe()
    assert (await office.of(office.tenant.province).read(created))["id"] == created["id"]
    for agency in (office.tenant.sibling, office.tenant.foreign):
        other = office.of(agency)
        problem(await other.act(created, "", method="GET"), 404, "not-found")
        problem(await other.act(created, "", method="DELETE"), 404, "not-found")
        problem(await other.act(created, "deliveries", method="GET"), 404, "not-found")
        problem(await other.act(created, f"deliveries/{uuid.uuid4()}/retry"), 404, "not-found")
        for action in ACTIONS:
            body = {"since": "2026-01-01T00:00:00Z"} if action == "replay" else None
            problem(await other.act(created, action, json=body), 404, "not-found")
        assert ok(await other.client.get("/v1/subscriptions", headers=other.officer))["items"] == []
    assert (await office.read(created))["state"] == "active"


async def test_lists_go_page_by_page_and_by_state(office: Office) -> None:
    made = [(await office.subscribe())["id"] for _ in range(3)]
    ok(await office.act({"id": made[0]}, "disable"))

    async def page(**query: Any) -> dict[str, Any]:
        return ok(await office.client.get("/v1/subscriptions", params=query, headers=office.officer))

    first = await page(limit=2)
    rest = await page(limit=2, cursor=first["next_cursor"])
    assert [s["id"] for s in first["items"] + rest["items"]] == made[::-1]
    assert rest["next_cursor"] is None
    assert [s["id"] for s in (await page(state="disabled"))["items"]] == [made[0]]


async def test_it_is_paused_and_resumed(office: Office) -> None:
    created = await office.subscribe()
    disabled = ok(await office.act(created, "disable"))
    assert (disabled["state"], disabled["reason"], disabled["version"]) == ("disabled", "by_owner", 2)
    for action in ("disable", "test"):
        refused = problem(await office.act(created, action), 409, "illegal-transition")
        assert refused["allowed"] == ["enable"]
    await office.happen(office.event())
    assert await office.deliveries(created) == []
    enabled = ok(await office.act(created, "enable"))
    assert (enabled["state"], enabled["reason"]) == ("active", None)
    refused = problem(await office.act(created, "enable"), 409, "illegal-transition")
    assert refused["allowed"] == ["disable", "test"]


async def test_deleting_destroys_its_key_and_hides_it(office: Office, notifications_app: FastAPI) -> None:
    created = await office.subscribe()
    await office.happen(office.event())
    answer = await office.act(created, "", method="DELETE")
    assert (answer.status_code, answer.content) == (204, b"")
    row = await stored(office, created)
    assert (row.wrapped_key, row.url, row.secret) == (None, b"", b"")
    with pytest.raises(Unsealable):
        sealing.open_url(notifications_app.state.key_ring, row)
    problem(await office.act(created, "", method="GET"), 404, "not-found")
    problem(await office.act(created, "", method="DELETE"), 404, "not-found")
    problem(await office.act(created, "deliveries", method="GET"), 404, "not-found")
    assert ok(await office.client.get("/v1/subscriptions", headers=office.officer))["items"] == []
    await office.happen(office.event())
    assert (await stored(office, created)).last_seq == 1


async def test_both_secrets_sign_while_they_overlap(office: Office, dispatch: Dispatch) -> None:
    await dispatch()
    created = await office.subscribe()
    rotated = ok(await office.act(created, "rotate-secret"))
    assert rotated["secret"] != created["secret"]
    assert rotated["previous_secret_until"] is not None
    event = office.event()
    await office.happen(event)
    (message,) = await office.arrived(event)
    assert len(message.headers["webhook-signature"].split()) == 2
    for secret in (rotated["secret"], created["secret"]):
        Webhook(secret).verify(message.body, message.headers)
    with clock.shifted(timedelta(hours=25)):
        later = office.event()
        await office.happen(later)
        (message,) = await office.arrived(later)
        assert len(message.headers["webhook-signature"].split()) == 1
        assert (await office.read(created))["previous_secret_until"] is None


async def test_a_test_goes_to_the_tested_one_alone(office: Office, dispatch: Dispatch) -> None:
    tested = await office.subscribe(event_types=[INCIDENT])
    other = await office.subscribe(event_types=["*"])
    sent = ok(await office.act(tested, "test"), 202)
    (told,) = await office.emitted(tested["id"])
    assert told["id"] == sent["event_id"]
    assert told["type"] == "notifications.subscription.tested.v1"
    await dispatch()
    event = office.event(told["type"], **{name: told[name] for name in ("subject", "agencypath", "data")})
    await office.happen(event)
    await office.arrived(event)
    assert len(await office.deliveries(tested)) == 1
    assert await office.deliveries(other) == []


async def test_the_database_holds_what_a_state_means(office: Office) -> None:
    created = await office.subscribe()
    for change, constraint in (
        ("state = 'disabled'", "ck_subscriptions_reason_given"),
        ("state = 'deleted'", "ck_subscriptions_key_destroyed"),
        ("previous_secret = 'x'", "ck_subscriptions_previous_secret_ends"),
    ):
        with pytest.raises(IntegrityError) as refused:
            async with office.database.transaction() as session:
                await session.execute(
                    text(f"UPDATE subscriptions SET {change} WHERE id = :id"),  # noqa: S608 - ours
                    {"id": created["id"]},
                )
        assert violated_constraint(refused.value) == constraint


async def test_the_catalogue_shows_every_type(office: Office) -> None:
    catalogue = ok(await office.client.get("/v1/event-types"))["items"]
    by_type = {entry["type"]: entry for entry in catalogue}
    entry = by_type[INCIDENT]
    assert entry["audience"] == "subtree"
    assert entry["summary"].startswith("Somebody reported a harm")
    assert set(entry["data_schema"]["properties"]) == set(entry["example"]["data"])
    subscriptions = await asyncio.gather(*(office.subscribe(event_types=[name]) for name in by_type))
    assert len(subscriptions) == len(catalogue)
