"""An issuer of tokens on this machine: real keys, real signatures, and documents as wrong as a test wants."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from shared.settings import ServiceSettings

ISSUER = "http://localhost/an-issuer"
AUDIENCE = "chinh-danh"
DISCOVERY = "/.well-known/openid-configuration"


@cache
def private_key(algorithm: str, name: str = "") -> Any:
    """A private key for an algorithm; another one for another name. The one named short is too short."""
    match algorithm:
        case "RS256":
            return rsa.generate_private_key(65537, 1024 if name == "short" else 2048)
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ES384":
            return ec.generate_private_key(ec.SECP384R1())
        case _:
            return ed25519.Ed25519PrivateKey.generate()


def public_jwk(algorithm: str, kid: str, **members: Any) -> dict[str, Any]:
    """The public part of that key, as an issuer publishes it."""
    public = private_key(algorithm, kid).public_key()
    jwk: dict[str, Any] = json.loads(get_default_algorithms()[algorithm].to_jwk(public))
    return {**jwk, "kid": kid, "use": "sig", **members}


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token says; a change to None leaves a claim out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "somebody",
        "iat": now,
        "exp": now + 600,
        "agency": "T82.X30169",
        "roles": ["officer"],
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(payload: bytes, algorithm: str = "EdDSA", key: str = "EdDSA", **header: Any) -> str:
    """A token with exactly this payload, signed with the key of this name, which is its `kid` unless changed."""
    headers = {"kid": key, **header}
    return jwt.PyJWS().encode(payload, private_key(algorithm, key), algorithm, headers)


def token(algorithm: str = "EdDSA", key: str = "", **changes: Any) -> str:
    """A good token but for the changes."""
    return signed(json.dumps(claims(**changes)).encode(), algorithm, key or algorithm)


def settings_of(issuer: str = ISSUER, jwks: str = "") -> ServiceSettings:
    """What a service is told about its issuer."""
    nowhere = Path("/nonexistent")
    return ServiceSettings(
        environment="test",
        http_port=0,
        worker_port=0,
        database_url="",
        database_password_file=nowhere,
        nats_url="",
        nats_user="",
        nats_password_file=nowhere,
        auth_issuer=issuer,
        auth_jwks=jwks,
        key_file=nowhere,
        digest_key_file=nowhere,
    )


@dataclass
class Issuer:
    """What it answers by path, and what it was asked. A document that is an integer is a status."""

    url: str = ""
    documents: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publish(self, *keys: Any) -> None:
        """Put a discovery document and these keys."""
        self.documents[DISCOVERY] = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
        self.documents["/keys"] = {"keys": list(keys)}

    async def answer(self, request: web.Request) -> web.Response:
        """A document, or a status."""
        self.asked.append(request.path)
        document = self.documents.get(request.path, 404)
        if isinstance(document, int):
            return web.Response(status=document, headers={"Location": "/keys"})
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return web.Response(body=body, content_type="application/json")


@asynccontextmanager
async def running_issuer() -> AsyncIterator[Issuer]:
    """An issuer that serves for the length of the block."""
    issuer = Issuer()
    app = web.Application()
    app.router.add_get("/{path:.*}", issuer.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        issuer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield issuer
    finally:
        await runner.cleanup()
