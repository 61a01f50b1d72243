"""Good requests to every route, and the things that they are about.

Whatever is made belongs to the tenant's commune, and each request would succeed for its right caller.
"""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import Table, select

from services.registry.accounts.service import suspend_after_takeover
from services.registry.policy import IMPORTS
from shared import tenancy
from shared.db import Database
from shared.policy import Rule
from tests.contract.notifications.office import Office
from tests.support.answers import ok
from tests.support.eventually import eventually
from tests.support.importing import accounts_csv, settled
from tests.support.reports import impersonation
from tests.support.staff import Staff
from tests.support.successions import renaming
from tests.support.tenant import Tenant, agency


@dataclass(frozen=True)
class World:
    """The three services, and the people of one commune with their things."""

    apps: dict[str, FastAPI]
    clients: dict[str, httpx.AsyncClient]
    tenant: Tenant
    staff: Staff
    office: Office
    feeds: dict[str, Table]

    def database(self, service: str) -> Database:
        """A service's own connections."""
        database: Database = self.apps[service].state.database
        return database


@dataclass(frozen=True)
class Request:
    """A good request; `mark` stands in the answer to those who are shown the thing.

    `content` is a file for a body. `rule` is what this one asks for where its route knows several kinds.
    """

    path: str
    json: Any = None
    mark: str = ""
    content: bytes | None = None
    rule: Rule | None = None


Make = Callable[[World], Awaitable[Request]]


def fixed(path: str, json: Any = None) -> Make:
    """A request for what is there anyhow."""

    async def make(_: World) -> Request:
        return Request(path, json)

    return make


def account(state: str, path: str, json: Any = None) -> Make:
    """A request about an account in a state."""

    async def make(world: World) -> Request:
        made = await (world.staff.active() if state == "suspended" else getattr(world.staff, state)())
        if state == "suspended":
            async with world.database("registry").transaction() as session:
                await suspend_after_takeover(session, UUID(made["id"]), made["agency_code"], uuid4())
        return Request(path.format(id=made["id"]), json, made["id"])

    return make


async def new_account(world: World) -> Request:
    return Request("/v1/accounts", world.staff.body())


async def new_proof(world: World) -> Request:
    made = await world.staff.draft()
    return Request(
        f"/v1/accounts/{made['id']}/proofs", {"method": "well_known", "site": world.staff.site.url}
    )


async def a_proof(world: World) -> Request:
    proof = await world.staff.proof(await world.staff.draft())
    return Request(f"/v1/accounts/{proof['account_id']}/proofs/{proof['id']}/check")


def the_agency(path: str = "", json: Any = None) -> Make:
    """A request about the commune itself."""

    async def make(world: World) -> Request:
        return Request(f"/v1/agencies/{world.tenant.commune}{path}", json)

    return make


async def new_agency(world: World) -> Request:
    body = {
        "parent_code": world.tenant.commune,
        "suffix": secrets.token_hex(6).upper(),
        "name": "Trạm Y tế xã",
        "level": "unit",
        "organisation_type": "hospital",
    }
    return Request("/v1/agencies", body)


async def new_succession(world: World) -> Request:
    unit = f"{world.tenant.commune}.{secrets.token_hex(6).upper()}"
    async with world.database("registry").transaction() as session:
        await tenancy.store(session, [agency(unit, level="unit", parent_code=world.tenant.commune)])
    return Request("/v1/successions", renaming(unit))


def succession(path: str) -> Make:
    """A request about a proposal to rename an agency below the commune, not before next year."""

    async def make(world: World) -> Request:
        proposer = world.tenant.auth(world.tenant.commune, "admin", sub="proposer")
        request = await new_succession(world)
        answer = await world.clients["registry"].post(request.path, json=request.json, headers=proposer)
        made = ok(answer, 201)["id"]
        return Request(path.format(id=made), mark=made)

    return make


async def a_code(world: World) -> Request:
    made = await world.staff.draft()
    proof = await world.staff.proof(made, {"method": "profile_code"})
    seen = {"url": made["url"], "code": proof["publish"]["line"]}
    return Request(f"/v1/accounts/{made['id']}/proofs/{proof['id']}/attest", seen)


async def a_letter(world: World) -> Request:
    letter = {
        "method": "document",
        "number": "05/TB-UBND",
        "issued_on": "2026-02-18",
        "issued_by": world.tenant.province,
    }
    proof = await world.staff.proof(await world.staff.draft(), letter)
    return Request(f"/v1/accounts/{proof['account_id']}/proofs/{proof['id']}/confirm")


