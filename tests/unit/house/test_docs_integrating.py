"""docs/integrating.md: its lists are whole, and its receivers tell our signature from others."""

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from standardwebhooks import WebhookVerificationError

from deploy.local.config import PROJECT, SERVICES
from services.notifications.deliveries.signing import signature_headers
from services.notifications.event_types.catalogue import CONTRACTS
from services.notifications.subscriptions.sealing import new_secret, shown
from shared.problem_docs import problems_of
from tests.support.documents import functions, table

INTEGRATING = PROJECT / "docs" / "integrating.md"
BODY = '{"type":"registry.account.suspended.v1","tên":"xã Lấp Vò"}'.encode()


def accepted(example: str, body: bytes, headers: dict[str, str], secret: bytes) -> bool:
    """Whether the example with this name takes the message for genuine."""
    try:
        return bool(functions(INTEGRATING)[example](body, headers, shown(secret)))
    except WebhookVerificationError:
        return False


def test_the_list_of_events_is_that_of_the_contracts() -> None:
    documented = {row[0]: row[1] for row in table(INTEGRATING, "type")}
    assert documented == {name: contract.audience for name, contract in CONTRACTS.items()}


def test_the_list_of_problems_is_whole() -> None:
    documented = {word for row in table(INTEGRATING, "status") for word in re.findall(r"[a-z-]+", row[1])}
    for service in SERVICES:
        import_module(f"services.{service}.main")
        assert problems_of(service).keys() - documented == {"conflict"}  # of which others are made


@pytest.mark.parametrize("example", ["read_event", "is_genuine"])
def test_the_examples_tell_our_signature_from_any_other(example: str) -> None:
    ours, another, now = new_secret(), new_secret(), datetime.now(UTC)
    headers = signature_headers([ours], "01a200e0", now, BODY)
    assert accepted(example, BODY, headers, ours)
    assert accepted(example, BODY, signature_headers([another, ours], "01a200e0", now, BODY), ours)
    assert not accepted(example, BODY, headers, another)
    assert not accepted(example, BODY + b" ", headers, ours)
    assert not accepted(example, BODY, {**headers, "webhook-id": "01a200e1"}, ours)
    assert not accepted(example, BODY, {**headers, "webhook-timestamp": str(int(now.timestamp()) - 1)}, ours)
    old = signature_headers([ours], "01a200e0", now - timedelta(minutes=6), BODY)
    assert not accepted(example, BODY, old, ours)
