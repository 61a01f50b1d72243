"""docs/integrating.md: what it shows works as it stands, against the real stack."""

import asyncio
import json
import re
import secrets
import shutil
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from deploy.local.config import PROJECT, SERVICES
from deploy.local.stack import RunningStack
from tests.support.documents import blocks, functions
from tests.support.eventually import eventually
from tests.support.importing import accounts_csv
from tests.support.reports import impersonation
from tests.support.staff import Staff
from tests.support.tenant import Tenant

INTEGRATING = PROJECT / "docs" / "integrating.md"
DOCUMENTED = {"registry": 8001, "reports": 8002, "notifications": 8003}
INVENTED = {"/v1/track": "404", "/v1/subscriptions": "2..|422"}
"""Answers to what a document can only invent: a tracking code, and a receiver, which may have no address."""


def token(tenant: Tenant, role: str) -> str:
    return tenant.auth(tenant.commune, role)["Authorization"].removeprefix("Bearer ")


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl here")
async def test_every_command_is_answered(stack: RunningStack, tenant: Tenant, tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_bytes(accounts_csv(tenant.commune))
    (tmp_path / "report.json").write_text(json.dumps(impersonation(tenant.commune)))
    tokens = {name: token(tenant, role) for name, role in (("TOKEN", "officer"), ("ADMIN", "admin"))}
    commands = [block for block in blocks(INTEGRATING, "sh") if block.startswith("curl ")]
    assert len(commands) >= 10
    for block in commands:
        command = block
        for service in SERVICES:
            command = command.replace(f"http://127.0.0.1:{DOCUMENTED[service]}", stack.url(service))
        shell = f"curl() {{ command curl -sS -w '\\n%{{http_code}}\\n' \"$@\"; }}\n{command}"
        process = await asyncio.create_subprocess_exec(
            "bash", "-euc", shell, cwd=tmp_path, env=tokens, stdout=asyncio.subprocess.PIPE
        )
        told = (await process.communicate())[0].decode()
        statuses = re.findall(r"^(\d{3})$", told, re.MULTILINE)
        assert len(statuses) == block.count("curl "), told
        expected = next((status for path, status in INVENTED.items() if path in block), "2..")
        assert all(re.fullmatch(expected, status) for status in statuses), told


async def test_links_are_verified_and_accounts_found(stack: RunningStack, staff: Staff) -> None:
    account, shown = await staff.active(), functions(INTEGRATING)
    base = stack.url("registry")

    async def is_official() -> bool:
        answers = await asyncio.to_thread(shown["verify"], base, [account["url"], "https://example.vn"])
        return [answer["verdict"] for answer in answers] == ["official", "unknown"]

    await eventually(is_official)
    found = await asyncio.to_thread(lambda: [*shown["search"](base, agency_code=staff.agency, limit=1)])
    assert account["id"] in {each["id"] for each in found}
    assert await asyncio.to_thread(lambda: [*shown["search"](base, q=secrets.token_hex(12))]) == []


async def test_a_table_is_imported(stack: RunningStack, tenant: Tenant) -> None:
    import_table, base = functions(INTEGRATING)["import_table"], stack.url("registry")
    officer = token(tenant, "officer")
    done = await asyncio.to_thread(import_table, base, officer, accounts_csv(tenant.commune, 3))
    assert (done["state"], done["rows"]["applied"]) == ("applied", 3)
    refused = await asyncio.to_thread(import_table, base, officer, accounts_csv("T82.NOBODY"))
    assert (refused["state"], refused["rows"]["bad"]) == ("checked", 1)


async def test_the_changefeed_is_followed(stack: RunningStack, staff: Staff) -> None:
    account = await staff.active()

    def until_active() -> list[dict[str, Any]]:
        feed = functions(INTEGRATING)["follow"](stack.url("registry"), token(staff.tenant, "officer"), 0)
        wanted = ("registry.account.activated.v1", account["id"])
        return [*takewhile(lambda event: (event["type"], event["subject"]) != wanted, feed)]

    async with asyncio.timeout(20):
        before = await asyncio.to_thread(until_active)
    assert [event["sequence"] for event in before] == sorted({event["sequence"] for event in before})
