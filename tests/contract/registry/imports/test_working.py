"""The worker dies, meets others, stumbles and is told to stop: nothing is done twice, and nothing is lost."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.registry.imports import queries, working
from services.registry.imports.agencies_meant import Within
from services.registry.imports.tables import Import, ImportFile
from shared.db import Database
from shared.tasks import stop
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.eventually import eventually
from tests.support.importing import HEADER, Desk, accounts_csv, counts, page
from tests.support.tenant import Tenant


async def test_a_worker_may_die_at_any_point(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is undone as a whole, and the next worker takes it again."""
    monkeypatch.setattr(working, "BATCH", 2)
    made = ok(await desk.send(accounts_csv(tenant.commune, 5)), 201)
    for until, action in (("checked", "apply"), ("applied", None)):
        while True:
            await dies(desk.database)
            found = ok(await desk.client.get(f"/v1/imports/{made['id']}", headers=desk.headers))
            if found["state"] == until:
                break
            await working.step(desk.database)
        if action:
            ok(await desk.act(made, action))
    assert counts(found) == {"total": 5, "checked": 5, "good": 5, "applied": 5}
    assert len(await desk.accounts(tenant.commune)) == 5
    assert (
        await acts(desk.database, tenant.commune)
        == [("accounts.create", f"{tenant.province}:officer", 1)] * 5
    )


async def test_several_workers_share_the_work_and_do_nothing_twice(
    desk: Desk, tenant: Tenant, settings_for: SettingsFor
) -> None:
    settings = settings_for("registry")
    workers = [asyncio.create_task(working.imports(desk.database, settings)) for _ in range(3)]  # type: ignore[arg-type]
    try:
        made = [ok(await desk.send(accounts_csv(tenant.commune, 30)), 201) for _ in range(3)]

        async def all_are(state: str) -> bool:
            found = ok(await desk.client.get("/v1/imports", headers=desk.headers))["items"]
            return len(found) == len(made) and {each["state"] for each in found} == {state}

        await eventually(lambda: all_are("checked"), seconds=60)
        for each in made:
            ok(await desk.act(each, "apply"))
        await eventually(lambda: all_are("applied"), seconds=60)
    finally:
        await stop(*workers)
    assert len(await desk.accounts(tenant.commune)) == 90
    assert len(await acts(desk.database, tenant.commune)) == 90


async def test_over_what_the_service_stumbles_is_given_up(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumbles(*_: Any) -> None:
        raise RuntimeError

    made = ok(await desk.send(accounts_csv(tenant.commune)), 201)
    monkeypatch.setattr(working, "_STEPS", dict.fromkeys(("uploaded", "checking", "applying"), stumbles))
    found = await desk.settled(made)
    assert (found["state"], found["refusal"]["code"]) == ("refused", "internal")


async def test_only_that_is_given_up_over_which_it_stumbled_again_and_again(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where several workers are at it, one's next look can be at another import."""
    poison, good = [ok(await desk.send(accounts_csv(tenant.commune)), 201) for _ in range(2)]
    turns = iter([poison, poison, good, poison])

    async def claim(session: AsyncSession) -> Import | None:
        return await session.get(Import, UUID(next(turns)["id"]))

    async def stumbles(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(queries, "claim", claim)
    monkeypatch.setattr(working, "_STEPS", {"uploaded": stumbles})
    assert await working.step(desk.database)
    found = ok(await desk.client.get("/v1/imports", headers=desk.headers))["items"]
    assert {each["id"]: each["state"] for each in found} == {poison["id"]: "refused", good["id"]: "uploaded"}
    ok(await desk.act(good, "cancel"))


async def test_what_was_cancelled_meanwhile_is_not_given_up(desk: Desk, tenant: Tenant) -> None:
    made = ok(await desk.send(accounts_csv(tenant.commune)), 201)
    ok(await desk.act(made, "cancel"))
    async with desk.database.transaction() as session:
        await queries.give_up(session, UUID(made["id"]), "internal")
    found = ok(await desk.client.get(f"/v1/imports/{made['id']}", headers=desk.headers))
    assert (found["state"], found["refusal"]) == ("cancelled", None)


async def test_cancelling_stops_it_and_the_file_may_come_again(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = accounts_csv(tenant.commune, 4)
    made = ok(await desk.send(content), 201)
    assert ok(await desk.act(made, "cancel"))["state"] == "cancelled"
    async with desk.database.transaction() as session:
        kept = (
            select(func.count()).select_from(ImportFile).where(col(ImportFile.import_id) == UUID(made["id"]))
        )
        assert await session.scalar(kept) == 0
    again = await desk.checked(content)
    assert again["id"] != made["id"]
    monkeypatch.setattr(working, "BATCH", 1)
    ok(await desk.act(again, "apply"))
    while len(await desk.accounts(tenant.commune)) == 0:
        await working.step(desk.database)
    stopped = ok(await desk.act(again, "cancel"))
    assert 0 < stopped["rows"]["applied"] < 4
    assert len(await desk.accounts(tenant.commune)) == stopped["rows"]["applied"]
    problem(await desk.act(again, "cancel"), 409, "illegal-transition")


class Killed(BaseException):
    """What no handler catches."""


async def dies(database: Database) -> None:
    """Take a step up to its end, and be gone before it is committed."""

    class Dying(Database):
        def __init__(self) -> None:
            self.__dict__.update(database.__dict__)

        def transaction(self) -> Any:
            return _broken(database)

    with pytest.raises((Killed, AssertionError)):
        assert await working.step(Dying())


def _broken(database: Database) -> Any:
    from contextlib import asynccontextmanager  # noqa: PLC0415

    @asynccontextmanager
    async def transaction() -> AsyncIterator[Any]:
        async with database.transaction() as session:
            yield session
            raise Killed

    return transaction()


async def test_looking_for_what_may_be_meant_holds_up_nobody(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is slow, and the worker that does it publishes events, too."""
    loop = threading.get_ident()
    searched: list[int] = []
    monkeypatch.setattr(Within, "nearest", lambda *_: searched.append(threading.get_ident()))
    made = await desk.checked([HEADER, (f"{tenant.commune}.NOBODY", page("a.page"), "A", "vi")])
    assert made["rows"]["bad"] == 1
    assert searched
    assert loop not in searched
