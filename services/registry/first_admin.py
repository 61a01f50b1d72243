"""The first administrator of an agency, whom nobody else can enter.

    python -m services.registry.first_admin --agency T82 --subject SUB [--issuer ISS]

With the registry's environment. The registry's worker tells the other services.
"""

import argparse
import asyncio

from pydantic import ValidationError

from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.memberships import service
from services.registry.memberships.schemas import MembershipCreate
from services.registry.settings import Settings
from shared.db import Database
from shared.problems import AppError
from shared.settings import ServiceSettings


async def make(settings: ServiceSettings, agency: str, subject: str, issuer: str | None = None) -> str:
    """Make an identity the administrator of an agency that has none; returns the membership's id.

    Raises:
        ValidationError: what is given cannot be what it should, a person's name for a subject, say.
        NotFound: the agency is unknown or has ended.
        AlreadyMember: it has an administrator, or the identity is or was a member of it.
    """
    issuer = issuer or settings.auth_issuer
    asked = MembershipCreate(agency_code=agency, issuer=issuer, subject=subject, roles=["admin"])
    database = Database(settings, SCHEMA, SESSION_INFO)
    try:
        async with database.transaction() as session:
            made = await service.first_admin(session, asked.agency_code, issuer, asked.subject)
            return str(made.id)
    finally:
        await database.close()


def main() -> None:
    """Do what the command line says; status 1 when it is refused."""
    parser = argparse.ArgumentParser(prog="python -m services.registry.first_admin")
    parser.add_argument("--agency", required=True, help="its code or official code")
    parser.add_argument("--subject", required=True, help="`sub` of the person's tokens")
    parser.add_argument("--issuer", help="`iss` of the person's tokens; AUTH_ISSUER when left out")
    asked = parser.parse_args()
    try:
        print(asyncio.run(make(Settings(), asked.agency, asked.subject, asked.issuer)))  # noqa: T201 - a command
    except ValidationError as wrong:
        errors = [f"{error['loc'][0]}: {error['msg']}" for error in wrong.errors()]
        raise SystemExit("invalid: " + "; ".join(errors)) from wrong
    except AppError as refused:
        detail = refused.detail or refused.title
        raise SystemExit(f"{refused.slug}: {detail.en}") from refused


if __name__ == "__main__":
    main()
