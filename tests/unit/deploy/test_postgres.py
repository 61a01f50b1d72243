"""The embedded PostgreSQL."""

import os
import shutil
import stat
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from deploy.local import postgres
from deploy.local.child import run_as
from deploy.local.config import DATABASE, SERVICES, LocalConfig, temporary_home
from deploy.local.stack import RunningStack, running_stack, server_processes

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="PostgreSQL runs as another user only for root")


@asynccontextmanager
async def connection(
    config: LocalConfig, user: str = postgres.SUPERUSER, database: str = DATABASE
) -> AsyncIterator[asyncpg.Connection]:
    connected = await asyncpg.connect(postgres.dsn(config, user, database))
    try:
        yield connected
    finally:
        await connected.close()


async def test_data_survive_stop_and_kill(home: Path) -> None:
    config = LocalConfig.on_free_ports(home)
    async with running_stack(config, server_processes) as stack:
        async with connection(config, "registry") as registry:
            await registry.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('stopped')")
            await registry.execute("INSERT INTO kept VALUES ('killed')")
        await stack.kill("postgres")
        await stack.wait_ready("postgres")
    async with running_stack(config, server_processes), connection(config, "registry") as registry:
        assert {row["word"] for row in await registry.fetch("SELECT word FROM kept")} == {"stopped", "killed"}


async def test_each_service_has_a_role_and_a_schema(servers: RunningStack) -> None:
    for service in SERVICES:
        async with connection(servers.config, service) as connected:
            assert await connected.fetchval("SELECT current_schema()") == service
            assert await connected.fetchval("SHOW statement_timeout") == "15s"
            assert await connected.fetchval("SHOW lock_timeout") == "5s"
            assert await connected.fetchval("SHOW timezone") == "UTC"
            await connected.execute("CREATE TABLE own (id int); DROP TABLE own")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE reports.intruder (id int)",
        "CREATE TABLE public.intruder (id int)",
        "CREATE SCHEMA intruder",
        "CREATE DATABASE intruder",
        "SET ROLE reports",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
async def test_a_service_stays_in_its_schema(servers: RunningStack, statement: str) -> None:
    async with connection(servers.config, "registry") as registry:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await registry.execute(statement)


async def test_a_service_enters_no_other_database(servers: RunningStack) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with connection(servers.config, "registry", "postgres"):
            pytest.fail("it was let in")


async def test_a_password_is_needed(servers: RunningStack) -> None:
    address = postgres.dsn(servers.config).replace(":p", ":x", 1)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(address)


async def test_refused_values_stay_out_of_the_log(servers: RunningStack) -> None:
    async with connection(servers.config, "registry") as registry:
        await registry.execute("CREATE TEMPORARY TABLE told (word text PRIMARY KEY)")
        for _ in range(2):
            try:
                await registry.execute("INSERT INTO told VALUES ($1)", "in-confidence")
            except asyncpg.UniqueViolationError:
                break
        else:
            pytest.fail("the second row was taken")
    log = (servers.config.home / "logs" / "postgres.log").read_text()
    assert "duplicate key value" in log
    assert "in-confidence" not in log


async def test_nothing_is_reachable_but_loopback(servers: RunningStack) -> None:
    async with connection(servers.config) as superuser:
        assert await superuser.fetchval("SHOW listen_addresses") == "127.0.0.1"
        assert await superuser.fetchval("SHOW unix_socket_directories") == ""


async def test_an_interrupted_initialisation_is_begun_again(home: Path) -> None:
    config = LocalConfig.on_free_ports(home)
    unfinished = home / "postgres" / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    if os.geteuid() == 0:
        shutil.chown(home / "postgres", "nobody")
    async with running_stack(config, server_processes), connection(config) as superuser:
        assert await superuser.fetchval("SELECT 1") == 1
    assert sorted(path.name for path in (home / "postgres").iterdir()) == ["data"]


@AS_ROOT
async def test_a_private_home_is_left_for_a_place_that_the_server_can_reach() -> None:
    with temporary_home() as outer:
        home = outer / "home"
        outer.chmod(0o700)
        config = LocalConfig.on_free_ports(home)
        async with running_stack(config, server_processes):
            pass
        elsewhere = (home / "postgres").resolve()
        try:
            assert home.resolve() not in elsewhere.parents
            assert elsewhere.stat().st_mode & 0o777 == 0o700
            async with running_stack(config, server_processes), connection(config) as superuser:
                assert Path(await superuser.fetchval("SHOW data_directory")) == elsewhere / "data"
        finally:
            shutil.rmtree(elsewhere)


@AS_ROOT
def test_programs_in_a_private_place_are_copied_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    public = home / "public"
    public.mkdir(mode=0o755)
    monkeypatch.setattr(postgres, "_persistent_directory", lambda: public)
    monkeypatch.setattr(postgres, "_open_to_all", lambda _: False)
    program = Path(postgres._binary("initdb"))  # noqa: SLF001 - the installed wheel cannot be made private
    again = Path(postgres._binary("initdb"))  # noqa: SLF001
    assert program == again
    assert len(list(public.iterdir())) == 1
    assert program.is_relative_to(public)
    assert not program.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    output = subprocess.run(  # noqa: S603 - its path was made above
        [program, "--version"], capture_output=True, check=True, cwd="/", **run_as("nobody")
    )
    assert b"18." in output.stdout
