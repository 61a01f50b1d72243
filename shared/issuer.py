"""The public keys of an OpenID Connect issuer: from its discovery document, an address or a file."""

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from shared.problems import Text, Unavailable
from shared.settings import ServiceSettings

ALGORITHMS = frozenset({"EdDSA", "ES256", "RS256"})

_REFRESH_SECONDS = 60
_RETRY_SECONDS = 5
"""Between two tries while there are no keys at all."""
_LIFETIME_SECONDS = 60 * 60
_FETCH_SECONDS = 5
_MAX_BYTES = 256 * 1024
_MIN_RSA_BITS = 2048
"""RFC 7518 §3.3."""

_log = logging.getLogger(__name__)


class Keys:
    """The issuer's keys by `kid`, kept here.

    They are read when first needed; again when a token names an unknown one, at most once a minute, so
    that no stranger makes us hammer the issuer; and again after an hour, so that withdrawn ones stop
    working. While the issuer is away the keys at hand go on working.

    Args:
        settings: say where the keys are, and whether plain http will do.
        now: seconds of a clock that never goes back.
    """

    def __init__(self, settings: ServiceSettings, now: Callable[[], float] = time.monotonic) -> None:
        self._issuer = settings.auth_issuer
        self._source = settings.auth_jwks
        self._schemes = ("https://",) if settings.environment == "production" else ("https://", "http://")
        self._now = now
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at: float | None = None
        self._tried_at: float | None = None
        self._lock = asyncio.Lock()

    async def get(self, key_id: str | None) -> jwt.PyJWK | None:
        """The key `key_id`, or None.

        A token need not name the key of an issuer that has but one (OpenID Connect Core 1.0 §10.1).

        Raises:
            Unavailable: no keys could be read so far.
        """
        # Whose key is known does not wait for somebody else's reading; whose is not, may find it there.
        if self._wants(key_id) and not (self._find(key_id) and self._lock.locked()):
            async with self._lock:
                if self._wants(key_id) and self._may_ask():
                    await self._read()
        if self._read_at is None:
            raise Unavailable(_NO_KEYS)
        return self._find(key_id)

    def _find(self, key_id: str | None) -> jwt.PyJWK | None:
        if key_id is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(key_id or "")

    def _wants(self, key_id: str | None) -> bool:
        is_old = self._read_at is None or self._now() - self._read_at >= _LIFETIME_SECONDS
        return is_old or key_id not in self._keys

    def _may_ask(self) -> bool:
        pause = _RETRY_SECONDS if self._read_at is None else _REFRESH_SECONDS
        return self._tried_at is None or self._now() - self._tried_at >= pause

    async def _read(self) -> None:
        try:
            self._keys = _usable(_member(await self._load(), "keys", list))
            self._read_at = self._now()
        except (OSError, ValueError) as error:
            _log.warning("The issuer's keys cannot be read.", extra={"reason": repr(error)})
        finally:
            # Counted from the end: those who waited for an issuer that hangs must not each ask in turn.
            self._tried_at = self._now()

    async def _load(self) -> bytes:
        if not self._source:
            return await self._fetch(await self._discover())
        if "://" in self._source:
            return await self._fetch(self._source)
        return await asyncio.to_thread(Path(self._source).read_bytes)

    async def _discover(self) -> str:
        """Where the issuer says that its keys are (OpenID Connect Discovery 1.0 §4).

        Raises:
            ValueError: the document is not this issuer's; §4.3 wants the two names to be the same.
        """
        document = await self._fetch(f"{self._issuer.removesuffix('/')}/.well-known/openid-configuration")
        if _member(document, "issuer", str) != self._issuer:
            raise ValueError("the discovery document names another issuer")
        address: str = _member(document, "jwks_uri", str)
        return address

    async def _fetch(self, url: str) -> bytes:
        """The document at an address, with no redirect followed.

        Raises:
            OSError: it could not be had, whatever the reason.
        """
        import aiohttp  # noqa: PLC0415 - a tenth of a process's start, for those who read a file

        if not url.startswith(self._schemes):
            raise OSError(f"the address of the keys must begin with {' or '.join(self._schemes)}")
        timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as client,
                client.get(url, allow_redirects=False) as answer,
            ):
                if answer.status != 200:  # noqa: PLR2004 - the only answer with a document
                    raise OSError(f"answered {answer.status}")
                body = b""
                async for part in answer.content.iter_any():
                    body += part
                    if len(body) > _MAX_BYTES:
                        raise OSError("the document is too large")
                return body
        except aiohttp.ClientError as error:
            raise OSError(type(error).__name__) from error


def _member(document: bytes, name: str, kind: type) -> Any:
    """A member of a JSON document.

    Raises:
        ValueError: it is no JSON object, or lacks such a member.
    """
    content = orjson.loads(document)
    value = content.get(name) if isinstance(content, dict) else None
    if not isinstance(value, kind):
        raise ValueError(f"the document has no {name}")  # noqa: TRY004 - the document is wrong, not our code
    return value


def _usable(jwks: list[Any]) -> dict[str, jwt.PyJWK]:
    """The keys that tokens may be signed with; what is not understood is passed over (RFC 7517 §5)."""
    found = {}
    for jwk in jwks:
        if not isinstance(jwk, dict) or not isinstance(key_id := jwk.get("kid", ""), str):
            continue
        try:
            is_for_this = jwk.get("use", "sig") == "sig" and "verify" in jwk.get("key_ops", ["verify"])
            key = jwt.PyJWK.from_dict(jwk)
        except (jwt.PyJWTError, ValueError, TypeError, AttributeError):
            continue
        if is_for_this and key.algorithm_name in ALGORITHMS and not _is_short(key.key):
            found[key_id] = key
    return found


def _is_short(key: Any) -> bool:
    return isinstance(key, RSAPublicKey) and key.key_size < _MIN_RSA_BITS


_NO_KEYS = Text("Chưa đọc được khoá của nhà cung cấp định danh.", "The issuer's keys cannot be read.")
