"""Files to import, and what the worker does with them, done at once."""

import csv
import io
import secrets
from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import select
from sqlmodel import col

from services.registry.accounts.tables import Account
from services.registry.imports import working
from shared.db import Database
from tests.support.answers import ok

HEADER = ("Mã cơ quan", "Liên kết", "Tên hiển thị", "Ngôn ngữ")


def page(name: str) -> str:
    """A link to a page."""
    return f"https://www.facebook.com/{name}"


def accounts_csv(agency: str, rows: int = 1) -> bytes:
    """A file of accounts that nobody has, all of one agency."""
    made = [
        (agency, f"https://www.facebook.com/ubnd{secrets.token_hex(8)}", "UBND xã", "vi") for _ in range(rows)
    ]
    return table([HEADER, *made])


def table(rows: Sequence[Sequence[str]]) -> bytes:
    """A CSV in UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


async def settled(
    client: httpx.AsyncClient, database: Database, import_id: str, headers: dict[str, str]
) -> dict[str, Any]:
    """The import once the worker has nothing more to do with it. Others' imports are worked on, too."""
    while True:
        found: dict[str, Any] = ok(await client.get(f"/v1/imports/{import_id}", headers=headers))
        if found["state"] not in {"uploaded", "checking", "applying"}:
            return found
        await working.step(database)


class Desk:
    """An officer with files, and a worker at hand."""

    def __init__(
        self, client: httpx.AsyncClient, database: Database, headers: dict[str, str], kind: str = "accounts"
    ) -> None:
        self.kind = kind
        self.client = client
        self.database = database
        self.headers = headers

    async def send(self, content: Any, **parameters: Any) -> httpx.Response:
        return await self.client.post(
            "/v1/imports", params={"kind": self.kind, **parameters}, content=content, headers=self.headers
        )

    async def checked(self, rows: Sequence[Sequence[str]] | bytes, **parameters: Any) -> dict[str, Any]:
        content = rows if isinstance(rows, bytes) else table(rows)
        made = ok(await self.send(content, **parameters), 201)
        assert made["state"] == "uploaded"
        return await self.settled(made)

    async def settled(self, made: dict[str, Any]) -> dict[str, Any]:
        return await settled(self.client, self.database, made["id"], self.headers)

    async def act(self, made: dict[str, Any], action: str, **body: Any) -> httpx.Response:
        path = f"/v1/imports/{made['id']}/{action}"
        return await self.client.post(path, json=body, headers=self.headers)

    async def applied(self, made: dict[str, Any], mode: str = "all") -> dict[str, Any]:
        assert ok(await self.act(made, "apply", mode=mode))["state"] == "applying"
        return await self.settled(made)

    async def errors(
        self, made: dict[str, Any], language: str = "en", **parameters: Any
    ) -> list[dict[str, Any]]:
        headers = {**self.headers, "Accept-Language": language}
        path = f"/v1/imports/{made['id']}/errors"
        items: list[dict[str, Any]] = ok(await self.client.get(path, params=parameters, headers=headers))[
            "items"
        ]
        return items

    async def accounts(self, agency_code: str) -> list[Account]:
        async with self.database.transaction() as session:
            query = select(Account).where(col(Account.agency_code) == agency_code).order_by(col(Account.url))
            return list(await session.scalars(query))


def counts(made: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in made["rows"].items() if count}
