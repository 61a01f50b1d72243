"""Successions while others work on the same agencies and accounts."""

import asyncio
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from services.registry.accounts import queries as accounts
from services.registry.agencies import queries as agencies
from shared.db import Database
from shared.problems import Unavailable
from tests.contract.registry.reform import Reform
from tests.support.answers import ok, problem
from tests.support.eventually import eventually
from tests.support.staff import Staff

_WAITING = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
""")


async def until_waiting(database: Database, number: int) -> None:
    """Go on when so many transactions wait for others."""

    async def waits() -> bool:
        async with database.transaction() as session:
            return bool(await session.scalar(_WAITING) == number)

    await eventually(waits)


async def test_an_approval_comes_before_the_end_of_its_agency_or_is_refused(
    reform: Reform, staff: Staff
) -> None:
    old, new = await reform.enter("OLD", "NEW")
    clerks = replace(staff, agency=old)
    account = await clerks.submitted()
    made = await reform.propose("merge", [old], [new], days=0)
    async with reform.database.transaction() as session:
        await accounts.lock(session, UUID(account["id"]))
        ending = asyncio.create_task(reform.act(made, "approve"))
        await until_waiting(reform.database, 1)
        headers = reform.tenant.auth(reform.tenant.province, "approver")
        approving = asyncio.create_task(clerks.act(account, "approve", headers=headers))
        await until_waiting(reform.database, 2)
    ok(await ending)
    problem(await approving, 409, "agency-ended")


async def test_whoever_waits_too_long_is_told_to_try_again(registry_database: Database) -> None:
    async with registry_database.transaction() as first:
        await agencies.lock(first)
        with pytest.raises(Unavailable):
            await _lock_impatiently(registry_database)


async def _lock_impatiently(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("SET LOCAL lock_timeout = '50ms'"))
        await agencies.lock(session)
