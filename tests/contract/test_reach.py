"""Who reaches whom stays right, however many write it at once."""

import asyncio
import secrets

from fastapi import FastAPI

from shared import tenancy
from shared.db import Database
from tests.support.tenant import agency


async def test_two_writers_at_once_leave_nobody_out(reports_app: FastAPI) -> None:
    """As two replicas of a worker do that share one projection: each sees only what was committed."""
    database: Database = reports_app.state.database
    top = f"P{secrets.token_hex(6).upper()}"
    middle, unit = f"{top}.X1", f"{top}.X1.U1"
    async with database.transaction() as session:
        await tenancy.store(session, [agency(top, level="province")])

    async def store_middle() -> None:
        async with database.transaction() as session:
            await tenancy.store(session, [agency(middle, parent_code=top)])

    async with database.transaction() as session:
        await tenancy.store(session, [agency(unit, level="unit", parent_code=middle)])
        other = asyncio.create_task(store_middle())
        await asyncio.wait([other], timeout=0.5)
    await other
    async with database.transaction() as session:
        assert await tenancy.path(session, unit) == sorted([top, middle, unit])


async def test_an_agency_is_found_by_either_code(reports_app: FastAPI) -> None:
    database: Database = reports_app.state.database
    name = secrets.token_hex(6).upper()
    one, other = f"A{name}", f"B{name}"
    async with database.transaction() as session:
        await tenancy.store(
            session, [agency(one, official_code=f"H{name}"), agency(other, official_code=one)]
        )
        by_code = await tenancy.find(session, one)
        by_official_code = await tenancy.find(session, f"H{name}")
        assert by_code is not None
        assert by_official_code is not None
        assert by_code.code == by_official_code.code == one  # its own code before somebody's official one
        assert by_code.path == [one]
        assert await tenancy.find(session, f"N{name}") is None
