"""The issuer's keys: found, kept, given up, and never asked for too often."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from shared.auth import Authenticator
from shared.issuer import Keys
from shared.problems import Unauthenticated, Unavailable
from shared.settings import ServiceSettings
from tests.unit.shared.issuers import (
    DISCOVERY,
    Issuer,
    public_jwk,
    running_issuer,
    settings_of,
    token,
)
from tests.unit.shared.peer import peer

OLD, NEW = public_jwk("EdDSA", "old"), public_jwk("ES256", "new")


@dataclass
class Clock:
    """A clock that only a test moves; seconds."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """Publishes the old key."""
    async with running_issuer() as running:
        running.publish(OLD)
        yield running


@pytest.fixture
def keys(issuer: Issuer, clock: Clock) -> Keys:
    return Keys(settings_of(issuer.url), clock)


async def test_keys_are_found_by_the_issuer_s_name_alone(issuer: Issuer) -> None:
    authenticator = Authenticator(settings_of(issuer.url))
    holder = await authenticator.holder(f"Bearer {token('EdDSA', 'old', iss=issuer.url)}")
    assert holder.issuer == issuer.url
    assert issuer.asked == [DISCOVERY, "/keys"]


async def test_an_issuer_may_have_a_path_and_its_last_slash_is_not_doubled(issuer: Issuer) -> None:
    for name in (f"{issuer.url}/realms/tinh", f"{issuer.url}/realms/xa/"):
        path = name.removeprefix(issuer.url).removesuffix("/")
        issuer.documents[f"{path}{DISCOVERY}"] = {"issuer": name, "jwks_uri": f"{issuer.url}/keys"}
        assert await Keys(settings_of(name)).get("old")


@pytest.mark.parametrize("source", ["address", "file"])
async def test_keys_can_be_named_without_discovery(issuer: Issuer, tmp_path: Path, source: str) -> None:
    file = tmp_path / "jwks.json"
    file.write_text('{"keys": []}')
    jwks = {"address": f"{issuer.url}/keys", "file": str(file)}[source]
    assert bool(await Keys(settings_of(jwks=jwks)).get("old")) is (source == "address")
    assert issuer.asked == (["/keys"] if source == "address" else [])


BAD_DOCUMENTS: dict[str, Any] = {
    "another issuer": {"issuer": "http://localhost/other", "jwks_uri": "/keys"},
    "a slash more": {"issuer": "/", "jwks_uri": "/keys"},
    "no issuer": {"jwks_uri": "/keys"},
    "no keys": {"issuer": ""},
    "an address that is no text": {"issuer": "", "jwks_uri": ["/keys"]},
    "an address of another kind": {"issuer": "", "jwks_uri": "file:///etc/passwd"},
    "a list": [],
    "no JSON": b"<html>",
    "not there": 404,
    "broken": 500,
    "moved": 302,
    "too large": {"issuer": "", "jwks_uri": "/keys", "padding": "x" * 300_000},
}


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
async def test_a_discovery_document_that_is_not_to_be_trusted(issuer: Issuer, keys: Keys, name: str) -> None:
    document = BAD_DOCUMENTS[name]
    if isinstance(document, dict):
        document = {key: with_host(issuer, value) for key, value in document.items()}
    issuer.documents[DISCOVERY] = document
    with pytest.raises(Unavailable):
        await keys.get("old")
    assert issuer.asked == [DISCOVERY]


def with_host(issuer: Issuer, value: Any) -> Any:
    return f"{issuer.url}{value}" if isinstance(value, str) and "://" not in value else value


@pytest.mark.parametrize(
    "document", [{}, {"keys": {}}, [], b"{", 302, 503, {"keys": [OLD], "padding": "x" * 300_000}]
)
async def test_a_set_of_keys_that_cannot_be_read(issuer: Issuer, keys: Keys, document: Any) -> None:
    issuer.documents["/keys"] = document
    with pytest.raises(Unavailable):
        await keys.get("old")


async def test_keys_that_are_not_understood_spoil_nothing(issuer: Issuer, keys: Keys) -> None:
    odd: list[Any] = [
        None,
        7,
        {},
        {"kid": 7, "kty": "EC"},
        {"kid": "a"},
        {"kid": "b", "kty": "post-quantum"},
        {"kid": "c", "kty": "RSA", "n": "", "e": ""},
        {"kid": "d", "kty": "OKP", "crv": "Ed25519", "x": 7},
        {**NEW, "kid": "e", "key_ops": 7},
        {**NEW, "kid": "f", "key_ops": ["sign"]},
        {**NEW, "kid": "g", "alg": "RSA-OAEP"},
        {**NEW, "kid": "h", "alg": ["ES256"]},
        public_jwk("RS256", "short"),
    ]
    issuer.publish(*odd, OLD)
    assert await keys.get("old")
    assert [kid for kid in (*"abcdefgh", "short") if await keys.get(kid)] == []


async def test_in_production_nothing_is_fetched_in_the_clear(issuer: Issuer) -> None:
    production = settings_of(issuer.url).model_copy(update={"environment": "production"})
    with pytest.raises(Unavailable):
        await Keys(production).get("old")
    assert issuer.asked == []


@pytest.mark.parametrize("name", ["auth_issuer", "auth_jwks"])
def test_production_is_not_even_told_of_plain_http(name: str) -> None:
    good = settings_of("https://sso.example.org").model_dump() | {"environment": "production"}
    assert ServiceSettings(**good).auth_jwks == ""
    with pytest.raises(ValueError, match=name.upper()):
        ServiceSettings(**good | {name: "http://sso.example.org/keys"})


async def test_a_new_key_is_found_and_strangers_cannot_hammer_the_issuer(
    issuer: Issuer, keys: Keys, clock: Clock
) -> None:
    assert await keys.get("old")
    issuer.publish(OLD, NEW)
    issuer.asked.clear()
    for second in range(60):
        clock.seconds = second
        assert await keys.get(f"a stranger's {second}") is None
    assert issuer.asked == []
    clock.seconds = 60
    found = await asyncio.gather(*(keys.get("new") for _ in range(20)))
    assert all(found)
    assert issuer.asked == [DISCOVERY, "/keys"]


async def test_a_token_need_not_name_an_only_key(issuer: Issuer, keys: Keys, clock: Clock) -> None:
    """OpenID Connect Core 1.0 §10.1."""
    only = await keys.get(None)
    assert only
    assert only.key_id == "old"
    clock.seconds = 60
    issuer.publish({name: value for name, value in NEW.items() if name != "kid"})
    another = await keys.get(None)
    assert another
    assert another.algorithm_name == "ES256"
    assert await keys.get("old") is None
    clock.seconds = 120
    issuer.publish(OLD, NEW)
    assert await keys.get(None) is None


async def test_withdrawn_keys_stop_working_within_the_hour(issuer: Issuer, keys: Keys, clock: Clock) -> None:
    assert await keys.get("old")
    issuer.publish()
    clock.seconds = 3599
    assert await keys.get("old")
    clock.seconds = 3600
    assert await keys.get("old") is None


async def test_an_issuer_that_is_away_stops_nobody_who_is_known(
    issuer: Issuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    keys = Keys(settings_of(issuer.url), clock)
    assert await keys.get("old")
    issuer.documents[DISCOVERY] = 503
    for clock.seconds in (100, 4000, 400_000):
        issuer.asked.clear()
        assert await keys.get("old")
        assert await keys.get("unknown") is None
        assert len(issuer.asked) == 1
    assert "answered 503" in str(caplog.records[-1].__dict__)
    issuer.publish(NEW)
    clock.seconds += 60
    assert await keys.get("old") is None
    assert await keys.get("new")


async def test_only_those_who_never_had_keys_are_asked_to_wait(
    issuer: Issuer, keys: Keys, clock: Clock
) -> None:
    issuer.documents[DISCOVERY] = 503
    for _ in range(3):
        with pytest.raises(Unavailable):
            await keys.get("old")
    assert issuer.asked == [DISCOVERY]
    issuer.publish(OLD)
    clock.seconds = 5
    assert await keys.get("old")


async def test_nobody_listens_and_the_token_is_not_blamed() -> None:
    async with running_issuer() as gone:
        url = gone.url
    authenticator = Authenticator(settings_of(url))
    with pytest.raises(Unavailable):
        await authenticator.holder(f"Bearer {token('EdDSA', 'old', iss=url)}")
    with pytest.raises(Unauthenticated):
        await authenticator.holder("Bearer zqx.zqx.zqx")


async def test_those_who_wait_for_an_issuer_that_hangs_do_not_ask_in_turn(clock: Clock) -> None:
    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        clock.seconds += 10
        writer.write(b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n")

    async with peer(hang) as hanging:
        keys = Keys(settings_of(f"http://127.0.0.1:{hanging.port}"), clock)
        answers = await asyncio.gather(*(keys.get("old") for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [Unavailable] * 3
    assert hanging.connections == 1


async def test_known_keys_do_not_wait_for_an_issuer_that_hangs(issuer: Issuer, clock: Clock) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        reached.set()
        await go_on.wait()

    keys = Keys(settings_of(issuer.url), clock)
    assert await keys.get("old")
    async with peer(hang) as hanging:
        issuer.documents[DISCOVERY]["jwks_uri"] = f"http://127.0.0.1:{hanging.port}/keys"
        clock.seconds = 60
        stranger = asyncio.create_task(keys.get("unknown"))
        await reached.wait()
        clock.seconds = 4000
        assert await asyncio.wait_for(keys.get("old"), 1)
        go_on.set()
        assert await stranger is None
