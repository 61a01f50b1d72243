"""`make token`: tokens of the embedded issuer, for trying the stack and for tests."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import jwt

from deploy.local import secrets
from deploy.local.config import AUDIENCE, ISSUER, LocalConfig, LocalStackError

ROLES = ("viewer", "officer", "approver", "admin")
LIFETIME = 12 * 60 * 60
"""Seconds."""


def mint(
    config: LocalConfig,
    agency: str | None,
    roles: Sequence[str],
    sub: str,
    *,
    system: bool = False,
    **claims: Any,
) -> str:
    """A JWT (EdDSA) of the embedded issuer; `claims` are added or replace those made here.

    Without an agency it says only who it is, and memberships tell the rest.

    A system's is one that it got by its own client credentials (`client_id` is `sub`, RFC 9068 §2.2).
    Times are Unix seconds. The secrets are made when there are none yet.
    """
    secrets.ensure(config)
    issued = int(time.time())
    payload = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": sub,
        "iat": issued,
        "exp": issued + LIFETIME,
        **({} if agency is None else {"agency": agency, "roles": list(roles)}),
        **({"client_id": sub} if system else {}),
        **claims,
    }
    kid = json.loads(config.jwks.read_text())["keys"][0]["kid"]
    key = config.secret("issuer.pem").read_text()
    return jwt.encode(payload, key, algorithm="EdDSA", headers={"kid": kid})


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a token, and nothing else, to standard output."""
    parser = argparse.ArgumentParser(prog="make token", description=__doc__)
    parser.add_argument("--agency", default="", help="code of the agency, e.g. T82.X30169")
    parser.add_argument("--roles", default="", help=f"of {', '.join(ROLES)}; separated by commas")
    parser.add_argument(
        "--sub",
        default="",
        help="who; tokens with other roles are other persons by default. Alone: memberships tell the rest",
    )
    parser.add_argument("--system", action="store_true", help="a program with credentials of its own")
    options = parser.parse_args(arguments)
    roles = options.roles.replace(",", " ").split()
    bare = bool(options.sub) and not options.agency and not roles
    if not bare and (not options.agency or not roles or set(roles) - set(ROLES)):
        parser.error(f"give an agency and roles of {', '.join(ROLES)}, or --sub alone")
    kind = "local-system" if options.system else "local"
    sub = options.sub or f"{kind}:{options.agency}:{'+'.join(sorted(roles))}"
    try:
        print(mint(LocalConfig.from_environment(), options.agency or None, roles, sub, system=options.system))
    except LocalStackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
