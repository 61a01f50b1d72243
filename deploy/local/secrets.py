"""The local stack's secrets: made on first start, never shown, never overwritten."""

import base64
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from deploy.local.config import SERVICES, LocalConfig


def ensure(config: LocalConfig) -> None:
    """Make the stack's home and every secret that is missing.

    Files are 0600 in a directory of 0700: the passwords of the superuser, of each service's role
    and NATS user; per service a key-encryption key and a digest key (32 bytes, base64); the
    issuer's private key (PKCS #8), whose public part goes to `config.jwks` (RFC 7517, RFC 8037).
    """
    config.home.mkdir(parents=True, exist_ok=True)
    config.home.chmod(0o711)  # as root the database runs as another user, who has to come through
    config.secret("").mkdir(mode=0o700, exist_ok=True)
    _write_once(config.secret("postgres_password"), _password)
    for service in SERVICES:
        _write_once(config.secret(f"{service}_database_password"), _password)
        _write_once(config.secret(f"{service}_nats_password"), _password)
        _write_once(config.secret(f"{service}_key"), _key)
        _write_once(config.secret(f"{service}_digest_key"), _key)
    _write_once(config.secret("issuer.pem"), _issuer_key)
    _write_once(config.jwks, lambda: _public_keys(config.secret("issuer.pem")))


def _write_once(path: Path, make: Callable[[], str]) -> None:
    """Create the file whole or not at all; of two who try at once, the first wins."""
    if path.exists():
        return
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent)  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        path.hardlink_to(unfinished)
    except FileExistsError:
        pass
    finally:
        Path(unfinished).unlink()


def _password() -> str:
    # The letter in front keeps nats-server from reading a number out of its configuration.
    return f"p{secrets.token_hex(24)}"


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


# cryptography is imported where it is used: the supervisor, which runs as long as the stack,
# needs it on the first start only.
def _issuer_key() -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    pem = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()


def _public_keys(issuer: Path) -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    public = serialization.load_pem_private_key(issuer.read_bytes(), None).public_key()
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key = {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}
    thumbprint = hashlib.sha256(json.dumps(key, separators=(",", ":")).encode()).digest()  # RFC 7638 §3
    key |= {"kid": _base64url(thumbprint), "alg": "EdDSA", "use": "sig"}
    return json.dumps({"keys": [key]}, indent=2)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
