"""Every route of every service against everybody who might call it.

What to expect follows from the service's policy and from one line in tests/contract/relations.py; a
route without that line fails.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from importlib import import_module

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from deploy.local.config import SERVICES, LocalConfig
from shared import tenancy
from shared.app import api_routes
from shared.auth import ROLES
from shared.messaging.bus import connect
from shared.messaging.relay import Relay
from shared.messaging.streams import fact_stream, state_stream
from shared.policy import Rule, permit_of
from shared.tasks import stop
from tests.conftest import SettingsFor
from tests.contract.asking import Request, World
from tests.contract.callers import Caller, callers
from tests.contract.notifications.office import Office
from tests.contract.relations import RELATIONS, Relation
from tests.support.answers import PROBLEM
from tests.support.apps import client_of
from tests.support.receiver import Receiver
from tests.support.site import running_site
from tests.support.staff import Staff
from tests.support.tenant import Tenant, agency, new_tenant

ROUTES = [
    pytest.param(service, route, id=f"{service}.{route.operation_id}")
    for service in SERVICES
    for route in api_routes(import_module(f"services.{service}.main").SERVICE)
]
ABOVE = frozenset({"own", "parent"})


@pytest.fixture
async def world(servers: LocalConfig, apps: dict[str, FastAPI]) -> AsyncIterator[World]:
    """A commune of its own, with a site; webhooks go nowhere, as nobody delivers here."""
    tenant = await new_tenant(servers, [app.state.database for app in apps.values()])
    async with AsyncExitStack() as stack:
        clients = {name: await stack.enter_async_context(client_of(app)) for name, app in apps.items()}
        site = await stack.enter_async_context(running_site())
        feeds = {
            name: import_module(f"services.{name}.base").SESSION_INFO["messaging"].outbox for name in apps
        }
        nowhere = Receiver("http://127.0.0.1:1024/hook")
        database = apps["notifications"].state.database
        yield World(
            apps,
            clients,
            tenant,
            Staff(clients["registry"], tenant, site, tenant.commune),
            Office(clients["notifications"], database, tenant, nowhere, tenant.commune),
            feeds,
        )


@pytest.fixture
async def child(world: World) -> str:
    """An agency below the one whose things are asked for."""
    code = f"{world.tenant.commune}.U1"
    for name in world.apps:
        async with world.database(name).transaction() as session:
            await tenancy.store(session, [agency(code, level="unit", parent_code=world.tenant.commune)])
    return code


@pytest.fixture
async def relay(settings_for: SettingsFor, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Numbers what a service tells, for those who read its events."""
    service, route = request.node.callspec.params["service"], request.node.callspec.params["route"]
    if route.operation_id != "listEvents":
        yield
        return
    settings = settings_for(service)
    async with connect(settings, "test") as client:
        streams = (fact_stream(service, settings), state_stream(service, settings))
        running = asyncio.create_task(Relay(settings, service, client, streams).run())
        try:
            yield
        finally:
            await stop(running)


@pytest.mark.usefixtures("relay")
@pytest.mark.parametrize(("service", "route"), ROUTES)
async def test_who_is_let_in(world: World, child: str, service: str, route: APIRoute) -> None:
    name = f"{service}.{route.operation_id}"
    if name not in RELATIONS:
        pytest.fail(f"{name} has no line in tests/contract/relations.py: say whose token opens it")
    relation, make = RELATIONS[name]
    (rule,) = (permit.rule for d in route.dependant.dependencies if (permit := permit_of(d.call)))
    assert relation in {Relation.PUBLIC, Relation.LISTED} if rule.public else relation is not Relation.PUBLIC
    (method,) = route.methods or {""}
    complaints, request, succeeded = [], None, 0
    for caller in callers(world.tenant, child):
        request = request or await make(world)
        answer = await world.clients[service].request(
            method, request.path, json=request.json, content=request.content, headers=caller.headers
        )
        asked = request.rule if request.rule and caller.roles & rule.roles else rule
        complaints += complaint(world.tenant, asked, relation, caller, request, answer)
        if answer.is_success:
            succeeded += 1
            request = request if method == "GET" else None
    assert complaints == []
    assert succeeded


def test_no_line_is_left_of_a_route_that_is_gone() -> None:
    assert RELATIONS.keys() <= {param.id for param in ROUTES}


def refusal(rule: Rule, relation: Relation, caller: Caller) -> tuple[int, str] | None:
    """Status and slug of the refusal that a caller deserves, or None."""
    if not caller.trusted or not (caller.place or rule.public):
        return 401, "unauthenticated"
    if rule.public:
        # A list that everybody may read shows an agency more: to those who may act for it.
        known = caller.roles and caller.place not in {"ended", "unknown"}
        return (403, "forbidden") if relation is Relation.LISTED and caller.place and not known else None
    if caller.system and rule.people:
        return 403, "people-only"
    if not rule.own and (not caller.roles & rule.roles or caller.place in {"ended", "unknown"}):
        return 403, "forbidden"
    if relation in {Relation.LISTED, Relation.OWN}:
        return None
    # What those within reach are told who may know of the thing and not do this to it.
    others = {
        Relation.HOLDER: (403, "not-the-holder"),
        Relation.RECEIVER: (403, "wrong-side"),
        Relation.HANDLER: (403, "not-the-handler"),
    }.get(relation)
    place = "" if relation is Relation.ADMINS and "admin" not in caller.roles else caller.place
    own = others if relation is Relation.HOLDER and caller.name != "own officer" else None
    return {"own": own, "parent": others}.get(place, (404, "not-found"))


def complaint(
    tenant: Tenant, rule: Rule, relation: Relation, caller: Caller, request: Request, answer: httpx.Response
) -> list[str]:
    """What is wrong with an answer, if anything."""
    expected = refusal(rule, relation, caller)
    said = f"{caller.name}: {answer.status_code} {answer.text[:200]}"
    if expected is None:
        if not answer.is_success:
            return [f"{said} instead of success"]
        shown, should = request.mark in answer.text, caller.place in ABOVE
        is_list = relation is Relation.LISTED and bool(request.mark)
        return [f"{caller.name}: is {'' if shown else 'not '}shown it"] if is_list and shown != should else []
    status, slug = expected
    if answer.status_code != status or answer.headers["content-type"] != PROBLEM:
        return [f"{said} instead of {status}"]
    document = answer.json()
    if document["type"] != f"/problems/{slug}":
        return [f"{said} instead of {slug}"]
    if slug == "forbidden":
        member, value = (
            ("required_roles", sorted(rule.roles or ROLES))
            if not caller.roles & (rule.roles or ROLES)
            else ("successors", [tenant.commune] if caller.place == "ended" else None)
        )
        return [] if document.get(member) == value else [f"{said} does not name {member} {value}"]
    return []
