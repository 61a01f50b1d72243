"""Every event has a contract, its publisher, and readers who know what they do."""

import inspect
import re
from importlib import import_module

import pytest

from deploy.local.config import SERVICES
from scripts.export_contracts import contracts, event_types, main
from shared.events.envelope import EventData
from shared.messaging.bus import Projection, Work
from tests.support.source import modules

TYPES = {event.type: event for event in event_types()}


def works(service: str) -> tuple[Work, ...]:
    """What the service's worker consumes."""
    worker = vars(import_module(f"services.{service}.worker"))
    consumers: tuple[Work, ...] = worker.get("SUBSCRIPTIONS") or worker["CONSUMERS"]
    return consumers


READS = [(service, work) for service in SERVICES for work in works(service)]


def all_subclasses(base: type[EventData]) -> set[type[EventData]]:
    return {each for child in base.__subclasses__() for each in {child, *all_subclasses(child)}}


def test_types_are_unique_and_named_after_their_publisher() -> None:
    assert len(TYPES) == len(event_types())
    for service in SERVICES:
        for event in import_module(f"shared.events.{service}").EVENTS:
            assert re.fullmatch(rf"{service}\.[a-z_]+\.[a-z_]+\.v[0-9]+", event.type)
            assert len(event.type) <= 64  # the column's
            assert event.audience in {"public", "subtree"}


def test_there_is_no_event_but_those_with_a_contract() -> None:
    for service in SERVICES:
        import_module(f"services.{service}.main")
        import_module(f"services.{service}.worker")
    declared = {each for each in all_subclasses(EventData) if "type" in vars(each)}
    assert declared == set(TYPES.values())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_emits_its_own_events_and_all_of_them(service: str) -> None:
    named: set[str] = set()
    for module in modules(f"services/{service}"):
        if module.last not in {"main", "subscriptions", "consumers", "catalogue"}:
            named |= {name for name in module.imports() if name.startswith("shared.events.")}
    own = import_module(f"shared.events.{service}")
    events = (*own.EVENTS, *getattr(own, "STATES", ()))
    expected = {f"{own.__name__}.{event.__name__}" for event in events}
    foreign = {f"{event.__module__}.{event.__name__}" for event in TYPES.values()} - expected
    assert named & foreign == set()
    assert expected - named == set()


@pytest.mark.parametrize(("service", "work"), READS, ids=[work.durable for _, work in READS])
def test_a_consumer_asks_for_what_exists_and_handles_it(service: str, work: Work) -> None:
    assert work.durable.startswith(f"{service}-")
    publisher = work.stream.removesuffix("_STATE").lower()
    assert publisher in SERVICES
    assert work.subjects
    if isinstance(work, Projection):
        assert work.stream.endswith("_STATE")
        assert inspect.iscoroutinefunction(work.apply)
        assert all(re.fullmatch(rf"state\.{publisher}\.[a-z]+\.>", subject) for subject in work.subjects)
    else:
        assert inspect.iscoroutinefunction(work.handler)
        for subject in work.subjects:
            assert subject in TYPES or subject == f"{publisher}.>"


def test_consumers_are_not_confused() -> None:
    names = [(work.stream, work.durable) for _, work in READS]
    assert len(set(names)) == len(names)


def test_the_published_contracts_are_what_the_code_says() -> None:
    assert main(check=True) == []
    assert {path.stem for path, _ in contracts()} >= set(TYPES)
