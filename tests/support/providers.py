"""OpenID providers made by others, as processes on this machine."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from signal import SIGKILL
from urllib.parse import parse_qs, urlsplit

import httpx

from deploy.local.child import die_with_parent
from deploy.local.config import AUDIENCE
from tests.support.answers import ok
from tests.support.eventually import eventually

CERTIFIED = "oidc-provider@9.13.3"
"""The package of npm. The OpenID Foundation certifies this implementation."""
_SCRIPT = Path(__file__).with_name("certified_provider.mjs")


@asynccontextmanager
async def _running(url: str, *command: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a provider that serves for the length of the block."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"},
        preexec_fn=die_with_parent(SIGKILL),
    )
    try:
        async with httpx.AsyncClient(base_url=url) as client:

            async def serves() -> bool:
                assert process.returncode is None, f"{command} ended"
                try:
                    return (await client.get("/.well-known/openid-configuration")).is_success
                except httpx.TransportError:
                    return False

            await eventually(serves, seconds=60)
            yield client
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@asynccontextmanager
async def mock_provider(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """PyPI's oidc-provider-mock: people log in. Each start has a key of its own."""
    port = str(urlsplit(url).port)
    async with _running(url, sys.executable, "-m", "oidc_provider_mock", "--port", port) as client:
        yield client


async def log_in(provider: httpx.AsyncClient, person: str, **claims: object) -> str:
    """The ID token of a person who goes through the code flow: the only signed one that this mock gives."""
    assert (await provider.put(f"/users/{person}", json=claims)).is_success
    back = "http://localhost/back"
    asked = {"response_type": "code", "client_id": AUDIENCE, "redirect_uri": back, "scope": "openid"}
    answer = await provider.post("/oauth2/authorize", params=asked, data={"sub": person})
    (code,) = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
    exchange = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
    token: str = ok(await provider.post("/oauth2/token", data=exchange, auth=(AUDIENCE, "x")))["id_token"]
    return token


@asynccontextmanager
async def certified_provider(directory: Path, url: str, **claims: object) -> AsyncIterator[httpx.AsyncClient]:
    """The certified provider: one client, whose tokens carry these claims. Each start has a key of its own."""
    node = shutil.which("node")
    assert node is not None
    port = str(urlsplit(url).port)
    async with _running(url, node, str(_SCRIPT), str(directory), port, json.dumps(claims)) as client:
        yield client


async def client_credentials(provider: httpx.AsyncClient) -> str:
    """An access token of that one client (RFC 9068)."""
    portal = ("portal", "the%20portal%27s")  # RFC 6749 §2.3.1: encoded before it is encoded
    answer = await provider.post("/token", data={"grant_type": "client_credentials"}, auth=portal)
    token: str = ok(answer)["access_token"]
    return token


async def installed(directory: Path) -> str | None:
    """Have the certified provider in `directory`. Returns why it cannot be had, or None."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return "Node.js and npm are not here"
    if (directory / "node_modules" / "oidc-provider").is_dir():
        return None
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0", "--silent")
    process = await asyncio.create_subprocess_exec(
        npm, "install", *options, "--prefix", str(directory), CERTIFIED, preexec_fn=die_with_parent(SIGKILL)
    )
    try:
        async with asyncio.timeout(120):
            code = await process.wait()
    except TimeoutError:
        process.kill()
        code = await process.wait()
    return f"npm cannot install {CERTIFIED}" if code else None
