"""The people of an agency at work: every step in the life of an account, over HTTP."""

import secrets
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.answers import ok
from tests.support.site import Site
from tests.support.tenant import Tenant

_REASONS = {"return": "incomplete", "restore": "recovered"}


@dataclass(frozen=True)
class Staff:
    """Officers and approvers of `agency`, with its web site."""

    client: httpx.AsyncClient
    tenant: Tenant
    site: Site
    agency: str

    @property
    def officer(self) -> dict[str, str]:
        return self.tenant.auth(self.agency, "officer")

    @property
    def approver(self) -> dict[str, str]:
        return self.tenant.auth(self.agency, "approver")

    def body(self, **changes: Any) -> dict[str, Any]:
        """A fresh account to enter."""
        return {
            "agency_code": self.agency,
            "kind": "agency",
            "url": f"https://www.facebook.com/ubnd{secrets.token_hex(6)}",
            "display_name": "Ủy ban nhân dân xã",
            "languages": ["vi"],
            **changes,
        }

    async def act(self, account: dict[str, Any], action: str, **options: Any) -> httpx.Response:
        """POST an action on an account: by an approver unless `headers` say otherwise, who has seen it as it is."""
        options.setdefault("headers", self.approver)
        if action in ("approve", "rename/approve") and "If-Match" not in options["headers"]:
            options["headers"] = await self._seen(account, options["headers"])
        if action in _REASONS:
            options.setdefault("json", {"reason": _REASONS[action]})
        return await self.client.post(f"/v1/accounts/{account['id']}/{action}", **options)

    async def _seen(self, account: dict[str, Any], headers: dict[str, str]) -> dict[str, str]:
        """The headers of somebody, with the version of an account that they see: any, when they see none."""
        answer = await self.client.get(f"/v1/accounts/{account['id']}", headers=headers)
        return {**headers, "If-Match": answer.headers.get("etag", '"1"')}

    async def draft(self, **changes: Any) -> dict[str, Any]:
        return ok(
            await self.client.post("/v1/accounts", json=self.body(**changes), headers=self.officer), 201
        )

    async def office(self, **changes: Any) -> dict[str, Any]:
        """A draft of the commune's chair, who is the officer."""
        return await self.draft(kind="public_office", office="commune_chair", display_name=None, **changes)

    async def proof(self, account: dict[str, Any], body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Announce a proof: that the site will list the account, unless `body` says something else."""
        body = body or {"method": "well_known", "site": self.site.url}
        return ok(await self.act(account, "proofs", json=body, headers=self.officer), 201)

    async def check(self, proof: dict[str, Any]) -> dict[str, Any]:
        """Have a proof looked at."""
        path = f"/v1/accounts/{proof['account_id']}/proofs/{proof['id']}/check"
        return ok(await self.client.post(path, headers=self.officer))

    async def proven(self, **changes: Any) -> dict[str, Any]:
        """A draft with a valid proof."""
        return await self.prove(await self.draft(**changes))

    async def prove(self, account: dict[str, Any]) -> dict[str, Any]:
        """Have the site list the account, and checked."""
        proof = await self.proof(account)
        self.site.publish(proof["publish"]["line"])
        assert (await self.check(proof))["state"] == "valid"
        return account

    async def submitted(self, **changes: Any) -> dict[str, Any]:
        return ok(await self.act(await self.proven(**changes), "submit", headers=self.officer))

    async def numbered(self) -> dict[str, Any]:
        """An active account whose immutable id is known."""
        link = f"https://www.facebook.com/profile.php?id=1000{secrets.randbelow(10**11):011}"
        return await self.active(platform_id_url=link)

    async def renamed(self) -> dict[str, Any]:
        """An active account whose new handle waits for approval."""
        body = {"url": self.body()["url"]}
        return ok(await self.act(await self.numbered(), "rename", json=body, headers=self.officer))

    async def active(self, **changes: Any) -> dict[str, Any]:
        return ok(await self.act(await self.submitted(**changes), "approve"))
