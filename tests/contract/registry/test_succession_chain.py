"""What a succession changes is right in the other services too, over the real bus."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from fastapi import FastAPI

from shared import tenancy
from shared.agency_projection import agency_projection
from shared.db import Database
from shared.messaging.bus import Consumer, connect
from shared.messaging.relay import Relay
from shared.messaging.streams import fact_stream, state_stream
from shared.tasks import stop
from tests.conftest import SettingsFor
from tests.contract.registry.reform import Reform
from tests.support.answers import ok
from tests.support.eventually import eventually


@pytest.fixture
async def reports_database(reports_app: FastAPI, settings_for: SettingsFor) -> AsyncIterator[Database]:
    """The copy of the tree that reports keeps, fed by the registry's relay for the length of the test."""
    database: Database = reports_app.state.database
    publisher, reader = settings_for("registry"), settings_for("reports")
    async with connect(publisher, "test") as ours, connect(reader, "test") as theirs:
        streams = (fact_stream("registry", publisher), state_stream("registry", publisher))
        relay = Relay(publisher, "registry", ours.jetstream(), streams)
        work = replace(agency_projection("reports"), durable=f"reports-agencies-{uuid4().hex[:8]}")
        relaying = asyncio.create_task(relay.run())
        await relay.caught_up.wait()
        consuming = asyncio.create_task(Consumer(theirs.jetstream(), theirs, database, work).run())
        try:
            yield database
        finally:
            await stop(consuming, relaying)
            await theirs.jetstream().delete_consumer(work.stream, work.durable)


async def test_others_reach_what_they_take_over(reform: Reform, reports_database: Database) -> None:
    headers = reform.tenant.auth(reform.tenant.province, "admin")
    codes = []
    for suffix in ("A", "B"):
        body = {
            "parent_code": reform.tenant.province,
            "suffix": suffix,
            "name": f"Ủy ban nhân dân xã {suffix}",
            "level": "commune",
            "organisation_type": "peoples_committee",
            "valid_from": "2025-07-01",
        }
        answer = await reform.client.post("/v1/agencies", json=body, headers=headers)
        codes.append(ok(answer, 201)["code"])
    old, new = codes

    async def reached(ancestor: str, descendant: str) -> bool:
        async with reports_database.transaction() as session:
            return await tenancy.reaches(session, ancestor, descendant)

    await eventually(lambda: reached(reform.tenant.province, new))
    assert not await reached(new, old)
    await reform.approve("merge", [old], [new], days=0)
    await eventually(lambda: reached(new, old))
    async with reports_database.transaction() as session:
        assert await tenancy.path(session, old) == sorted([old, new, reform.tenant.province])
