"""Agencies that belong to one test alone."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deploy.local.config import LocalConfig
from deploy.local.token import mint
from shared import tenancy
from shared.db import Database

REFORM = date(2025, 7, 1)


@dataclass(frozen=True)
class Tenant:
    """A province with two communes, a former district that the first one succeeds, and a foreign province.

    Each is the code of an agency. No other test knows them.
    """

    issuer: LocalConfig
    province: str
    commune: str
    sibling: str
    former: str
    foreign: str

    def auth(self, agency: str, *roles: str, sub: str | None = None, **claims: Any) -> dict[str, str]:
        """Headers of somebody of an agency; with other roles, another person unless `sub` says who."""
        person = sub or f"{agency}:{'+'.join(roles)}"
        return {"Authorization": f"Bearer {mint(self.issuer, agency, roles, person, **claims)}"}

    def subject(self, name: str) -> str:
        """Somebody of this test alone, as the issuer names them."""
        return f"{self.province}:{name}"

    def bare(self, name: str, **claims: Any) -> dict[str, str]:
        """Headers of somebody whose token says who they are, and nothing of agencies or roles."""
        return {"Authorization": f"Bearer {mint(self.issuer, None, (), self.subject(name), **claims)}"}


async def new_tenant(issuer: LocalConfig, databases: Sequence[Database]) -> Tenant:
    """Enter a fresh tree in each service's copy of the tree."""
    name = secrets.token_hex(6).upper()
    province, foreign, former = f"P{name}", f"F{name}", f"L{name}.H1"
    tenant = Tenant(issuer, province, f"{province}.X1", f"{province}.X2", former, foreign)
    rows = [
        agency(tenant.province, level="province"),
        agency(tenant.commune, parent_code=tenant.province),
        agency(tenant.sibling, parent_code=tenant.province),
        agency(tenant.foreign, level="province"),
        agency(tenant.former, level="district", valid_to=REFORM, successors=[tenant.commune]),
    ]
    for database in databases:
        async with database.transaction() as session:
            await tenancy.store(session, rows)
    return tenant


def agency(code: str, **changes: Any) -> dict[str, Any]:
    """A row of `agencies`: a commune's People's Committee unless `changes` say otherwise."""
    return {
        "code": code,
        "official_code": None,
        "name": f"Ủy ban nhân dân xã {code}",
        "short_name": f"UBND xã {code}",
        "level": "commune",
        "area_code": None,
        "parent_code": None,
        "valid_from": None,
        "valid_to": None,
        "successors": [],
        "version": 1,
        **changes,
    }
