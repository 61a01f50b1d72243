"""The catalogue of event types, and the patterns that choose among them."""

import pytest

from services.notifications.event_types.catalogue import CONTRACTS, KNOWN_PATTERNS, patterns_of
from services.notifications.event_types.routes import example
from shared.events.envelope import EventData


def test_a_type_is_taken_in_by_itself_its_prefixes_and_the_star() -> None:
    assert patterns_of("reports.incident.received.v1") == {
        "*",
        "reports.*",
        "reports.incident.*",
        "reports.incident.received.*",
        "reports.incident.received.v1",
    }


@pytest.mark.parametrize("pattern", ["*", "reports.*", "registry.account.*", "reports.takeover.confirmed.v1"])
def test_patterns_that_take_in_something_are_known(pattern: str) -> None:
    assert pattern in KNOWN_PATTERNS


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "**",
        "reports",
        "reports.",
        "report.*",
        "rep*",
        "reports.*.received.v1",
        "reports.>",
        "*.incident.*",
        "Reports.*",
        "reports.incident.received.v2",
        "reports.incident.received.v1.*",
        "reports.* ",
    ],
)
def test_patterns_that_take_in_nothing_are_not(pattern: str) -> None:
    assert pattern not in KNOWN_PATTERNS


@pytest.mark.parametrize("contract", list(CONTRACTS.values()), ids=list(CONTRACTS))
def test_every_contract_has_an_example_and_a_summary(contract: type[EventData]) -> None:
    event = example(contract)
    assert contract.model_fields.keys() == event.data.keys()
    contract.model_validate(event.data)
    assert event.subject in event.data.values()
    assert event.agency in event.path
    assert contract.__doc__
    assert contract.__doc__ != EventData.__doc__
