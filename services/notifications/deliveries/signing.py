"""Signatures as Standard Webhooks 1.0 has them (symmetric, `v1`)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime


def signature_headers(
    secrets: Iterable[bytes], message_id: str, moment: datetime, body: bytes
) -> dict[str, str]:
    """`webhook-id`, `webhook-timestamp` and `webhook-signature`, with one signature for each secret.

    Signed is `<id>.<seconds since 1970>.<body>`, by HMAC-SHA256.
    """
    timestamp = str(int(moment.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{signature.decode()}" for signature in signatures),
    }
