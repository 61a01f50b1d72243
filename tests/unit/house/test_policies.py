"""Default deny: every route names its rule."""

import json
import re
from collections import Counter
from importlib import import_module

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from deploy.local.config import SERVICES
from scripts.export_contracts import openapi
from shared.app import Service, api_routes, require_policies
from shared.policy import Permit, Policy, permit_of

PUBLIC = {
    "registry": {
        "accounts.badge",
        "accounts.qr",
        "agencies.json_ld",
        "agencies.list",
        "agencies.crosswalk",
        "agencies.lineage",
        "agencies.read",
        "agencies.trust_txt",
        "directory.export",
        "directory.list",
        "agencies.tree",
        "events.list",
        "imports.template_csv",
        "imports.template_xlsx",
        "offices.list",
        "safeguards.read",
        "verify.many",
        "verify.one",
    },
    "reports": {"harms.list", "incidents.create", "incidents.track", "safeguards.read"},
    "notifications": {"event_types.list", "safeguards.read"},
}
"""What anybody may call without a token. A new entry is a decision, not an accident."""

OWN = {"registry": {"accounts.withdraw"}, "reports": set[str](), "notifications": set[str]()}
"""What neither role nor agency decides: an entry needs a test that nobody can touch what is another's."""

BY_EVENTS = {
    "registry": {
        "accounts.transfer",
        "accounts.lapse",
        "accounts.revive",
        "proofs.recheck",
        "successions.effect",
    },
    "reports": {"incidents.confirm"},
    "notifications": {"subscriptions.switch_off"},
}
"""What is audited although no closed route does it."""

KEEPS_NOTHING = {"verify.many"}
"""Public rules of POSTs that only read."""


def permits(route: APIRoute) -> list[Permit]:
    found = (permit_of(dependency.call) for dependency in route.dependant.dependencies)
    return [permit for permit in found if permit is not None]


def service_of(name: str) -> tuple[Service, Policy]:
    return (
        import_module(f"services.{name}.main").SERVICE,
        import_module(f"services.{name}.policy").POLICY,
    )


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_names_one_rule_and_every_rule_is_used(name: str) -> None:
    service, policy = service_of(name)
    used = Counter[str]()
    for route in api_routes(service):
        (permit,) = permits(route)
        assert permit.rule == policy.rules[permit.name]
        used[permit.name] += 1
    assert set(used) == set(policy.rules)


@pytest.mark.parametrize("name", SERVICES)
def test_what_people_change_or_look_up_about_people_is_audited(name: str) -> None:
    """Every closed route that changes something, and every one that tells a contact or who acted.

    tests/contract/ has the proof that each of these leaves its row.
    """
    service, policy = service_of(name)
    closed = {
        permit.name: route
        for route in api_routes(service)
        for permit in permits(route)
        if not permit.rule.public
    }
    changing = {rule for rule, route in closed.items() if route.methods != {"GET"}}
    telling = {rule for rule, route in closed.items() if tells_of_people(route)}
    audited: tuple[str, ...] = import_module(f"services.{name}.policy").AUDITED
    assert len(set(audited)) == len(audited)
    assert set(audited) & set(policy.rules) == changing | telling
    assert set(audited) - set(policy.rules) == BY_EVENTS[name]


def tells_of_people(route: APIRoute) -> bool:
    """Whether an answer can name a person or say how to reach one."""
    schema = json.dumps(TypeAdapter(route.response_model).json_schema())
    return any(f'"{model}"' in schema for model in ("Person", "Email", "Phone"))


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_public_is_known(name: str) -> None:
    _, policy = service_of(name)
    assert {rule for rule, each in policy.rules.items() if each.public} == PUBLIC[name]
    assert all(each.public or each.roles or each.own for each in policy.rules.values())
    assert {rule for rule, each in policy.rules.items() if each.own} == OWN[name]
    assert all(re.fullmatch(r"[a-z_]+\.[a-z_]+", rule) for rule in policy.rules)


@pytest.mark.parametrize("name", SERVICES)
def test_the_contract_says_who_may_and_how_it_is_refused(name: str) -> None:
    service, _ = service_of(name)
    paths = openapi(name)["paths"]
    for route in api_routes(service):
        (permit,) = permits(route)
        for method in route.methods or ():
            operation = paths[route.path][method.lower()]
            assert ("security" in operation) != permit.rule.public, operation["operationId"]
            expected = set() if permit.rule.public else {"401", "403"}
            expected |= {"404"} if "{" in route.path else set()
            assert expected <= set(operation["responses"]), operation["operationId"]


@pytest.mark.parametrize("name", SERVICES)
def test_what_the_public_sends_in_is_counted(name: str) -> None:
    service, policy = service_of(name)
    posts = {permits(route)[0].name for route in api_routes(service) if "POST" in (route.methods or ())}
    public = {rule for rule in posts if policy.rules[rule].public} - KEEPS_NOTHING
    assert {rule for rule, each in policy.rules.items() if each.counted} == public


def test_a_route_without_a_rule_stops_the_service() -> None:
    router = APIRouter()
    router.add_api_route("/v1/open", lambda: None)
    service = Service("x", "x", "x", routers=(router,), events=(), session_info={})
    with pytest.raises(RuntimeError, match="GET /v1/open"):
        require_policies(service)
