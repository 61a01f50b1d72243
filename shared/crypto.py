"""Envelope encryption and keyed digests (docs/principles.md, 5).

What is said in confidence is sealed under a key of its own; that key is kept wrapped by the
service's key-encryption key. Destroying the wrapped key erases every copy of the text that is kept
apart from it.
"""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_KEY_BYTES = 32


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
    """Makes, wraps and unwraps data keys with one key-encryption key of 32 bytes."""

    def __init__(self, key_encryption_key: bytes) -> None:
        self._key = key_encryption_key

    def new_key(self, owner: str) -> tuple[bytes, bytes]:
        """A fresh data key for `owner` (an id), plain and wrapped."""
        key = os.urandom(_KEY_BYTES)
        return key, seal(self._key, key, f"key:{owner}")

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """The data key of `owner`.

        Raises:
            Unsealable: not wrapped by this ring for this owner.
        """
        return unseal(self._key, wrapped, f"key:{owner}")


def keyed_digest(key: bytes, purpose: str, value: str) -> bytes:
    """HMAC-SHA256 of `value`, separate for each `purpose`: 32 bytes that only this service can make."""
    return hmac.digest(key, f"{purpose}\x00{value}".encode(), hashlib.sha256)
