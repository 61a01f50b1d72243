"""Tokens: which are believed, and what is read out of them."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.auth import MAX_TOKEN_LENGTH, Authenticator, Holder
from shared.problems import Unauthenticated
from tests.unit.shared.issuers import (
    AUDIENCE,
    ISSUER,
    claims,
    private_key,
    public_jwk,
    settings_of,
    signed,
    token,
)

ALGORITHMS = ("RS256", "ES256", "EdDSA")


@pytest.fixture
def authenticator(tmp_path: Path) -> Authenticator:
    """Trusts one key for each algorithm, named after it, and has been told of some that it must not trust."""
    keys = [public_jwk(algorithm, algorithm) for algorithm in ALGORITHMS]
    keys += [public_jwk("ES384", "ES384"), public_jwk("RS256", "encrypts", use="enc")]
    keys.append({"kty": "oct", "kid": "oct", "k": base64url(b"x" * 32)})
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": keys}))
    return Authenticator(settings_of(jwks=str(file)))


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claim(name: str, value: Any) -> dict[str, Any]:
    return {name: value}


def handmade(header: Any, payload: bytes = b"{}", signature: bytes = b"x" * 64) -> str:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return ".".join(map(base64url, (raw, payload, signature)))


def hmac_with_the_public_key(kid: str) -> str:
    """The classic confusion: HS256, keyed with what everybody knows."""
    key = private_key("RS256", "RS256").public_key().public_bytes(Encoding.PEM, PublicFormat.PKCS1)
    head = base64url(json.dumps({"alg": "HS256", "typ": "JWT", "kid": kid}).encode())
    body = base64url(json.dumps(claims()).encode())
    return f"{head}.{body}.{base64url(hmac.digest(key, f'{head}.{body}'.encode(), hashlib.sha256))}"


async def refused(authenticator: Authenticator, token: str) -> str:
    """Why a token is refused."""
    with pytest.raises(Unauthenticated) as problem:
        await authenticator.holder(f"Bearer {token}")
    assert problem.value.detail is not None
    return problem.value.detail.en


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_each_algorithm_is_believed_by_its_key(authenticator: Authenticator, algorithm: str) -> None:
    holder = await authenticator.holder(f"Bearer {token(algorithm)}")
    assert holder == Holder(ISSUER, "somebody", "T82.X30169", frozenset({"officer"}))
    forged = signed(json.dumps(claims()).encode(), algorithm, "a stranger's", kid=algorithm)
    assert "not valid" in await refused(authenticator, forged)


@pytest.mark.parametrize("kid", ["", "nobody's", "ES384", "encrypts", "oct"])
async def test_keys_that_are_unknown_or_not_for_this_open_nothing(
    authenticator: Authenticator, kid: str
) -> None:
    algorithm = "ES384" if kid == "ES384" else "RS256"
    assert "unknown key" in await refused(
        authenticator, signed(json.dumps(claims()).encode(), algorithm, kid)
    )


async def test_the_algorithm_is_the_key_s_and_not_the_token_s(authenticator: Authenticator) -> None:
    body = json.dumps(claims()).encode()
    for kid in ALGORITHMS:
        assert "not valid" in await refused(authenticator, handmade({"alg": "none", "kid": kid}, body, b""))
        assert "not valid" in await refused(authenticator, hmac_with_the_public_key(kid))
        other = {"RS256": "EdDSA", "ES256": "RS256", "EdDSA": "RS256"}[kid]
        assert "not valid" in await refused(authenticator, signed(body, other, other, kid=kid))


async def test_a_token_cannot_bring_its_own_key(authenticator: Authenticator) -> None:
    body = json.dumps(claims()).encode()
    own: dict[str, Any] = {
        "jwk": public_jwk("EdDSA", "mine"),
        "jku": "http://127.0.0.1:1/keys",
        "x5u": "http://127.0.0.1:1/",
    }
    for kid, reason in (("mine", "unknown key"), ("EdDSA", "not valid")):
        brought = signed(body, "EdDSA", "mine", kid=kid, **own)
        assert reason in await refused(authenticator, brought)
    genuine = await authenticator.holder(f"Bearer {signed(body, **own)}")
    assert genuine.subject == "somebody"


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": ["chinh-danh"], "chinh-danh": True},
        {"crit": []},
        {"crit": "b64"},
        {"b64": False, "crit": ["b64"]},
    ],
)
async def test_a_header_that_must_be_understood_and_is_not(
    authenticator: Authenticator, header: dict[str, Any]
) -> None:
    """RFC 7515 §4.1.11."""
    head = base64url(json.dumps({"alg": "EdDSA", "kid": "EdDSA", **header}).encode())
    body = base64url(json.dumps(claims()).encode())
    signature = private_key("EdDSA", "EdDSA").sign(f"{head}.{body}".encode())
    assert "not valid" in await refused(authenticator, f"{head}.{body}.{base64url(signature)}")


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"null",
        b"zqx",
        b"\xff",
        b'{"kid":' + b"[" * 5000 + b"]" * 500 + b"}",
        b'{"alg":"EdDSA","kid":"EdDSA","x":' + b"9" * 5000 + b"}",
        {"alg": "EdDSA", "kid": 7},
        {"alg": "EdDSA", "kid": ["EdDSA"]},
        {"alg": "EdDSA", "kid": {"a": 1}},
        {"alg": 7, "kid": "EdDSA"},
        {"kid": "EdDSA"},
        {"alg": "EdDSA"},
        {"alg": "EdDSA", "kid": None},
    ],
)
async def test_a_header_that_nobody_can_read(authenticator: Authenticator, header: Any) -> None:
    await refused(authenticator, handmade(header))


@pytest.mark.parametrize(
    "changes", [{"iss": "http://localhost/other"}, {"iss": f"{ISSUER}/"}, {"iss": [ISSUER]}]
)
async def test_only_the_one_issuer(authenticator: Authenticator, changes: dict[str, Any]) -> None:
    assert "not valid" in await refused(authenticator, token(**changes))


async def test_the_audience_may_be_one_of_several(authenticator: Authenticator) -> None:
    assert await authenticator.holder(f"Bearer {token(aud=['portal', AUDIENCE])}")
    for other in (f"{AUDIENCE}-x", ["portal"], [], {AUDIENCE: 1}, [AUDIENCE, 7], 7, ""):
        assert "not valid" in await refused(authenticator, token(aud=other))


async def test_clocks_may_differ_by_half_a_minute(authenticator: Authenticator) -> None:
    now = int(time.time())
    for name, moment in (("exp", now - 20), ("nbf", now + 20), ("iat", now + 20), ("exp", now + 0.5)):
        assert await authenticator.holder(f"Bearer {token(**claim(name, moment))}")
    assert "expired" in await refused(authenticator, token(exp=now - 40))
    for name in ("nbf", "iat"):
        assert "not valid" in await refused(authenticator, token(**claim(name, now + 40)))


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp"])
async def test_a_claim_is_missing(authenticator: Authenticator, name: str) -> None:
    assert "not valid" in await refused(authenticator, token(**claim(name, None)))


ODD: dict[str, list[Any]] = {
    "exp": ["9999999999", True, [9999999999], {}, float("inf"), float("nan"), 1e400],
    "nbf": ["0", False, []],
    "iat": ["0", False, []],
    "sub": [7, "", "a\x00b", "một người", "x" * 256, ["somebody"], {}],
    "jti": [7],
    "agency": [7, "", "t82", "T82\x00", "T" * 36, "T82 ", "T82\n", ["T82"], {}],
    "roles": ["officer", [7], [["officer"]], ["officer", "root"], [None], {"officer": True}, 7],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in ODD for value in ODD[name]])
async def test_a_claim_of_an_odd_kind(authenticator: Authenticator, name: str, value: Any) -> None:
    await refused(authenticator, token(**claim(name, value)))


async def test_without_roles_one_is_known_and_may_do_nothing(authenticator: Authenticator) -> None:
    assert (await authenticator.holder(f"Bearer {token(roles=[])}")).roles == frozenset()


async def test_of_a_claim_said_twice_the_last_counts(authenticator: Authenticator) -> None:
    """RFC 7519 §4 leaves this or refusing; what may not be is that two readers differ."""
    body = json.dumps(claims())[:-1].encode() + b', "agency": "T83", "iss": "http://localhost/an-issuer"}'
    assert (await authenticator.holder(f"Bearer {signed(body)}")).agency == "T83"
    stranger = json.dumps(claims())[:-1].encode() + b', "iss": "http://localhost/other"}'
    assert "not valid" in await refused(authenticator, signed(stranger))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"zqx", b"\xff", b"[" * 5000])
async def test_what_is_signed_is_no_set_of_claims(authenticator: Authenticator, body: bytes) -> None:
    assert "not valid" in await refused(authenticator, signed(body))


async def test_a_token_has_a_length(authenticator: Authenticator) -> None:
    fits, long = token(x="x" * 5000), token(x="x" * 6000)
    assert len(fits) < MAX_TOKEN_LENGTH < len(long)
    assert await authenticator.holder(f"Bearer {fits}")
    assert "too long" in await refused(authenticator, long)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eA==", "Bearerx.y.z", "x.y.z"])
async def test_another_kind_of_authorization(authenticator: Authenticator, header: str) -> None:
    with pytest.raises(Unauthenticated):
        await authenticator.holder(header)


@pytest.mark.parametrize(
    ("changes", "system"),
    [
        ({}, False),
        ({"client_id": "portal", "azp": "portal"}, False),
        ({"gty": "password"}, False),
        ({"client_id": "somebody"}, True),
        ({"azp": "somebody"}, True),
        ({"client_id": "portal", "gty": "client-credentials"}, True),
        ({"client_id": ["somebody"]}, False),
    ],
)
async def test_a_system_is_told_from_a_person_and_is_no_approver(
    authenticator: Authenticator, changes: dict[str, Any], system: bool
) -> None:
    holder = await authenticator.holder(f"Bearer {token(roles=['officer', 'approver'], **changes)}")
    assert holder.system is system
    for roles in (holder.roles, {"officer", "approver"}):  # claimed, and of memberships
        actor = holder.acting_for("T82", roles)
        assert actor.system is system
        assert actor.roles == ({"officer"} if system else {"officer", "approver"})


@pytest.mark.parametrize("roles", [None, ["officer"], ["User.Read"], "officer", 7])
async def test_without_an_agency_roles_are_somebody_else_s(authenticator: Authenticator, roles: Any) -> None:
    holder = await authenticator.holder(f"Bearer {token(agency=None, roles=roles)}")
    assert holder == Holder(ISSUER, "somebody", None, frozenset())
