"""Taking in reports: what is accepted, from whom, and what is kept of it."""

import asyncio
import secrets
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, insert, select, text
from sqlmodel import col

from services.reports.accounts.tables import RegisteredAccount
from services.reports.incidents.tables import Incident, IncidentKey, Sighting
from shared.db import Database, new_id
from shared.messaging.outbox import tables
from tests.support.answers import ok, problem
from tests.support.reports import impersonation, takeover
from tests.support.tenant import Tenant


async def report(client: httpx.AsyncClient, body: dict[str, Any], **options: Any) -> dict[str, Any]:
    return ok(await client.post("/v1/incidents", json=body, **options), 201)


async def incidents_of(client: httpx.AsyncClient, tenant: Tenant) -> list[dict[str, Any]]:
    page = ok(await client.get("/v1/incidents", headers=tenant.auth(tenant.commune, "officer")))
    items: list[dict[str, Any]] = page["items"]
    return items


async def enrol(database: Database, agency_code: str) -> dict[str, Any]:
    """An active official account, as the registry's state stream would have told of it."""
    account = {"id": new_id(), "agency_code": agency_code, "state": "active", "version": 3}
    async with database.transaction() as session:
        await session.execute(insert(RegisteredAccount).values(account))
    return {**account, "id": str(account["id"]), "url": f"https://www.facebook.com/{secrets.token_hex(6)}"}


async def events_of(database: Database, agency_code: str) -> list[str]:
    """Types of the events in the outbox, in order."""
    async with database.transaction() as session:
        outbox = tables(session).outbox
        query = select(outbox.c.type).where(outbox.c.agency_code == agency_code)
        return list(await session.scalars(query.order_by(outbox.c.position)))


async def test_the_public_needs_no_account_and_learns_no_id(
    reports: httpx.AsyncClient, tenant: Tenant
) -> None:
    receipt = await report(reports, impersonation(tenant.commune))
    assert receipt["incident_id"] is None
    assert receipt["what_to_do_now"]
    status = ok(await reports.post("/v1/track", json={"tracking_code": receipt["tracking_code"].lower()}))
    assert status["state"] == "received"
    assert status["agency_code"] == tenant.commune


async def test_what_was_written_is_stored_sealed_and_told_to_nobody_else(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database
) -> None:
    marker = f"dấu vết {secrets.token_hex(8)}"
    hidden = secrets.token_hex(8)
    await report(
        reports,
        impersonation(
            tenant.commune,
            targets=[f"https://{hidden}.example/p"],
            facts={"claim": marker, "deception": ["asks_data"]},
            description=marker,
            contact={"kind": "email", "value": f"{hidden}@example.vn"},
        ),
    )
    async with database_of_reports.transaction() as session:
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'reports'"))
        for name in list(names):
            rows = await session.scalars(text(f"SELECT t::text FROM reports.{name} t"))  # noqa: S608 - our tables
            for row in rows:
                assert marker not in row, name
                assert hidden not in row, name
                assert hidden.encode().hex() not in row, name


async def test_a_target_reported_again_is_a_sighting(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database
) -> None:
    first = impersonation(tenant.commune)
    await report(reports, first)
    again = {
        **first,
        "targets": [first["targets"][0].replace("www.", "m.") + "/?ref=x", "https://other.example/"],
    }
    await report(reports, again)
    # The second target of the second report belongs to the incident from now on.
    await report(reports, {**first, "targets": ["https://other.example/"]})
    (incident,) = await incidents_of(reports, tenant)
    assert incident["sightings"] == 3
    assert await events_of(database_of_reports, tenant.commune) == ["reports.incident.received.v1"]
    answer = await reports.get(
        f"/v1/incidents/{incident['id']}/sightings", headers=tenant.auth(tenant.commune, "officer")
    )
    assert [s["targets"] for s in ok(answer)["items"]] == [
        first["targets"],
        again["targets"],
        ["https://other.example/"],
    ]


async def test_a_page_behind_a_redirector_is_that_page(reports: httpx.AsyncClient, tenant: Tenant) -> None:
    page = f"https://{tenant.commune.lower().replace('.', '-')}.example/vay-tien"
    await report(reports, impersonation(tenant.commune, targets=[page]))
    wrapped = f"https://l.facebook.com/l.php?u={quote(page, safe='')}&h=AT0"
    await report(reports, impersonation(tenant.commune, targets=[wrapped]))
    (incident,) = await incidents_of(reports, tenant)
    assert incident["sightings"] == 2


async def test_naming_another_agency_hides_nothing_from_this_one(
    reports: httpx.AsyncClient, tenant: Tenant
) -> None:
    target = impersonation(tenant.commune)["targets"]
    await report(reports, impersonation(tenant.sibling, targets=target))
    await report(reports, impersonation(tenant.commune, targets=target))
    assert len(await incidents_of(reports, tenant)) == 1


