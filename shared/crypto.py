"""Envelope encryption and keyed digests (docs/principles.md, 5).

What is said in confidence is sealed under a key of its own; that key is kept wrapped by the
service's key-encryption key. Destroying the wrapped key erases the text, and taking the old
key-encryption key off the ring erases it from the backups (ADR 17).
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.settings import ServiceSettings, read_keys

_NONCE_BYTES = 12
_KEY_BYTES = 32
_NAME_BYTES = 4


class Unsealable(Exception):
    """The ciphertext, the key and the context do not belong together."""


def seal(key: bytes, plaintext: bytes, context: str) -> bytes:
    """AES-256-GCM (NIST SP 800-38D): nonce ‖ ciphertext ‖ tag, bound to `context`.

    `context` names the place of the text (table, column, id), so that a row copied elsewhere
    does not open.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unseal(key: bytes, sealed: bytes, context: str) -> bytes:
    """The plaintext of `seal`.

    Raises:
        Unsealable: the key or the context is another one, or the bytes were altered.
    """
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise Unsealable from error


class KeyRing:
    """Makes, wraps and unwraps data keys with the newest of a service's key-encryption keys.

    What an older one has wrapped opens too, until that key is taken off the ring; from then on it is
    lost, in every backup as well. A wrapped key begins with the name of the key that wrapped it.
    """

    def __init__(self, newest: bytes, *older: bytes) -> None:
        self._keys = {_name(key): key for key in (newest, *older)}
        self.newest = _name(newest)

    def new_key(self, owner: str) -> tuple[bytes, bytes]:
        """A fresh data key for `owner` (an id), plain and wrapped."""
        key = os.urandom(_KEY_BYTES)
        return key, self._wrap(key, owner)

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """The data key of `owner`.

        Raises:
            Unsealable: not wrapped by a key of this ring for this owner.
        """
        key = self._keys.get(wrapped[:_NAME_BYTES])
        if key is None:
            raise Unsealable
        return unseal(key, wrapped[_NAME_BYTES:], f"key:{owner}")

    def rewrap(self, wrapped: bytes, owner: str) -> bytes:
        """The same data key, wrapped by the newest.

        Raises:
            Unsealable: as above.
        """
        return self._wrap(self.unwrap(wrapped, owner), owner)

    def _wrap(self, key: bytes, owner: str) -> bytes:
        return self.newest + seal(self._keys[self.newest], key, f"key:{owner}")


def key_ring(settings: ServiceSettings) -> KeyRing:
    """The ring in the service's key file: a key a line, the newest first."""
    return KeyRing(*read_keys(settings.key_file))


def _name(key: bytes) -> bytes:
    return keyed_digest(key, "name", "")[:_NAME_BYTES]


def keyed_digest(key: bytes, purpose: str, value: str) -> bytes:
    """HMAC-SHA256 of `value`, separate for each `purpose`: 32 bytes that only this service can make."""
    return hmac.digest(key, f"{purpose}\x00{value}".encode(), hashlib.sha256)
