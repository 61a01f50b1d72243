"""The one story that must always work, over HTTP, on the real stack."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import httpx
from standardwebhooks import Webhook

from deploy.local.config import PROJECT, service_environment
from deploy.local.stack import RunningStack
from tests.support.answers import ok
from tests.support.eventually import eventually
from tests.support.receiver import Receiver
from tests.support.reports import impersonation, report_takeover
from tests.support.staff import Staff
from tests.support.tenant import Tenant


async def subscribe(
    client: httpx.AsyncClient, headers: dict[str, str], receiver: Receiver, **changes: Any
) -> dict[str, Any]:
    body = {
        "channel": "webhook",
        "url": receiver.url,
        "event_types": ["reports.*", "registry.account.*"],
        **changes,
    }
    return ok(await client.post("/v1/subscriptions", json=body, headers=headers), 201)


async def verdict(registry: httpx.AsyncClient, link: str) -> str:
    return str(ok(await registry.get("/v1/verify", params={"url": link}))["verdict"])


async def all_events(client: httpx.AsyncClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    """The whole changefeed, page by page."""
    events: list[dict[str, Any]] = []
    cursor = "0"
    while page := ok(await client.get("/v1/events", params={"after": cursor}, headers=headers)):
        if not page["items"]:
            return events
        events += page["items"]
        cursor = page["next_cursor"]
    return events


async def test_an_agency_proves_its_page_and_everybody_can_verify_it(
    staff: Staff, registry: httpx.AsyncClient
) -> None:
    account = await staff.active()
    handle = account["handle"]

    async def is_official() -> bool:
        return await verdict(registry, account["url"]) == "official"

    await eventually(is_official, seconds=2)
    for link in (
        account["url"],
        f"facebook.com/{handle}",
        f"https://m.facebook.com/{handle}/",
        f"https://www.facebook.com/{handle.upper()}?utm_source=zalo&fbclid=x",
        f"http://facebook.com/{handle}#about",
    ):
        assert await verdict(registry, link) == "official", link
    many = ok(
        await registry.post("/v1/verify", json={"items": [{"url": account["url"]}, "không phải liên kết"]})
    )
    assert [item["verdict"] for item in many["items"]] == ["official", "unknown"]
    assert many["items"][0]["account"]["agency_name"] == "Ủy ban nhân dân xã Lấp Vò"
    assert await verdict(registry, f"https://evil.example/?u={account['url']}") == "unknown"
    assert await verdict(registry, f"https://www.facebook.com/{handle}.hotro") == "resembles"


async def test_a_report_reaches_the_abused_agency_and_nobody_else(
    reports: httpx.AsyncClient, tenant: Tenant
) -> None:
    body = impersonation(tenant.commune)
    receipt = ok(await reports.post("/v1/incidents", json=body), 201)

    async def seen_by(agency: str) -> list[dict[str, Any]]:
        page = ok(
            await reports.get("/v1/incidents", params={"limit": 200}, headers=tenant.auth(agency, "officer"))
        )
        return [i for i in page["items"] if i["received_at"] == receipt["received_at"]]

    (own,) = await seen_by(tenant.commune)
    assert own["targets"] == body["targets"]
    assert own["description"] == body["description"]
    (above,) = await seen_by(tenant.province)
    assert above["harm"] == "impersonation_agency"
    assert above["due_at"] == own["due_at"]
    assert above["targets"] is above["facts"] is above["description"] is None
    assert await seen_by(tenant.foreign) == []
    answer = await reports.get(f"/v1/incidents/{own['id']}", headers=tenant.auth(tenant.foreign, "officer"))
    assert answer.status_code == 404

    status = ok(await reports.post("/v1/track", json={"tracking_code": receipt["tracking_code"]}))
    assert (status["state"], status["agency_code"]) == ("received", tenant.commune)


async def test_a_hijacked_page_is_compromised_for_everybody_within_moments(
    staff: Staff,
    registry: httpx.AsyncClient,
    reports: httpx.AsyncClient,
    notifications: httpx.AsyncClient,
    receiver: Receiver,
    tenant: Tenant,
) -> None:
    subscription = await subscribe(notifications, staff.officer, receiver)
    account = await staff.active()
    await report_takeover(reports, account, staff.officer)

    async def compromised() -> bool:
        return await verdict(registry, account["url"]) == "compromised"

    await eventually(compromised, seconds=2)

    async def told() -> set[str]:
        types = {event["type"] for event in receiver.events()}
        return types if "registry.account.suspended.v1" in types else set()

    assert await eventually(told) >= {
        "registry.account.submitted.v1",
        "registry.account.activated.v1",
        "reports.incident.received.v1",
        "reports.takeover.confirmed.v1",
        "registry.account.suspended.v1",
    }
    webhook = Webhook(subscription["secret"])
    for message in receiver.messages:
        assert webhook.verify(message.body, message.headers) == message.event
        assert message.headers["webhook-id"] == message.event["id"]

    # What caused what can be followed from one service into the other.
    (suspended,) = [e for e in receiver.events() if e["type"] == "registry.account.suspended.v1"]
    (confirmed,) = [e for e in receiver.events() if e["type"] == "reports.takeover.confirmed.v1"]
    assert suspended["causationid"] == confirmed["id"]
    assert suspended["traceparent"].split("-")[1] == confirmed["traceparent"].split("-")[1]

    # The changefeeds hold the same events under the same ids, without gaps for whoever reaches all.
    feeds = [
        event
        for client in (registry, reports)
        for event in await all_events(client, tenant.auth(tenant.province, "viewer"))
    ]
    assert {e["id"] for e in receiver.events()} <= {e["id"] for e in feeds}


async def test_webhooks_carry_ids_and_codes_only(
    staff: Staff, reports: httpx.AsyncClient, notifications: httpx.AsyncClient, receiver: Receiver
) -> None:
    await subscribe(notifications, staff.officer, receiver)
    marker = "vếtmựcriêng"
    body = impersonation(
        staff.agency,
        targets=[f"https://{'dauvetrieng'}.example/trang"],
        facts={"claim": f"Xưng là xã {marker}", "deception": ["asks_data"]},
        description=f"Mô tả {marker}",
        contact={"kind": "email", "value": "dauvetrieng@example.vn"},
    )
    before = len(receiver.messages)
    ok(await reports.post("/v1/incidents", json=body), 201)

    async def arrived() -> bool:
        return len(receiver.messages) > before

    await eventually(arrived)
    for message in receiver.messages:
        text = message.body.decode() + str(message.headers)
        assert marker not in text
        assert "dauvetrieng" not in text


async def test_a_failing_receiver_is_tried_again_with_the_same_id(
    staff: Staff, reports: httpx.AsyncClient, notifications: httpx.AsyncClient, receiver: Receiver
) -> None:
    receiver.answer = lambda _: 500 if len(receiver.messages) == 0 else 204
    await subscribe(notifications, staff.officer, receiver, event_types=["reports.incident.received.v1"])
    ok(await reports.post("/v1/incidents", json=impersonation(staff.agency)), 201)

    async def twice() -> bool:
        return len(receiver.messages) >= 2

    await eventually(twice, seconds=15)
    await asyncio.sleep(0.3)
    first, second, *more = receiver.messages
    assert more == []
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert second.at - first.at > 3, "a receiver in trouble is given a pause"


async def test_a_subscriber_of_another_province_hears_of_public_facts_only(
    staff: Staff,
    reports: httpx.AsyncClient,
    notifications: httpx.AsyncClient,
    receiver: Receiver,
    tenant: Tenant,
) -> None:
    await subscribe(notifications, tenant.auth(tenant.foreign, "officer"), receiver)
    account = await staff.active()
    await report_takeover(reports, account, staff.officer)

    async def warned() -> bool:
        return any(e["type"] == "registry.account.suspended.v1" for e in receiver.events())

    await eventually(warned)
    await asyncio.sleep(0.3)
    assert {e["type"] for e in receiver.events()} - {"reports.audit.sealed.v1"} == {
        "registry.account.activated.v1",
        "registry.account.suspended.v1",
    }


async def test_what_was_done_can_be_checked_by_whoever_kept_a_published_head(
    stack: RunningStack, staff: Staff, registry: httpx.AsyncClient, tmp_path: Path
) -> None:
    """The worker seals and publishes by itself; the commands of docs/operating.md do the rest."""
    account = await staff.active()
    viewer = staff.tenant.auth(staff.agency, "viewer")

    async def heads() -> list[str]:
        params = {"type": "registry.audit.sealed.v1"}
        page = ok(await registry.get("/v1/events", params=params, headers=viewer))
        return [f"{event['data']['place']}:{event['data']['hash']}" for event in page["items"]]

    async def sealed() -> bool:
        admin = staff.tenant.auth(staff.agency, "admin")
        rows = ok(await registry.get("/v1/audit", headers=admin))["items"]
        return all(row["place"] for row in rows if row["object_id"] == account["id"])

    published = await eventually(heads)
    await eventually(sealed)
    command = [sys.executable, "-m", "shared.audit"]
    environment = {**service_environment(stack.config, "registry"), "PATH": os.defpath}
    export = await asyncio.create_subprocess_exec(
        *command, "export", "registry", cwd=PROJECT, env=environment, stdout=asyncio.subprocess.PIPE
    )
    lines, _ = await export.communicate()
    assert account["id"] in lines.decode()
    file = tmp_path / "registry.jsonl"
    file.write_bytes(lines)
    options = [option for head in published for option in ("--head", head)]
    check = await asyncio.create_subprocess_exec(*command, "verify", str(file), *options, cwd=PROJECT)
    assert await check.wait() == 0