async def new_transfer(world: World, *, received: bool = False) -> Request:
    """The offer of an account, between the commune and an agency that no caller is of."""
    other = f"{world.tenant.province}.X3"
    async with world.database("registry").transaction() as session:
        await tenancy.store(session, [agency(other, parent_code=world.tenant.province)])
    giver, to = (other, world.tenant.commune) if received else (world.tenant.commune, other)
    made = await replace(world.staff, agency=giver).active()
    return Request(
        f"/v1/accounts/{made['id']}/transfers", {"to_agency_code": to, "reason": "responsibility_moved"}
    )


def transfer(path: str, *, received: bool = False) -> Make:
    """A request about a transfer that the commune gives, or receives."""

    async def make(world: World) -> Request:
        offer = await new_transfer(world, received=received)
        giver = f"{world.tenant.province}.X3" if received else world.tenant.commune
        headers = world.tenant.auth(giver, "approver", sub=f"{giver}:giver")
        answer = await world.clients["registry"].post(offer.path, json=offer.json, headers=headers)
        made = ok(answer, 201)["id"]
        return Request(path.format(id=made), mark=made)

    return make


async def new_report(world: World) -> Request:
    return Request("/v1/incidents", impersonation(world.tenant.commune))


async def a_tracking_code(world: World) -> Request:
    report = impersonation(world.tenant.commune)
    receipt = ok(await world.clients["reports"].post("/v1/incidents", json=report), 201)
    return Request("/v1/track", {"tracking_code": receipt["tracking_code"]})


def incident(path: str, json: Any = None, *, triaged: bool = False) -> Make:
    """A request about an incident, whose one reporter left a contact."""

    async def make(world: World) -> Request:
        client, officer = world.clients["reports"], world.tenant.auth(world.tenant.commune, "officer")
        contact = {"kind": "phone", "value": "0901 234 567"}
        report = impersonation(world.tenant.commune, contact=contact)
        made = ok(await client.post("/v1/incidents", json=report, headers=officer), 201)["incident_id"]
        if triaged:
            ok(await client.post(f"/v1/incidents/{made}/triage", headers=officer))
        page = ok(await client.get(f"/v1/incidents/{made}/sightings", headers=officer))
        return Request(path.format(id=made, sighting=page["items"][0]["id"]), json, made)

    return make


def member(world: World) -> dict[str, Any]:
    """Somebody new at the commune, to be entered."""
    return {"agency_code": world.tenant.commune, "subject": str(uuid4()), "roles": ["officer"]}


async def new_member(world: World) -> Request:
    return Request("/v1/memberships", member(world))


def membership(path: str, json: Any = None) -> Make:
    """A request about somebody's membership."""

    async def make(world: World) -> Request:
        admin = world.tenant.auth(world.tenant.commune, "admin", sub="another admin")
        answer = await world.clients["registry"].post("/v1/memberships", json=member(world), headers=admin)
        made = ok(answer, 201)["id"]
        return Request(path.format(id=made), json, made)

    return make


async def new_subscription(world: World) -> Request:
    return Request("/v1/subscriptions", world.office.body(agency_code=world.tenant.commune))


def subscription(path: str, json: Any = None, *, disabled: bool = False) -> Make:
    """A request about a subscription with one delivery."""

    async def make(world: World) -> Request:
        made = await world.office.subscribe()
        await world.office.happen(world.office.event())
        (delivery,) = await world.office.deliveries(made)
        if disabled:
            ok(await world.office.act(made, "disable"))
        return Request(path.format(id=made["id"], delivery=delivery["id"]), json, made["id"])

    return make


def event(service: str, cause: Make) -> Make:
    """A request for the events after the last before `cause`, which tells of something not public."""

    async def make(world: World) -> Request:
        made = await cause(world)
        officer = world.tenant.auth(world.tenant.commune, "officer")
        if service == "notifications":
            ok(await world.clients[service].post(made.path, headers=officer), 202)
        outbox = world.feeds[service]
        mine = outbox.c.envelope.contains(f'"subject":"{made.mark}"')

        async def numbered() -> int | None:
            async with world.database(service).transaction() as session:
                return await session.scalar(select(outbox.c.feed_seq).where(mine).limit(1))

        before = (await eventually(numbered)) - 1
        return Request(f"/v1/events?after={before}&limit=1", mark=made.mark)

    return make


async def new_import(world: World) -> Request:
    return Request(
        "/v1/imports?kind=accounts", content=accounts_csv(world.tenant.commune), rule=IMPORTS["accounts"]
    )


def an_import(path: str, json: Any = None) -> Make:
    """A request about an import that was checked."""

    async def make(world: World) -> Request:
        file = await new_import(world)
        officer = world.tenant.auth(world.tenant.commune, "officer")
        answer = await world.clients["registry"].post(file.path, content=file.content, headers=officer)
        made = ok(answer, 201)["id"]
        await settled(world.clients["registry"], world.database("registry"), made, officer)
        return Request(path.format(id=made), json, made, rule=None if json is None else IMPORTS["accounts"])

    return make
