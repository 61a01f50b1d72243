"""The index behind verification: on every replica what the database holds, or silent (ADR 33)."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from deploy.local import postgres
from deploy.local.config import LocalConfig
from services.registry.settings import Settings
from services.registry.verify.live import LiveIndex
from services.registry.verify.service import verify
from shared import clock
from shared.problems import Unavailable
from tests.conftest import SettingsFor
from tests.contract.registry.reform import Reform
from tests.support.answers import ok, problem
from tests.support.apps import client_of, running
from tests.support.eventually import eventually
from tests.support.staff import Staff


@pytest.fixture
async def public(registry_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client that waits for nothing, as the public does."""
    async with client_of(registry_app) as client:
        yield client


@asynccontextmanager
async def connected(servers: LocalConfig, database: str) -> AsyncIterator[asyncpg.Connection]:
    """The database, as somebody who repairs it by hand."""
    connection = await asyncpg.connect(postgres.dsn(servers, database=database))
    try:
        yield connection
    finally:
        await connection.close()


async def replica_says(live: LiveIndex, account: dict[str, str], state: str) -> None:
    """Wait until a replica holds the account in this state."""

    async def there() -> bool:
        known = live.require().accounts.find(f"facebook:@{account['handle']}")
        return known is not None and known.state == state

    await eventually(there)


@asynccontextmanager
async def replica(settings_for: SettingsFor, **changes: float) -> AsyncIterator[LiveIndex]:
    """Another process's index, in this one."""
    settings = settings_for("registry").model_copy(update=changes)
    assert isinstance(settings, Settings)
    async with LiveIndex(settings) as live:
        await live.current()
        yield live


async def test_a_change_arrives_by_itself(public: httpx.AsyncClient, staff: Staff) -> None:
    account = await staff.active()

    async def official() -> bool:
        answer = ok(await public.get("/v1/verify", params={"url": account["url"]}))
        return bool(answer["verdict"] == "official")

    await eventually(official)


async def test_every_replica_hears_of_it(staff: Staff, settings_for: SettingsFor) -> None:
    account = await staff.active()
    async with replica(settings_for) as one, replica(settings_for) as other:
        await replica_says(one, account, "active")
        ok(await staff.act(account, "retire", json={"reason": "no_longer_held"}))
        await replica_says(one, account, "retired")
        await replica_says(other, account, "retired")


async def test_a_change_without_any_event_is_found(
    staff: Staff, settings_for: SettingsFor, servers: LocalConfig, database: str
) -> None:
    account = await staff.active()
    async with replica(settings_for) as live, connected(servers, database) as connection:
        await replica_says(live, account, "active")
        # Neither version nor time of the row change, and nobody is told.
        await connection.execute(
            "UPDATE registry.accounts SET state = 'suspended', reason = 'takeover' WHERE id = $1",
            UUID(account["id"]),
        )
        await replica_says(live, account, "suspended")


async def test_a_change_that_commits_late_is_found(
    staff: Staff, settings_for: SettingsFor, servers: LocalConfig, database: str
) -> None:
    first, second = await staff.active(), await staff.active()
    statement = "UPDATE registry.accounts SET state = 'suspended', reason = 'takeover' WHERE id = $1"
    async with (
        replica(settings_for, verify_poll_seconds=0.05) as live,
        connected(servers, database) as slow,
        connected(servers, database) as quick,
    ):
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(statement, UUID(first["id"]))
        await quick.execute(statement, UUID(second["id"]))
        await replica_says(live, second, "suspended")
        await live.refresh()
        await replica_says(live, first, "active")
        await transaction.commit()
        await replica_says(live, first, "suspended")


async def test_clocks_that_disagree_hide_nothing(staff: Staff, settings_for: SettingsFor) -> None:
    async with replica(settings_for) as live:
        for days in (400, -400, 0):
            with clock.shifted(timedelta(days=days)):
                account = await staff.active()
            await replica_says(live, account, "active")


