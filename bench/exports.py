"""`python -m bench.exports [accounts]`: the directory at 100,000 accounts, each kind of export in a process of its own.

Peak RSS is that of the API's process; "at rest" is the same process after an export of nothing.
"""

import asyncio
import itertools
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg

from bench.__main__ import line
from deploy.local import postgres
from deploy.local.config import DATABASE, LocalConfig, temporary_home
from deploy.local.stack import running_stack, server_processes
from services.registry.main import build
from services.registry.prepare import prepare
from services.registry.settings import Settings
from shared.db import new_id
from shared.search import fold
from tests.support.servers import settings_values

ACCOUNTS = 100_000
FORMS = ("csv", "jsonl", "xlsx")
PLATFORMS = ("facebook", "youtube", "tiktok", "zalo", "x")
WHO = ("Công an", "Ủy ban nhân dân", "Trường Tiểu học", "Trạm Y tế", "Đoàn Thanh niên", "Hội Nông dân")
PAGES: dict[str, dict[str, Any]] = {
    "first page by name": {},
    "newest": {"sort": "newest"},
    "by agency": {"sort": "agency"},
    "search, a rare name": {"q": "lap vo cong an"},
    "search, words that all have": {"q": "xa"},
    "a province and below, by name": {"agency_code": "T82", "include_below": "true"},
    "a commune": {"agency_code": "T82.X30169"},
    "platform and language": {"platform": "zalo", "language": "en"},
    "a language that none has": {"language": "km"},
    "a platform that none has": {"platform": "mastodon"},
    "suspended ones": {"status": "suspended"},
    "former ones": {"status": "retired"},
    "area": {"area_code": "30169"},
    "of a day": {"at": "2026-01-20"},
    "of a day, a commune": {"at": "2026-01-20", "agency_code": "T82.X30169"},
    "of a day, search": {"at": "2026-01-20", "q": "lap vo"},
}
ROUNDS = 9


async def fill(config: LocalConfig, accounts: int) -> None:
    """Accounts of the communes in force; one in twenty is former, each has two versions."""
    connection = await asyncpg.connect(postgres.dsn(config, database=DATABASE))
    chance = random.Random(7)
    try:
        await connection.execute("SET search_path TO registry")
        communes = await connection.fetch(
            "SELECT code, short_name FROM agencies WHERE level = 'commune' AND valid_to IS NULL ORDER BY code"
        )
        start = datetime(2026, 1, 1, tzinfo=UTC)
        now: list[tuple[Any, ...]] = []
        past: list[tuple[Any, ...]] = []
        held: list[tuple[Any, ...]] = []
        for number, commune in zip(range(accounts), itertools.cycle(communes), strict=False):
            account, platform, handle = new_id(), chance.choice(PLATFORMS), f"page{number}"
            name = f"{chance.choice(WHO)} {commune['short_name'].removeprefix('UBND ')}"
            state, reason = ("retired", "no_longer_held") if number % 20 == 0 else ("active", None)
            at, folded = start + timedelta(minutes=number), f"{fold(name)} / {handle}"
            shown = (commune["code"], "agency", platform, handle, f"https://{platform}.com/{handle}", name)
            said = (["vi", "en"] if number % 10 == 0 else ["vi"], folded)
            identity = f"{platform}:@{handle}"
            signed = ("iss", "a", "iss", "b")
            now.append((account, *shown, *said, identity, state, reason, *signed, 2, at, at))
            past.append((account, 1, at - timedelta(days=9), "approve", *shown, *said, "active", None))
            past.append((account, 2, at, "change", *shown, *said, state, reason))
            held.append((identity, account, at, at if reason else None))
        columns = ["agency_code", "kind", "platform", "handle", "url", "display_name", "languages", "folded"]
        signers = ["submitter_issuer", "submitter_subject", "approver_issuer", "approver_subject"]
        await connection.copy_records_to_table(
            "accounts",
            records=now,
            columns=[
                "id",
                *columns,
                "identity",
                "state",
                "reason",
                *signers,
                "version",
                "created_at",
                "updated_at",
            ],
        )
        await connection.copy_records_to_table(
            "account_history",
            records=past,
            columns=["account_id", "version", "at", "action", *columns, "state", "reason"],
        )
        await connection.copy_records_to_table(
            "identities", records=held, columns=["identity", "account_id", "held_from", "released_at"]
        )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def ask(app: Any, path: str, query: dict[str, Any], took: Callable[[bytes], object]) -> int:
    """The status of an answer, whose content goes to `took` piece by piece."""
    status = 0
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(query).encode(),
        "headers": [],
        "client": ("127.0.0.1", 1),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)
        took(message.get("body", b""))

    await app(scope, receive, send)
    return status


def peak_megabytes() -> float:
    """The most memory this process ever held (Linux); `getrusage` would count its parent's, too."""
    status = Path("/proc/self/status").read_text()
    return next(int(each.split()[1]) for each in status.splitlines() if each.startswith("VmHWM")) / 1024


async def child(form: str, config: LocalConfig) -> None:
    """Make one export, or ask for pages, in this process; prints the figures."""
    app = build(Settings(**settings_values(config, "registry")))
    async with app.router.lifespan_context(app):
        # Until the verification index is loaded no replica gets requests.
        while await ask(app, "/readyz", {}, len) != 200:
            await asyncio.sleep(0.1)
        if form == "pages":
            for name, query in PAGES.items():
                times = []
                for _ in range(ROUNDS):
                    began = time.perf_counter()
                    assert await ask(app, "/v1/directory", query, len) == 200
                    times.append((time.perf_counter() - began) * 1e3)
                print(f"{name}\t{statistics.median(times[1:]):.1f}\t{max(times[1:]):.1f}")
            return
        sizes: list[int] = []
        assert await ask(app, f"/v1/directory.{form}", {"q": "zqx"}, len) == 200
        rest = peak_megabytes()
        began = time.perf_counter()
        assert await ask(app, f"/v1/directory.{form}", {}, lambda body: sizes.append(len(body))) == 200
        seconds = time.perf_counter() - began
        print(f"{seconds:.1f}\t{sum(sizes) / 1e6:.1f}\t{rest:.0f}\t{peak_megabytes():.0f}")


def run_child(form: str, config: LocalConfig) -> list[list[str]]:
    """The figures that a child prints, by lines."""
    done = subprocess.run(  # noqa: S603 - this module
        [sys.executable, "-m", "bench.exports", "--child", form],
        env=config.environment() | {"PYTHONPATH": ".", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [each.split("\t") for each in done.stdout.splitlines() if each.count("\t") > 1]


async def main(accounts: int) -> None:
    """Everything, on servers of its own."""
    with temporary_home() as home:
        config = LocalConfig.on_free_ports(home)
        async with running_stack(config, server_processes):
            await prepare(Settings(**settings_values(config, "registry")))
            await fill(config, accounts)
            for name, median, worst in await asyncio.to_thread(run_child, "pages", config):
                line(f"directory of {accounts:,}: {name}", f"{median} ms, at most {worst} ms", "")
            for form in FORMS:
                ((seconds, size, rest, peak),) = await asyncio.to_thread(run_child, form, config)
                figures = f"{seconds} s, {size} MB, RSS {rest} → {peak} MB"
                line(f"export, {accounts:,} accounts: {form}", figures, "at most 64 MB more")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        asyncio.run(child(sys.argv[2], LocalConfig.from_environment()))
    else:
        asyncio.run(main(int(sys.argv[1]) if sys.argv[1:] else ACCOUNTS))
