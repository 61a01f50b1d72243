"""Verification over HTTP: how long the index takes to load, and answers a second beside an empty route."""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle, islice

import aiohttp
import asyncpg
import uvloop

from bench.verify import accounts, questions
from deploy.local import postgres
from deploy.local.config import DATABASE, LocalConfig, service_environment, temporary_home
from deploy.local.readiness import answers_ok
from deploy.local.stack import running_stack, server_processes
from services.registry.accounts.changes import folded
from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.prepare import prepare
from services.registry.settings import Settings
from services.registry.verify.filing import read_all
from services.registry.verify.live import LiveIndex
from services.registry.verify.places import gazetteer
from shared.db import Database
from shared.problems import Unavailable

ACCOUNTS = 100_000
ROUNDS, SECONDS, CONCURRENCY = 5, 2.0, 16
STARTS = 5
ANALYZE = "ANALYZE registry.accounts, registry.identities, registry.account_keys, registry.agency_keys"
"""What PostgreSQL does by itself within a minute."""
Ask = Callable[[], Awaitable[aiohttp.ClientResponse]]


async def measure() -> None:
    """On a stack of its own with 100,000 accounts; medians of interleaved rounds."""
    with temporary_home() as home:
        config = LocalConfig.on_free_ports(home)
        async with running_stack(config, server_processes):
            variables = {
                name.lower(): value for name, value in service_environment(config, "registry").items()
            }
            settings = Settings(**variables)  # type: ignore[arg-type]
            await prepare(settings)
            await enter(config)
            # On the loop that the services run on; it could not have started the stack.
            await asyncio.to_thread(uvloop.run, starts(config, settings))
            rates = await answers(config)
    for route, what in (("get", "GET of one"), ("post", "POST of one")):
        share = rates[route] / rates[f"empty {route}"]
        print(f"verify over HTTP, {what}: {rates[route]:.0f}/s, {share:.0%} of an empty route (≥ 75 %)")


async def enter(config: LocalConfig) -> None:
    """Put the accounts into the database."""
    moment = datetime.now(UTC)
    columns = (
        "id agency_code kind platform handle platform_id identity url display_name languages state submitter_issuer "
        "submitter_subject approver_issuer approver_subject version created_at updated_at folded"
    )
    entered = list(islice(accounts(), ACCOUNTS))
    records = (
        (
            *(
                row.id,
                row.agency_code,
                "agency",
                row.platform,
                row.handle,
                row.platform_id,
                row.identity,
                row.url,
            ),
            *(row.display_name, ["vi"], "active", "bench", "one", "bench", "two", 1, moment, moment),
            folded(row.display_name, row.handle),
        )
        for row in entered
    )
    held = ((row.identity, row.id, moment) for row in entered)
    connection = await asyncpg.connect(postgres.dsn(config, database=DATABASE))
    try:
        await connection.copy_records_to_table(
            "accounts", schema_name="registry", columns=columns.split(), records=records
        )
        await connection.copy_records_to_table(
            "identities",
            schema_name="registry",
            columns=["identity", "account_id", "held_from"],
            records=held,
        )
        await connection.execute(ANALYZE)
    finally:
        await connection.close()


async def starts(config: LocalConfig, settings: Settings) -> None:
    """How long a process takes to start, before and after the worker has read the names."""
    await load(settings, "none of their names read before")
    await read(config, settings)
    await load(settings, "their names read by the worker")


async def read(config: LocalConfig, settings: Settings) -> None:
    """Do what the worker does every minute."""
    database = Database(settings, SCHEMA, SESSION_INFO)
    began = time.perf_counter()
    read = await read_all(database)
    print(f"reading {read:,} names ahead: {time.perf_counter() - began:.1f} s in the worker")
    await database.close()
    connection = await asyncpg.connect(postgres.dsn(config, database=DATABASE))
    await connection.execute(ANALYZE)
    await connection.close()


async def load(settings: Settings, how: str) -> None:
    """Load an index from the database, as a process does when it starts: the median of a few times."""
    gazetteer()
    took, spent = [], []
    for _ in range(STARTS):
        began, worked = time.perf_counter(), time.process_time()
        async with LiveIndex(settings) as live:
            await loaded(live)
            took.append(time.perf_counter() - began)
            spent.append(time.process_time() - worked)
    print(
        f"loading {ACCOUNTS:,} accounts from the database, {how}: {statistics.median(took):.1f} s "
        f"({min(took):.1f} to {max(took):.1f}), {statistics.median(spent):.1f} s of this process's (≤ 2)"
    )


async def loaded(live: LiveIndex) -> None:
    """Wait until an index is loaded."""
    while True:
        with suppress(Unavailable):
            await live.current()
            return


async def answers(config: LocalConfig) -> dict[str, float]:
    """Answers a second of each route."""
    port = config.ports["registry"]
    environment = {
        **service_environment(config, "registry"),
        "HTTP_PORT": str(port),
        "PUBLIC_REQUESTS_PER_MINUTE": "100000000",
    }
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.registry_app", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        while not await answers_ok(port):
            await asyncio.sleep(0.1)
        base = f"http://127.0.0.1:{port}"
        links = cycle([link for _, link in questions(list(islice(accounts(), 20_000)))])
        async with aiohttp.ClientSession() as client:
            routes: dict[str, Ask] = {
                "empty get": lambda: client.get(f"{base}/bench/empty"),
                "get": lambda: client.get(f"{base}/v1/verify", params={"url": next(links)}),
                "empty post": lambda: client.post(f"{base}/bench/empty", json={}),
                "post": lambda: client.post(f"{base}/v1/verify", json={"items": [{"url": next(links)}]}),
            }
            for ask in routes.values():
                await rate(ask, 0.5)
            rounds = [{name: await rate(ask, SECONDS) for name, ask in routes.items()} for _ in range(ROUNDS)]
    finally:
        server.terminate()
        await server.wait()
    return {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}


async def rate(ask: Ask, seconds: float) -> float:
    """Answers a second, so many requests under way at any time; each must be good."""
    began = time.perf_counter()
    done = 0

    async def worker() -> None:
        nonlocal done
        while time.perf_counter() < began + seconds:
            answer = await ask()
            await answer.read()
            assert answer.status == 200, answer.status
            done += 1

    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
    return done / (time.perf_counter() - began)