async def test_what_no_trigger_noticed_is_mended(
    staff: Staff, settings_for: SettingsFor, servers: LocalConfig, database: str
) -> None:
    account = await staff.active()
    async with (
        replica(settings_for, verify_reconcile_seconds=0.2) as live,
        connected(servers, database) as connection,
    ):
        await replica_says(live, account, "active")
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
            await connection.execute(
                "UPDATE registry.accounts SET state = 'suspended', reason = 'takeover' WHERE id = $1",
                UUID(account["id"]),
            )
        await replica_says(live, account, "suspended")


async def test_an_index_worn_by_changes_is_loaded_anew(staff: Staff, settings_for: SettingsFor) -> None:
    account = await staff.active()
    async with replica(settings_for, verify_reconcile_seconds=0.2) as live:
        await replica_says(live, account, "active")
        worn = live.require()
        (row,) = [worn.accounts.get(number) for number in worn.accounts.of(UUID(account["id"]))]
        assert row is not None
        for changed_at in range(1200):
            worn.put(row.id, [row._replace(changed_at=changed_at)])

        async def is_new() -> bool:
            return live.require() is not worn

        await eventually(is_new)
        await replica_says(live, account, "active")
        ok(await staff.act(account, "retire", json={"reason": "no_longer_held"}))
        await replica_says(live, account, "retired")


async def test_an_index_that_cannot_be_compared_says_nothing(
    staff: Staff, settings_for: SettingsFor, servers: LocalConfig, database: str
) -> None:
    account = await staff.active()
    async with (
        replica(settings_for, verify_stale_seconds=0.5) as live,
        connected(servers, database) as connection,
    ):
        await replica_says(live, account, "active")
        async with connection.transaction():
            await connection.execute("LOCK registry.account_changes IN ACCESS EXCLUSIVE MODE")

            async def silent() -> bool:
                try:
                    live.require()
                except Unavailable:
                    return True
                return False

            await eventually(silent)

        async def speaking() -> bool:
            return not await silent()

        await eventually(speaking)


async def test_without_an_index_the_process_is_not_ready(settings_for: SettingsFor) -> None:
    settings = settings_for("registry").model_copy(
        update={"database_url": "postgresql://registry@127.0.0.1:1/nowhere"}
    )
    async with running("registry", settings) as app, client_of(app) as client:
        index: LiveIndex = app.state.verification
        with pytest.raises(Unavailable):
            index.require()
        problem(await client.get("/v1/verify", params={"url": "https://x.com/a"}), 503, "unavailable")
        assert (await client.get("/readyz")).status_code == 503


async def test_successors_are_named_as_soon_as_an_agency_has_ended(
    reform: Reform, staff: Staff, settings_for: SettingsFor
) -> None:
    old, new = await reform.enter("OLD", "NEW")
    account = await replace(staff, agency=old).active()
    async with replica(settings_for) as live:
        await replica_says(live, account, "active")
        await reform.approve("merge", [old], [new], days=0)
        await replica_says(live, account, "retired")
        answer = verify(live.require(), account["url"], "vi", live.as_of)
    assert (answer["verdict"], answer["reason"]) == ("former", "agency_ended")
    assert list(answer["successors"]) == [new]


async def test_every_replica_hears_of_an_agency_that_is_renamed(
    reform: Reform, settings_for: SettingsFor
) -> None:
    (code,) = await reform.enter("ONE")
    async with replica(settings_for) as live:
        name = f"Trung tâm {secrets.token_hex(6)}"
        await reform.approve("rename", [code], name=name, days=0)

        async def renamed() -> bool:
            return live.require().agency_name(code) == name

        await eventually(renamed)


async def test_an_agency_that_is_renamed_is_found_by_its_new_name(
    registry: httpx.AsyncClient,
    staff: Staff,
    servers: LocalConfig,
    database: str,
) -> None:
    account = await staff.active()
    name = f"Vien {secrets.token_hex(6)}"
    async with connected(servers, database) as connection:
        await connection.execute(
            "UPDATE registry.agencies SET name = $2, version = version + 1 WHERE code = $1",
            staff.agency,
            name,
        )
    link = f"https://x.com/{name.lower().replace(' ', '_')}"
    answer = ok(await registry.get("/v1/verify", params={"url": link}))
    assert (answer["verdict"], answer["resembles"]["account"]["id"]) == ("resembles", account["id"])
    assert answer["resembles"]["account"]["agency_name"] == name
