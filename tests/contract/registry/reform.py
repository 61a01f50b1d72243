"""A province in reform: its administrators, and agencies to merge, split, rename and move."""

from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from services.registry.base import SESSION_INFO
from shared import tenancy
from shared.db import Database
from tests.support.answers import ok
from tests.support.successions import asked
from tests.support.tenant import Tenant, agency

outbox = SESSION_INFO["messaging"].outbox


@dataclass(frozen=True)
class Reform:
    """What the administrators of the tenant's province do; other agencies stand in as `by`."""

    client: httpx.AsyncClient
    database: Database
    tenant: Tenant

    def code(self, suffix: str) -> str:
        """An agency of the province, by the last part of its code."""
        return f"{self.tenant.province}.{suffix}"

    async def enter(self, *suffixes: str, **changes: Any) -> list[str]:
        """Communes of the province; returns their codes."""
        codes = [self.code(suffix) for suffix in suffixes]
        rows = [agency(code, **{"parent_code": self.tenant.province, **changes}) for code in codes]
        async with self.database.transaction() as session:
            await tenancy.store(session, rows)
        return codes

    async def ask(self, body: dict[str, Any], *, by: str | None = None) -> httpx.Response:
        """Propose, as an administrator."""
        headers = self.tenant.auth(by or self.tenant.province, "admin")
        return await self.client.post("/v1/successions", json=body, headers=headers)

    async def propose(self, kind: str, from_: list[str], to: list[str] | None = None, **more: Any) -> Any:
        return ok(await self.ask(asked(kind, from_, to, **more)), 201)

    async def act(self, made: dict[str, Any], action: str, **headers: str) -> httpx.Response:
        """Approve or cancel, as an approver."""
        approver = self.tenant.auth(self.tenant.province, "approver")
        return await self.client.post(
            f"/v1/successions/{made['id']}/{action}", headers={**approver, **headers}
        )

    async def approve(self, kind: str, from_: list[str], to: list[str] | None = None, **more: Any) -> Any:
        """Propose and approve: on a day to come, unless `days` says otherwise."""
        return ok(await self.act(await self.propose(kind, from_, to, **more), "approve"))

    async def agency(self, code: str, **query: Any) -> dict[str, Any]:
        return ok(await self.client.get(f"/v1/agencies/{code}", params=query))

    async def read(self, made: dict[str, Any]) -> dict[str, Any]:
        headers = self.tenant.auth(self.tenant.province, "viewer")
        return ok(await self.client.get(f"/v1/successions/{made['id']}", headers=headers))

    async def told(self, *codes: str) -> list[tuple[str, str]]:
        """Types and agencies of what was told of these, in the order of telling."""
        async with self.database.transaction() as session:
            rows = await session.execute(
                select(outbox.c.type, outbox.c.agency_code)
                .where(outbox.c.agency_code.in_(codes))
                .order_by(outbox.c.position)
            )
            return [
                (row.type.removeprefix("registry.agency.").removesuffix(".v1"), row.agency_code)
                for row in rows
            ]
