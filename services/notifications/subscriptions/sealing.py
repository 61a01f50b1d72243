"""A subscription's address and secrets, readable only with its own key (docs/principles.md, 5).

The address is sealed too: it often carries a token of the receiver in its path.
"""

import base64
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.crypto import KeyRing, Unsealable, seal, unseal

SECRET_BYTES = 32


@dataclass(frozen=True)
class Sealed:
    """What is stored of a new subscription."""

    wrapped_key: bytes
    url: bytes
    secret: bytes


@dataclass(frozen=True)
class Receiver:
    """What is needed to deliver: the address, and the secrets that sign, the present one first."""

    url: str
    secrets: tuple[bytes, ...]


def new_secret() -> bytes:
    """A signing secret."""
    return os.urandom(SECRET_BYTES)


def shown(secret: bytes) -> str:
    """A secret as its owner sees it, once: the form of Standard Webhooks."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def seal_new(ring: KeyRing, subscription_id: UUID, url: str, secret: bytes) -> Sealed:
    """Seal what a new subscription keeps under a key of its own."""
    key, wrapped = ring.new_key(str(subscription_id))
    return Sealed(
        wrapped, seal(key, url.encode(), _url(subscription_id)), seal(key, secret, _secret(subscription_id))
    )


def seal_secret(ring: KeyRing, row: Any, secret: bytes) -> bytes:
    """Seal a further secret of a subscription.

    Raises:
        Unsealable: the service's key is not the one it was made with.
    """
    return seal(_key(ring, row), secret, _secret(row.id))


def open_url(ring: KeyRing, row: Any) -> str:
    """The address of a subscription (a row with `id`, `wrapped_key`, `url`).

    Raises:
        Unsealable: as above.
    """
    return unseal(_key(ring, row), row.url, _url(row.id)).decode()


def open_receiver(ring: KeyRing, row: Any, moment: datetime) -> Receiver:
    """Where a subscription's events go at this moment, and what signs them.

    `row` has the columns of a subscription.

    Raises:
        Unsealable: as above.
    """
    key = _key(ring, row)
    secrets = [unseal(key, row.secret, _secret(row.id))]
    if row.previous_secret is not None and moment < row.previous_until:
        secrets.append(unseal(key, row.previous_secret, _secret(row.id)))
    return Receiver(unseal(key, row.url, _url(row.id)).decode(), tuple(secrets))


def _key(ring: KeyRing, row: Any) -> bytes:
    if row.wrapped_key is None:
        raise Unsealable
    return ring.unwrap(row.wrapped_key, str(row.id))


def _url(subscription_id: UUID) -> str:
    return f"subscriptions.url:{subscription_id}"


def _secret(subscription_id: UUID) -> str:
    return f"subscriptions.secret:{subscription_id}"
