"""Files to import, and what the worker does with them, done at once."""

import csv
import io
import secrets
from collections.abc import Sequence
from typing import Any

import httpx

from services.registry.imports import working
from shared.db import Database
from tests.support.answers import ok

HEADER = ("Mã cơ quan", "Liên kết", "Tên hiển thị", "Ngôn ngữ")


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
