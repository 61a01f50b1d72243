"""Incident intake: the API process alone, beside an empty route and a one-INSERT route."""

import asyncio
import itertools
import statistics
import sys
from functools import partial
from typing import Any

import aiohttp

from bench.load import rate
from deploy.local.config import LocalConfig, service_environment
from deploy.local.readiness import answers_ok

ROUNDS = 5
_serial = itertools.count()


def report() -> dict[str, Any]:
    """A report of a target nobody reported yet."""
    return {
        "harm": "impersonation_agency",
        "targets": [f"https://www.facebook.com/bench.impostor.{next(_serial)}"],
        "agency_code": "T82.X30169",
        "facts": {"claim": "Trang chính thức của xã", "deception": ["asks_money"]},
        "description": "Trang nhắn tin yêu cầu đóng phí làm căn cước, gửi số tài khoản cá nhân.",
        "contact": None,
    }


async def measure(config: LocalConfig, port: int) -> dict[str, float]:
    """Answers a second of the three routes: medians of interleaved rounds."""
    environment = {**service_environment(config, "reports"), "HTTP_PORT": str(port), "LOG_LEVEL": "INFO"}
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.reports_app", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        while not await answers_ok(port):
            await asyncio.sleep(0.1)
        base = f"http://127.0.0.1:{port}"
        async with aiohttp.ClientSession() as client:
            routes = {
                "empty": partial(rate, client, f"{base}/bench/empty", dict),
                "insert": partial(rate, client, f"{base}/bench/insert", dict),
                "intake": partial(rate, client, f"{base}/v1/incidents", report, expected=201),
            }
            for run in routes.values():
                await run(seconds=1.0)
            rounds = [{name: await run() for name, run in routes.items()} for _ in range(ROUNDS)]
    finally:
        server.terminate()
        await server.wait()
    return {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}
