"""Whatever is asked, a service answers as its OpenAPI document says: status, content type, schema, access.

Short in `make test`, with the same requests each time as far as schemathesis can; long in `make fuzz`,
which sets FUZZ_EXAMPLES, and never the same twice.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from importlib import import_module
from itertools import cycle
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test
from hypothesis.strategies import sampled_from
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.python.asgi import shutdown_lifespans

from deploy.local.config import SERVICES, LocalConfig
from scripts.export_contracts import openapi
from shared.auth import ROLES
from shared.db import Database
from shared.openapi import operations
from tests.conftest import SettingsFor
from tests.support.fuzzing import informed, schema_of
from tests.support.tenant import Tenant, new_tenant

DOCUMENTS = {service: openapi(service) for service in SERVICES}
OPERATIONS = [
    pytest.param(service, method, path, id=f"{service} {operation['operationId']}")
    for service in SERVICES
    for path, method, operation in operations(DOCUMENTS[service])
]
BAD_REQUESTS = [
    each
    for each in OPERATIONS
    if DOCUMENTS[str(each.values[0])]["paths"][each.values[2]][each.values[1]].keys()
    & {"parameters", "requestBody"}
]
PEOPLE = (("officer", "viewer"), ("approver", "viewer"), ("admin",), ())
STEPS = 12
SUCCESS = range(200, 300)
_LONG = int(os.environ.get("FUZZ_EXAMPLES", "0"))


def bounded(short: int) -> settings:
    """How much is tried: `short` examples, unless FUZZ_EXAMPLES asks for more."""
    return settings(
        max_examples=_LONG or short,
        derandomize=not _LONG,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink] if _LONG else [Phase.generate],
        stateful_step_count=STEPS,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def fuzzed(settings_for: SettingsFor) -> Iterator[dict[str, FastAPI]]:
    """The services once more, in the event loop that schemathesis keeps for them."""
    yield {
        service: import_module(f"services.{service}.main").build(settings_for(service))
        for service in SERVICES
    }
    shutdown_lifespans()


@pytest.fixture(scope="module")
async def tenant(servers: LocalConfig, settings_for: SettingsFor) -> Tenant:
    """Agencies of these tests alone, known to every service."""
    databases = [
        Database(settings_for(service), service, import_module(f"services.{service}.base").SESSION_INFO)
        for service in SERVICES
    ]
    made = await new_tenant(servers, databases)
    for database in databases:
        await database.close()
    return made


@pytest.mark.parametrize(("service", "method", "path"), OPERATIONS)
def test_good_requests_are_answered_as_described(
    fuzzed: dict[str, FastAPI], tenant: Tenant, service: str, method: str, path: str
) -> None:
    people = [tenant.auth(tenant.commune, *roles) if roles else {} for roles in PEOPLE]
    operation = schema_of(fuzzed[service], informed(DOCUMENTS[service], tenant))[path][method.upper()]

    @bounded(4)
    @given(case=operation.as_strategy(), headers=sampled_from(people))
    def ask(case: Case[Any], headers: dict[str, str]) -> None:
        case.call_and_validate(headers=headers)

    ask()


@pytest.mark.parametrize(("service", "method", "path"), BAD_REQUESTS)
def test_bad_requests_are_refused_as_described(
    fuzzed: dict[str, FastAPI], tenant: Tenant, service: str, method: str, path: str
) -> None:
    everything = tenant.auth(tenant.commune, "viewer", "officer", "approver", "admin")
    operation = schema_of(fuzzed[service], DOCUMENTS[service])[path][method.upper()]

    @bounded(4)
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def ask(case: Case[Any]) -> None:
        case.call_and_validate(headers=everything)

    ask()


@pytest.mark.parametrize("service", SERVICES)
def test_what_was_created_can_be_followed_by_its_links(
    fuzzed: dict[str, FastAPI], tenant: Tenant, service: str
) -> None:
    document = informed(DOCUMENTS[service], tenant)
    machine: Any = schema_of(fuzzed[service], document).as_state_machine()
    # Whoever is next may do anything, but approve what they asked for themselves.
    staff = [tenant.auth(tenant.commune, *sorted(ROLES), sub=person) for person in ("an", "binh")]
    wanted, scenarios, done = _LONG or 20, 0, set()
    failures: list[FailureGroup] = []

    class Following(machine):  # type: ignore[misc]  # made at run time
        def setup(self) -> None:
            nonlocal scenarios
            scenarios += 1
            self.people = cycle(staff)

        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            del case
            return {"headers": next(self.people)}

        def validate_response(self, response: Any, case: Case[Any], **kwargs: Any) -> None:
            if response.status_code in SUCCESS:
                done.add(case.operation.definition.raw["operationId"])
            try:
                super().validate_response(response, case, **kwargs)
            except FailureGroup as failure:
                failures.append(failure)
                raise

    while scenarios < wanted and not failures:
        # The services remember, so what hypothesis plays again may go another way: that ends a round only.
        with suppress(Flaky, FailureGroup):
            run_state_machine_as_test(Following, settings=bounded(wanted))
    assert failures == []
    created = [each for _, _, each in operations(document) if "links" in each["responses"].get("201", {})]
    followed = {name for each in created for name in each["responses"]["201"]["links"]}
    assert done & {each["operationId"] for each in created}
    assert done & followed


@pytest.mark.parametrize("promise", [{"description": "Another form"}, None], ids=["another form", "none"])
def test_an_answer_that_is_not_described_is_seen(
    fuzzed: dict[str, FastAPI], promise: dict[str, Any] | None
) -> None:
    document = deepcopy(DOCUMENTS["registry"])
    answers = document["paths"]["/v1/agencies"]["get"]["responses"]
    answers.pop("200")
    if promise:
        schema = {"schema": {"type": "object", "required": ["total"]}}
        answers["200"] = {**promise, "content": {"application/json": schema}}
    case = schema_of(fuzzed["registry"], document)["/v1/agencies"]["GET"].Case()
    with pytest.raises(FailureGroup):
        case.call_and_validate()
