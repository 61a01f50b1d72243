"""Who receives an event: its audience, and the filters of the subscription."""

from typing import Any
from uuid import UUID

import pytest

from services.notifications.event_types.catalogue import CONTRACTS
from services.notifications.event_types.routes import example
from services.notifications.subscriptions.matching import Selection, receives
from shared.events.envelope import Envelope

ID = UUID(int=1)
PROVINCE, COMMUNE, FOREIGN = "T82", "T82.X30169", "T01"


def selection(**changes: Any) -> Selection:
    return Selection(
        **{"id": ID, "owner_code": COMMUNE, "agency_code": None, "event_types": ["*"], **changes}
    )


def event(kind: str, path: str = f"{PROVINCE}/{COMMUNE}", **changes: Any) -> Envelope:
    return example(CONTRACTS[kind]).model_copy(update={"agencypath": path, **changes})


PUBLIC = "registry.account.suspended.v1"
CONFIDENTIAL = "reports.incident.received.v1"


@pytest.mark.parametrize("owner", [PROVINCE, COMMUNE])
def test_the_agency_and_those_above_it_receive_what_is_theirs(owner: str) -> None:
    assert receives(selection(owner_code=owner), event(CONFIDENTIAL))


# T8, T82.X3: codes are opaque, a prefix is no ancestor. The empty code is no wildcard.
@pytest.mark.parametrize("owner", [FOREIGN, "T82.X30178", "T8", "T82.X3", "T82.X30169.P1", "", "/"])
def test_nobody_else_does(owner: str) -> None:
    assert not receives(selection(owner_code=owner), event(CONFIDENTIAL))


def test_public_events_go_to_everybody() -> None:
    assert receives(selection(owner_code=FOREIGN), event(PUBLIC))


@pytest.mark.parametrize("kind", [PUBLIC, CONFIDENTIAL])
def test_a_restriction_to_an_agency_holds_for_public_events_too(kind: str) -> None:
    everything = selection(owner_code=PROVINCE)
    for agency, expected in ((COMMUNE, True), (PROVINCE, True), ("T82.X30178", False), ("T82.X3", False)):
        restricted = selection(owner_code=PROVINCE, agency_code=agency)
        assert receives(restricted, event(kind)) is expected
    assert receives(everything, event(kind))


@pytest.mark.parametrize("kind", [PUBLIC, CONFIDENTIAL])
@pytest.mark.parametrize("path", ["", "/"])
def test_what_an_event_does_not_say_matches_no_filter(kind: str, path: str) -> None:
    assert not receives(selection(owner_code=PROVINCE, agency_code=COMMUNE), event(kind, path))
    assert not receives(selection(owner_code=PROVINCE), event(CONFIDENTIAL, path))


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*"], True),
        (["reports.*"], True),
        (["reports.incident.*"], True),
        ([CONFIDENTIAL], True),
        (["registry.*", CONFIDENTIAL], True),
        (["registry.*"], False),
        (["reports.takeover.*"], False),
        (["reports.inc*"], False),
        ([], False),
    ],
)
def test_types_are_chosen_by_pattern(patterns: list[str], expected: bool) -> None:
    assert receives(selection(event_types=patterns), event(CONFIDENTIAL)) is expected


def test_a_test_goes_to_the_subscription_it_tests_and_to_no_other() -> None:
    test = event("notifications.subscription.tested.v1", subject=str(ID))
    assert receives(selection(event_types=[CONFIDENTIAL], agency_code=FOREIGN), test)
    assert not receives(selection(id=UUID(int=2)), test)