async def test_simultaneous_reports_of_one_target_make_one_incident(
    reports: httpx.AsyncClient, tenant: Tenant
) -> None:
    one, other = impersonation(tenant.commune), impersonation(tenant.commune)
    both = {**one, "targets": [*one["targets"], *other["targets"]]}
    swapped = {**one, "targets": [*other["targets"], *one["targets"]]}
    await asyncio.gather(*(report(reports, body) for body in [both, swapped] * 8))
    (incident,) = await incidents_of(reports, tenant)
    assert incident["sightings"] == 16


@pytest.mark.parametrize("role", ["viewer", "officer", "approver", "admin"])
async def test_only_the_holders_officers_confirm_a_takeover(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database, role: str
) -> None:
    account = await enrol(database_of_reports, tenant.commune)
    await report(reports, takeover(account))
    await report(reports, takeover(account), headers=tenant.auth(tenant.province, "officer"))
    received = ["reports.incident.received.v1"]
    assert await events_of(database_of_reports, tenant.commune) == received, "nobody but the holder confirms"
    await report(reports, takeover(account), headers=tenant.auth(tenant.commune, role))
    confirmed = ["reports.takeover.confirmed.v1"] if role == "officer" else []
    assert await events_of(database_of_reports, tenant.commune) == received + confirmed


async def test_a_takeover_is_confirmed_once(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database
) -> None:
    account = await enrol(database_of_reports, tenant.commune)
    officer = tenant.auth(tenant.commune, "officer")
    await asyncio.gather(*(report(reports, takeover(account), headers=officer) for _ in range(6)))
    events = await events_of(database_of_reports, tenant.commune)
    assert events.count("reports.takeover.confirmed.v1") == 1
    assert events.count("reports.incident.received.v1") == 1


async def test_a_takeover_needs_an_account_of_that_agency(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database
) -> None:
    account = await enrol(database_of_reports, tenant.sibling)
    for body in (
        takeover({**account, "agency_code": tenant.commune}),
        takeover({**account, "id": str(new_id())}),
    ):
        document = problem(await reports.post("/v1/incidents", json=body), 422, "invalid")
        assert document["errors"][0]["pointer"] == "/account_id"


async def test_an_ended_agency_names_its_successors(reports: httpx.AsyncClient, tenant: Tenant) -> None:
    answer = await reports.post("/v1/incidents", json=impersonation(tenant.former))
    assert problem(answer, 422, "invalid")["successors"] == [tenant.commune]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"harm": "criticism"}, "/"),
        ({"harm": "other"}, "/"),
        ({"targets": []}, "/targets"),
        ({"targets": ["javascript:alert(1)"]}, "/targets/0"),
        ({"targets": ["https://a.example"] * 11}, "/targets"),
        ({"agency_code": "T00.NOWHERE"}, "/agency_code"),
        ({"facts": {"claim": "x", "deception": ["insults_officials"]}}, "/facts/deception/0"),
        ({"facts": {"deception": ["asks_money"]}}, "/facts/claim"),
        ({"facts": {"claim": "x", "deception": []}}, "/facts/deception"),
        ({"description": "x" * 4001}, "/description"),
        ({"description": "a\u0000b"}, "/description"),
        ({"contact": {"kind": "email", "value": "nobody"}}, "/contact/value"),
        ({"author": "Nguyễn Văn A"}, "/author"),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    reports: httpx.AsyncClient,
    tenant: Tenant,
    database_of_reports: Database,
    changes: dict[str, Any],
    pointer: str,
) -> None:
    answer = await reports.post("/v1/incidents", json={**impersonation(tenant.commune), **changes})
    pointers = [error["pointer"] for error in problem(answer, 422, "invalid")["errors"]]
    assert pointer in pointers
    assert await events_of(database_of_reports, tenant.commune) == []
    assert await incidents_of(reports, tenant) == []


async def test_refusing_erases_at_once_and_for_good(
    reports: httpx.AsyncClient, tenant: Tenant, database_of_reports: Database
) -> None:
    body = impersonation(tenant.commune, contact={"kind": "phone", "value": "0901 234 567"})
    receipt = await report(reports, body)
    (incident,) = await incidents_of(reports, tenant)
    officer = tenant.auth(tenant.commune, "officer")
    refused = ok(
        await reports.post(
            f"/v1/incidents/{incident['id']}/refuse", json={"reason": "parody_or_criticism"}, headers=officer
        )
    )
    assert refused["state"] == "refused"
    assert refused["targets"] is refused["facts"] is refused["description"] is None
    incident_id = UUID(incident["id"])
    async with database_of_reports.transaction() as session:
        assert await session.get(IncidentKey, incident_id) is None
        kept = await session.scalar(
            select(func.count())
            .select_from(Sighting)
            .where(col(Sighting.incident_id) == incident_id, col(Sighting.content).is_not(None))
        )
        assert kept == 0
        counted = await session.get_one(Incident, incident_id)
        assert (counted.state, counted.refusal) == ("refused", "parody_or_criticism")
    status = ok(await reports.post("/v1/track", json={"tracking_code": receipt["tracking_code"]}))
    assert status["state"] == "refused"
    # The same target is a new incident: a refusal closes no door.
    await report(reports, body)
    assert len(await incidents_of(reports, tenant)) == 2
