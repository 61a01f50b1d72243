"""People and programs whose tokens claim nothing, and who are members of agencies instead."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from shared import memberships
from tests.support.answers import ok
from tests.support.tenant import Tenant


@dataclass(frozen=True)
class Members:
    """Enters members over HTTP, as an administrator of their agency.

    What the bus would bring to the other services is put there, unless there is a bus (`copies` is empty).
    """

    registry: httpx.AsyncClient
    tenant: Tenant
    copies: tuple[FastAPI, ...] = ()

    async def enter(self, name: str, agency: str, *roles: str, **body: Any) -> dict[str, Any]:
        """A member of an agency with these roles, from today on unless the body says otherwise."""
        subject = self.tenant.subject(name)
        full = {"agency_code": agency, "subject": subject, "roles": list(roles), **body}
        return await self.kept(
            await self.registry.post("/v1/memberships", json=full, headers=self.by(agency))
        )

    async def end(self, membership: dict[str, Any]) -> dict[str, Any]:
        path, headers = f"/v1/memberships/{membership['id']}/end", self.by(membership["agency_code"])
        return await self.kept(await self.registry.post(path, headers=headers))

    async def kept(self, answer: httpx.Response) -> dict[str, Any]:
        """A membership in an answer, as every service knows it."""
        made = ok(answer, 201 if answer.status_code == 201 else 200)
        row = {
            "id": UUID(made["id"]),
            "identity": memberships.digest(made["issuer"], made["subject"]),
            "agency_code": made["agency_code"],
            "roles": made["roles"],
            "valid_from": date.fromisoformat(made["valid_from"]),
            "valid_to": date.fromisoformat(made["valid_to"]) if made["valid_to"] else None,
            "version": made["version"],
        }
        for app in self.copies:
            async with app.state.database.transaction() as session:
                await memberships.store(session, [row])
        return made

    def by(self, agency: str) -> dict[str, str]:
        """Headers of the administrator who enters the agency's members."""
        return self.tenant.auth(agency, "admin", sub=f"{agency}:personnel")
