"""Everybody who may knock at a route: by place in the tree, by role, by kind, and with what token."""

import time
from dataclasses import dataclass

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.auth import ROLES
from tests.support.tenant import Tenant


@dataclass(frozen=True)
class Caller:
    """Somebody, seen from the agency whose things are asked for.

    `place` is own, parent, child, sibling, foreign (another province), ended, unknown (of no agency in
    the tree), or "" without a token. `roles` are those that count.
    """

    name: str
    headers: dict[str, str]
    place: str
    roles: frozenset[str] = ROLES
    system: bool = False
    trusted: bool = True


def callers(tenant: Tenant, child: str) -> list[Caller]:
    """All of them, strangers first: what they are refused must still be there for those who come last."""
    own, everything = tenant.commune, sorted(ROLES)
    good = tenant.auth(own, *everything)
    expired = tenant.auth(own, *everything, exp=int(time.time()) - 60)
    system = {
        role: tenant.auth(own, role, sub=f"system:{role}", system=True) for role in ("officer", "approver")
    }
    places = {
        "foreign": tenant.foreign,
        "sibling": tenant.sibling,
        "child": child,
        "ended": tenant.former,
        "unknown": f"{own}.NOBODY",
        "parent": tenant.province,
    }
    return [
        Caller("nobody", {}, ""),
        Caller("an expired token", expired, "own", trusted=False),
        Caller("a forged signature", _forged(good), "own", trusted=False),
        *(Caller(place, tenant.auth(agency, *everything), place) for place, agency in places.items()),
        Caller("a system that is an approver", system["approver"], "own", frozenset(), system=True),
        Caller("a system that is an officer", system["officer"], "own", frozenset({"officer"}), system=True),
        *(Caller(f"own {role}", tenant.auth(own, role), "own", frozenset({role})) for role in everything),
    ]


def _forged(headers: dict[str, str]) -> dict[str, str]:
    """The same token, by somebody who knows everything but the issuer's private key."""
    genuine = headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(genuine, options={"verify_signature": False})
    kid = jwt.get_unverified_header(genuine)["kid"]
    forged = jwt.encode(claims, Ed25519PrivateKey.generate(), "EdDSA", {"kid": kid})
    return {"Authorization": f"Bearer {forged}"}
