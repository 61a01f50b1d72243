"""Names are read by the worker before an index asks for them, and again when they or the rules have changed."""

import secrets
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.registry.verify import queries, texts
from services.registry.verify.filing import read_all
from services.registry.verify.index import Index
from services.registry.verify.live import LiveIndex
from services.registry.verify.rules import fingerprint
from shared.db import Database
from tests.conftest import SettingsFor
from tests.contract.registry.reform import Reform
from tests.support.answers import ok
from tests.support.staff import Staff


async def kept(database: Database, account: dict[str, Any]) -> list[str] | None:
    """The keys that the worker found for an account."""
    async with database.transaction() as session:
        found = await session.scalar(
            text("SELECT keys FROM registry.account_keys WHERE owner = :id"), {"id": UUID(account["id"])}
        )
    return None if found is None else str(found).split()


async def write(database: Database, account: dict[str, Any], keys: str) -> None:
    """Have other keys in the table than anybody would find: what has them was not read again."""
    async with database.transaction() as session:
        await session.execute(
            text("UPDATE registry.account_keys SET keys = :keys WHERE owner = :id"),
            {"id": UUID(account["id"]), "keys": keys},
        )


async def loaded(settings_for: SettingsFor) -> Index:
    """The index of a process that has just started."""
    settings = settings_for("registry")
    async with LiveIndex(settings) as live:  # type: ignore[arg-type]
        return await live.current()


async def test_an_index_takes_what_the_worker_has_read(
    staff: Staff, registry_database: Database, settings_for: SettingsFor
) -> None:
    account = await staff.active()
    assert await kept(registry_database, account) is None
    assert await read_all(registry_database) > 0
    keys = await kept(registry_database, account)
    assert keys
    assert keys == sorted(set(keys))
    index = await loaded(settings_for)
    assert {str(each.id) for key in keys if (each := index.first(key))} == {account["id"]}

    assert await read_all(registry_database) == 0
    await write(registry_database, account, keys=f"sentinel{account['id']}")
    index = await loaded(settings_for)
    assert index.first(f"sentinel{account['id']}") is not None
    assert all(index.first(key) is None for key in keys)


async def test_a_name_that_changed_is_read_again(
    staff: Staff, registry_database: Database, settings_for: SettingsFor
) -> None:
    account = await staff.renamed()
    await read_all(registry_database)
    before = await kept(registry_database, account)
    assert before
    await write(registry_database, account, keys=f"sentinel{account['id']}")
    ok(await staff.act(account, "rename/approve"))

    index = await loaded(settings_for)  # before the worker comes
    assert index.first(f"sentinel{account['id']}") is None
    assert await read_all(registry_database) > 0
    after = await kept(registry_database, account)
    assert after
    assert after != before
    assert all(index.first(key) is not None for key in after)


async def test_what_other_rules_have_read_does_not_count(
    staff: Staff, registry_database: Database, settings_for: SettingsFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await staff.active()
    await read_all(registry_database)
    await write(registry_database, account, keys=f"sentinel{account['id']}")
    monkeypatch.setattr(queries, "fingerprint", lambda: "0" * len(fingerprint()))
    assert (await loaded(settings_for)).first(f"sentinel{account['id']}") is None
    assert await read_all(registry_database) > 0
    keys = await kept(registry_database, account)
    assert keys
    assert f"sentinel{account['id']}" not in keys


async def test_only_what_can_be_imitated_is_read(staff: Staff, registry_database: Database) -> None:
    submitted, retired = await staff.submitted(), await staff.active()
    ok(await staff.act(retired, "retire", json={"reason": "no_longer_held"}))
    await read_all(registry_database)
    assert await kept(registry_database, submitted) is None
    assert await kept(registry_database, retired) is None


async def test_names_of_agencies_are_read_ahead_too(
    reform: Reform, staff: Staff, registry_database: Database, settings_for: SettingsFor
) -> None:
    (code,) = await reform.enter("ONE")
    account = await replace(staff, agency=code).active()
    await read_all(registry_database)
    sentinel = f"sentinel{account['id']}"
    async with registry_database.transaction() as session:
        await session.execute(
            text("UPDATE registry.agency_keys SET keys = :keys WHERE owner = :code"),
            {"keys": sentinel, "code": code},
        )
    known = (await loaded(settings_for)).first(sentinel)
    assert known is not None
    assert str(known.id) == account["id"]

    name = f"Viện {secrets.token_hex(6)}"
    await reform.approve("rename", [code], name=name, days=0)
    assert (await loaded(settings_for)).first(sentinel) is None
    assert await read_all(registry_database) > 0
    async with registry_database.transaction() as session:
        keys = await session.scalar(
            text("SELECT keys FROM registry.agency_keys WHERE owner = :code"), {"code": code}
        )
    assert texts.name(name).skeleton in str(keys).split()
    renamed = (await loaded(settings_for)).first(texts.name(name).skeleton)
    assert renamed is not None
    assert str(renamed.id) == account["id"]
