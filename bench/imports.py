"""An import of 100,000 accounts, from upload to effect: `python -m bench.imports [ROWS]`. To reach: three minutes.

The steps are those of the worker, taken one after another in this process, on a PostgreSQL whose commits wait
for the disk.
"""

import asyncio
import csv
import dataclasses
import io
import resource
import sys
import time

from bench.__main__ import line
from deploy.local.config import LocalConfig, temporary_home
from deploy.local.stack import running_stack, server_processes
from services.registry.base import SCHEMA, SESSION_INFO
from services.registry.imports import service, working
from services.registry.imports.reading.__main__ import MEMORY_BYTES
from services.registry.imports.templates import as_xlsx
from services.registry.prepare import prepare
from services.registry.settings import Settings
from shared.auth import Actor
from shared.db import Database
from shared.versions import ANY_VERSION
from tests.support.servers import settings_values

COMMUNE, LIMIT_SECONDS = "T82.X30169", 180
ACTOR = Actor("https://bench", "officer", "T82", frozenset({"officer"}))
WAITING = {"uploaded": "read", "checking": "checked", "applying": "applied"}


def rows(count: int, prefix: str) -> list[list[str]]:
    """A table of accounts of one commune."""
    header = ["Mã cơ quan", "Liên kết", "Tên hiển thị", "Ngôn ngữ", "Ghi chú"]
    made = (
        [COMMUNE, f"https://www.facebook.com/{prefix}{at:06}", f"Trang số {at} của xã Lấp Vò", "vi", ""]
        for at in range(count)
    )
    return [header, *made]


def as_csv(table: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue().encode()


async def measure(database: Database, name: str, content: bytes, count: int) -> None:
    """Send, check and apply one file, and print how long each took."""
    spent = dict.fromkeys(WAITING, 0.0)
    began, busy = time.perf_counter(), time.process_time()
    async with database.transaction() as session:
        made, _ = await service.upload(session, ACTOR, "accounts", content, agency_code=None, named=())
    while True:
        async with database.transaction() as session:
            found = await service.read(session, ACTOR, made.id)
            if found.state == "checked":
                found = await service.apply(session, ACTOR, made.id, "all", ANY_VERSION)
        if found.state not in WAITING:
            break
        step = time.perf_counter()
        await working.step(database)
        spent[found.state] += time.perf_counter() - step
    total, busy = time.perf_counter() - began, time.process_time() - busy
    assert (found.state, found.applied) == ("applied", count), (found.state, found.refusal, found.bad)
    for state, seconds in spent.items():
        line(f"  {WAITING[state]}", f"{seconds:.1f} s, {count / seconds:.0f} rows/s", "")
    line("  processor time of this process", f"{busy:.1f} s", "")
    line(f"{name}: {count} rows in all", f"{total:.1f} s, {count / total:.0f} rows/s", f"≤ {LIMIT_SECONDS} s")


async def main(count: int) -> None:
    """Import a CSV, then as many others as a workbook."""
    with temporary_home() as home:
        config = dataclasses.replace(LocalConfig.on_free_ports(home), durable=True)
        async with running_stack(config, server_processes):
            settings = Settings(**settings_values(config, SCHEMA))
            await prepare(settings)
            database = Database(settings, SCHEMA, SESSION_INFO)
            await measure(database, "CSV", as_csv(rows(count, "bench.one.")), count)
            await measure(database, "XLSX", as_xlsx(rows(count, "bench.two.")), count)
            await database.close()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            line("peak memory, the files themselves included", f"{peak:.0f} MB", "")
            line("memory that the reading process may take", f"{MEMORY_BYTES // 1024**2} MB", "")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
