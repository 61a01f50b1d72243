"""What looks at proofs leave behind: states, verdicts, and what others are told."""

from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select

from services.registry.base import SESSION_INFO
from services.registry.proofs.recheck import Rechecker
from shared import clock
from shared.db import Database
from tests.support.answers import ok
from tests.support.staff import Staff

DAY = timedelta(days=1)
outbox = SESSION_INFO["messaging"].outbox


async def read(staff: Staff, account: dict[str, Any]) -> dict[str, Any]:
    return ok(await staff.client.get(f"/v1/accounts/{account['id']}", headers=staff.officer))


async def proofs(staff: Staff, account: dict[str, Any]) -> list[dict[str, Any]]:
    path = f"/v1/accounts/{account['id']}/proofs"
    items: list[dict[str, Any]] = ok(await staff.client.get(path, headers=staff.officer))["items"]
    return items


async def only_proof(staff: Staff, account: dict[str, Any]) -> dict[str, Any]:
    (proof,) = await proofs(staff, account)
    return proof


async def verdict(staff: Staff, account: dict[str, Any]) -> tuple[str, str]:
    answer = ok(await staff.client.get("/v1/verify", params={"url": account["url"]}))
    assert answer["account"]["id"] == account["id"]
    return answer["verdict"], answer["reason"]


async def events(database: Database, subject: str) -> list[dict[str, Any]]:
    query = select(outbox.c.envelope).order_by(outbox.c.position)
    async with database.transaction() as session:
        found = await session.scalars(query.where(outbox.c.envelope.contains(f'"subject":"{subject}"')))
        return [orjson.loads(envelope) for envelope in found]


async def types(database: Database, subject: str) -> list[str]:
    return [event["type"].removeprefix("registry.") for event in await events(database, subject)]


async def until_failed(staff: Staff, rechecker: Rechecker, account: dict[str, Any]) -> timedelta:
    """Let the schedule run until every proof has failed; how far the clock was moved."""
    moved = 8 * DAY
    while True:
        with clock.shifted(moved):
            await rechecker.turn()
        if all(proof["state"] == "failed" for proof in await proofs(staff, account)):
            return moved
        moved += DAY
        assert moved < 60 * DAY
