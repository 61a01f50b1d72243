"""Who is asking: bearer tokens of an OpenID Connect issuer, checked against its public keys."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import orjson

from shared.problems import Text, Unauthenticated, Unavailable
from shared.settings import ServiceSettings

ALGORITHMS = ("EdDSA", "ES256", "RS256")
ROLES = frozenset({"viewer", "officer", "approver", "admin"})
_LEEWAY_SECONDS = 30
_REFRESH_SECONDS = 60
_FETCH_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Actor:
    """The holder of a token, acting for one agency."""

    issuer: str
    subject: str
    agency: str
    roles: frozenset[str]

    @property
    def identity(self) -> tuple[str, str]:
        """What "another person" compares (docs/principles.md, 4): issuer and subject."""
        return (self.issuer, self.subject)


class Keys:
    """The issuer's public keys, from a file or a URL, read again when a token names an unknown key."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at = -float(_REFRESH_SECONDS)
        self._lock = asyncio.Lock()

    async def get(self, key_id: str) -> jwt.PyJWK | None:
        """The key `key_id`, or None. Reads the source at most once a minute.

        Raises:
            Unavailable: no keys could be read so far.
        """
        if key_id not in self._keys:
            async with self._lock:
                if time.monotonic() - self._read_at >= _REFRESH_SECONDS:
                    await self._read()
        return self._keys.get(key_id)

    async def _read(self) -> None:
        try:
            document = orjson.loads(await self._load())
        except (OSError, orjson.JSONDecodeError) as error:
            if not self._keys:
                raise Unavailable(
                    Text(
                        "Chưa đọc được khoá của nhà cung cấp định danh.", "The issuer's keys cannot be read."
                    )
                ) from error
            return  # the issuer is away: go on with the keys at hand
        self._read_at = time.monotonic()
        self._keys = {
            jwk["kid"]: jwt.PyJWK.from_dict(jwk)
            for jwk in document.get("keys", [])
            if jwk.get("kid") and jwk.get("use", "sig") == "sig"
        }

    async def _load(self) -> bytes:
        if self._source.startswith(("https://", "http://")):
            return await _fetch(self._source)
        return await asyncio.to_thread(Path(self._source).read_bytes)


async def _fetch(url: str) -> bytes:
    """The document at an address.

    Raises:
        OSError: it could not be had, whatever the reason.
    """
    import aiohttp  # noqa: PLC0415 - a tenth of a process's start, for those who read a file

    timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout, raise_for_status=True) as client:
            return await (await client.get(url)).read()
    except aiohttp.ClientError as error:
        raise OSError(type(error).__name__) from error


class Authenticator:
    """Turns a bearer token into an `Actor`."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._issuer = settings.auth_issuer
        self._audience = settings.auth_audience
        self._keys = Keys(settings.auth_jwks)

    async def actor(self, authorization: str) -> Actor:
        """The actor named by an `Authorization` header.

        Raises:
            Unauthenticated: not a token this service trusts; the detail says which check failed.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(_NOT_BEARER)
        try:
            header = jwt.get_unverified_header(token)
            key = await self._keys.get(str(header.get("kid", "")))
            # The algorithm is the key's, never what the token says: no `none`, no HMAC with a public key.
            if key is None or key.algorithm_name not in ALGORITHMS:
                raise Unauthenticated(_UNKNOWN_KEY)
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated(_EXPIRED) from error
        except jwt.PyJWTError as error:
            raise Unauthenticated(_NOT_TRUSTED) from error
        return _actor(claims)


def _actor(claims: dict[str, Any]) -> Actor:
    agency, roles = claims.get("agency"), claims.get("roles")
    if not isinstance(agency, str) or not isinstance(roles, list) or not ROLES.issuperset(map(str, roles)):
        raise Unauthenticated(_NO_CLAIMS)
    return Actor(claims["iss"], claims["sub"], agency, frozenset(map(str, roles)))


_NOT_BEARER = Text(
    "Dùng tiêu đề Authorization: Bearer <mã>.", "Use the header Authorization: Bearer <token>."
)
_UNKNOWN_KEY = Text("Mã được ký bằng khoá không quen biết.", "The token is signed with an unknown key.")
_EXPIRED = Text("Mã truy cập đã hết hạn.", "The token has expired.")
_NOT_TRUSTED = Text(
    "Mã không hợp lệ: chữ ký, nơi phát hành, nơi nhận hoặc cấu trúc sai.",
    "The token is not valid: wrong signature, issuer, audience or form.",
)
_NO_CLAIMS = Text(
    "Mã thiếu thông tin cơ quan (agency) hoặc vai trò (roles).", "The token lacks the claims agency or roles."
)
