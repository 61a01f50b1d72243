"""Rules: what only an approver may do is for people, in every service and in its contract."""

from importlib import import_module

import pytest

from deploy.local.config import SERVICES
from scripts.export_contracts import openapi
from shared.app import api_routes
from shared.policy import ANY_ROLE, PUBLIC, PeopleOnly, permit_of, roles
from shared.problems import MEDIA_TYPE


def test_what_only_an_approver_may_do_is_for_people() -> None:
    assert roles("approver").people
    assert roles("approver", "admin").people
    others = (roles("officer"), roles("admin"), roles("officer", "approver"), ANY_ROLE, PUBLIC)
    assert not any(rule.people for rule in others)


def test_the_refusal_is_told_in_both_languages() -> None:
    vietnamese, english = (PeopleOnly().body(language, "") for language in ("vi", "en"))
    assert vietnamese["type"] == english["type"] == "/problems/people-only"
    assert vietnamese["status"] == 403
    assert all(vietnamese[name] != english[name] for name in ("title", "detail"))


@pytest.mark.parametrize("name", SERVICES)
def test_the_contract_says_which_routes_are_for_people(name: str) -> None:
    paths = openapi(name)["paths"]
    for route in api_routes(import_module(f"services.{name}.main").SERVICE):
        rules = [permit.rule for d in route.dependant.dependencies if (permit := permit_of(d.call))]
        for method in route.methods or ():
            refusals = paths[route.path][method.lower()]["responses"].get(
                "403", {"content": {MEDIA_TYPE: {}}}
            )
            examples = refusals["content"][MEDIA_TYPE].get("examples", {})
            assert ("people-only" in examples) is rules[0].people, route.operation_id
