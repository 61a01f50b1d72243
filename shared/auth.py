"""Who is asking: bearer tokens of an OpenID Connect issuer, checked against its public keys."""

import re
import time
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import jwt

from shared.issuer import Keys
from shared.problems import Text, Unauthenticated
from shared.settings import ServiceSettings

ROLES = frozenset({"viewer", "officer", "approver", "admin"})
MAX_TOKEN_LENGTH = 8192
"""Characters; what common proxies take as one header."""

_LEEWAY_SECONDS = 30
_AGENCY = re.compile(r"[0-9A-Z.]{1,35}", re.ASCII)
_SUBJECT = re.compile(r"[ -~]{1,255}")
"""OpenID Connect Core 1.0 §2: at most 255 ASCII characters."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The holder of a token, acting for one agency. A system is never an approver."""

    issuer: str
    subject: str
    agency: str
    roles: frozenset[str]
    system: bool = False

    @property
    def identity(self) -> tuple[str, str]:
        """What "another person" compares (docs/principles.md, 4): issuer and subject."""
        return (self.issuer, self.subject)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever a good token belongs to, before it is clear for whom they act (`shared.memberships`).

    `agency` and `roles` are what the token claims; without an agency both are left to memberships.

    `system`: a program that came by its own client credentials, behind which no person stands. It is one
    when `client_id` (RFC 9068 §2.2) or `azp` equals `sub`, as §2.2 and §5 have it for grants without a
    resource owner, or when `gty` is `client-credentials`, which an issuer that gives its clients another
    `sub` must be made to add.
    """

    issuer: str
    subject: str
    agency: str | None
    roles: frozenset[str]
    system: bool = False

    def acting_for(self, agency: str, roles: AbstractSet[str]) -> Actor:
        """The holder with these roles of an agency; a system without the one that it can never have."""
        # Taken away here and not refused: providers hand a service account the roles of its group, and what
        # never reaches an `Actor` no check of roles can let through.
        held = frozenset(roles) - ({"approver"} if self.system else set())
        return Actor(self.issuer, self.subject, agency, held, self.system)


class Authenticator:
    """Turns a bearer token into its `Holder`. `now` is the clock by which the issuer's keys age."""

    def __init__(self, settings: ServiceSettings, now: Callable[[], float] = time.monotonic) -> None:
        self._issuer = settings.auth_issuer
        self._audience = settings.auth_audience
        self._keys = Keys(settings, now)

    async def holder(self, authorization: str) -> Holder:
        """Whose token an `Authorization` header brings.

        Raises:
            Unauthenticated: not a token this service trusts; the detail says which check failed.
            Unavailable: the issuer's keys could not be read so far.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated(_NOT_BEARER)
        if len(token) > MAX_TOKEN_LENGTH:
            raise Unauthenticated(_TOO_LONG)
        try:
            # Of the header only `kid` is heard: `jku`, `jwk` and `x5u` would let a token bring its own key.
            key = await self._keys.get(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise Unauthenticated(_UNKNOWN_KEY)
            claims = jwt.decode(
                token,
                key,
                # The algorithm is the key's, never what the token says: no `none`, no HMAC with a public key.
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
        return _holder(claims)


def _holder(claims: dict[str, Any]) -> Holder:
    times = [claims[name] for name in ("exp", "nbf", "iat") if name in claims]
    if not all(type(moment) in {int, float} for moment in times) or not _SUBJECT.fullmatch(claims["sub"]):
        raise Unauthenticated(_NOT_TRUSTED)
    who, system = (claims["iss"], claims["sub"]), _is_system(claims)
    agency, roles = claims.get("agency"), claims.get("roles")
    if agency is None:
        # Many providers put a `roles` of their own into every token; without an agency it is not ours.
        return Holder(*who, None, frozenset(), system)
    if not isinstance(agency, str) or not _AGENCY.fullmatch(agency):
        raise Unauthenticated(_BAD_CLAIMS)
    if not isinstance(roles, list) or not all(isinstance(role, str) and role in ROLES for role in roles):
        raise Unauthenticated(_BAD_CLAIMS)
    return Holder(*who, agency, frozenset(roles), system)


def _is_system(claims: dict[str, Any]) -> bool:
    clients = (claims.get("client_id"), claims.get("azp"))
    return claims["sub"] in clients or claims.get("gty") == "client-credentials"


_NOT_BEARER = Text(
    "Dùng tiêu đề Authorization: Bearer <mã>.", "Use the header Authorization: Bearer <token>."
)
_TOO_LONG = Text("Mã truy cập quá dài.", "The token is too long.")
_UNKNOWN_KEY = Text("Mã được ký bằng khoá không quen biết.", "The token is signed with an unknown key.")
_EXPIRED = Text("Mã truy cập đã hết hạn.", "The token has expired.")
_NOT_TRUSTED = Text(
    "Mã không hợp lệ: chữ ký, nơi phát hành, nơi nhận hoặc cấu trúc sai.",
    "The token is not valid: wrong signature, issuer, audience or form.",
)
_BAD_CLAIMS = Text(
    "Mã nêu cơ quan (agency) hoặc vai trò (roles) không đúng dạng.",
    "The token's claims agency and roles are not what they should be.",
)
