"""Signatures, judged by the reference library."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from services.notifications.deliveries.signing import signature_headers
from services.notifications.subscriptions.sealing import new_secret, shown


@given(body=st.text(max_size=200), secret=st.binary(min_size=24, max_size=64))
def test_the_reference_library_accepts_ours(body: str, secret: bytes) -> None:
    headers = signature_headers([secret], "019aa7fa", datetime.now(UTC), body.encode())
    Webhook(shown(secret)).verify(body.encode(), headers, json_parse=False)


def test_it_is_the_signature_that_the_reference_library_makes() -> None:
    secret, moment, body = new_secret(), datetime(2026, 3, 1, tzinfo=UTC), '{"tên": "xã"}'
    headers = signature_headers([secret], "msg", moment, body.encode())
    assert headers["webhook-signature"] == Webhook(shown(secret)).sign("msg", moment, body)
    assert headers["webhook-timestamp"] == "1772323200"


def test_the_time_zone_of_the_moment_does_not_matter() -> None:
    secret, moment = new_secret(), datetime.now(UTC)
    in_vietnam = moment.astimezone(timezone(timedelta(hours=7)))
    assert signature_headers([secret], "a", moment, b"b") == signature_headers(
        [secret], "a", in_vietnam, b"b"
    )


def test_two_secrets_make_two_signatures_and_each_verifies() -> None:
    new, old = new_secret(), new_secret()
    headers = signature_headers([new, old], "id", datetime.now(UTC), b"{}")
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (new, old):
        assert Webhook(shown(secret)).verify(b"{}", headers) == {}


@pytest.mark.parametrize("changed", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_whatever_is_changed_no_longer_verifies(changed: str) -> None:
    secret, body, moment = new_secret(), b'{"a":1}', datetime.now(UTC)
    headers = signature_headers([secret], "id", moment, body)
    if changed == "body":
        body += b" "
    elif changed == "secret":
        secret = new_secret()
    else:
        headers[changed] = str(int(moment.timestamp()) - 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(shown(secret)).verify(body, headers)


def test_a_secret_is_shown_as_standard_webhooks_has_it() -> None:
    secret = new_secret()
    prefix, _, encoded = shown(secret).partition("_")
    assert prefix == "whsec"
    assert base64.b64decode(encoded, validate=True) == secret
    assert len(secret) == 32
