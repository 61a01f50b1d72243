"""`make bench`: start time, memory, latencies and throughput of the local stack, beside their limits.

Times are context, for machines differ; the ratios, measured in the same run, are what counts.
"""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from bench import chain, intake, latency, urls
from bench.memory import stack_megabytes
from deploy.local.config import LocalConfig, temporary_home
from deploy.local.stack import RunningStack, running_stack, server_processes
from tests.support.answers import ok
from tests.support.receiver import running_receiver
from tests.support.site import running_site
from tests.support.staff import Staff
from tests.support.tenant import Tenant

COMMUNE = "T82.X30169"


async def started(config: LocalConfig, label: str, limit: float) -> None:
    """Start the stack, say how long it took, and stop it again."""
    began = time.perf_counter()
    async with running_stack(config):
        line(label, f"{time.perf_counter() - began:.1f} s", f"≤ {limit:.0f} s")


def line(what: str, measured: str, limit: str) -> None:
    """One figure beside its limit."""
    print(f"{what:<58}{measured:<40}{limit}", flush=True)


@asynccontextmanager
async def subscribed(stack: RunningStack, tenant: Tenant, *urls: str) -> AsyncIterator[None]:
    """Webhooks for the commune's incidents, for the length of the block."""
    headers = tenant.auth(COMMUNE, "officer")
    body = {"channel": "webhook", "event_types": ["reports.incident.received.v1"]}
    async with httpx.AsyncClient(base_url=stack.url("notifications"), headers=headers) as client:
        made = [ok(await client.post("/v1/subscriptions", json={**body, "url": url}), 201) for url in urls]
        try:
            yield
        finally:
            for subscription in made:
                await client.delete(f"/v1/subscriptions/{subscription['id']}")


async def measure_stack(stack: RunningStack) -> None:
    """Everything that needs all processes."""
    tenant = Tenant(stack.config, "T82", COMMUNE, "T82.X30178", "L87.H875", "T01")
    await asyncio.sleep(10)  # idle means idle
    megabytes = stack_megabytes(stack.pids)
    line("memory, idle, all processes (PSS)", f"{sum(megabytes.values()):.0f} MB", "≤ 900 MB")
    for name, each in megabytes.items():
        print(f"    {name:<24}{each:.0f} MB")

    async with httpx.AsyncClient(base_url=stack.url("registry")) as registry, running_site() as site:
        effects = await latency.commit_to_effect(stack, Staff(registry, tenant, site, COMMUNE))
    line("commit in reports → effect in registry, idle", latency.summary(effects), "p50 ≤ 8, p99 ≤ 25 ms")

    async with running_receiver() as receiver, subscribed(stack, tenant, receiver.url):
        arrivals = await latency.commit_to_webhook(stack, receiver)
    line("commit → webhook received, idle", latency.summary(arrivals), "p50 ≤ 15, p99 ≤ 50 ms")

    async with chain.sink() as (url, taken), subscribed(stack, tenant, *[url] * chain.WEBHOOKS):
        rate = await chain.deliveries_per_second(stack.config, COMMUNE, [COMMUNE, "T82"], taken)
    line(f"whole chain, {chain.EVENTS} events × {chain.WEBHOOKS} webhooks", f"{rate:.0f}/s", "≥ 800/s")


async def measure_intake(config: LocalConfig) -> None:
    """The API process of reports beside PostgreSQL, and nothing else."""
    rates = await intake.measure(config, config.ports["reports"])
    line("empty route, same app, same run", f"{rates['empty']:.0f}/s", "")
    line("one-INSERT route, same app, same run", f"{rates['insert']:.0f}/s", "")
    share = rates["intake"] / rates["insert"]
    line(
        "incident intake, API process alone",
        f"{rates['intake']:.0f}/s, {share:.0%} of one INSERT",
        "≥ 200/s, ≥ 25 %",
    )


def measure_links() -> None:
    """Reading links, in this process."""
    line("reading a link, everyday", f"{urls.everyday_microseconds():.1f} µs", "")
    line("registrable domain of a host", f"{urls.registrable_microseconds():.1f} µs", "")
    line("reading a link, worst of all hostile ones", f"{urls.worst_milliseconds():.2f} ms", "≤ 5 ms")


async def main() -> None:
    """Run everything on a stack of its own, on free ports, with commits that wait for the disk."""
    measure_links()
    with temporary_home() as home:
        config = dataclasses.replace(LocalConfig.on_free_ports(home), durable=True)
        await started(config, "first start, installed", 15)
        await started(config, "later start", 8)
        async with running_stack(config) as stack:
            await measure_stack(stack)
        async with running_stack(config, server_processes):
            await measure_intake(config)


if __name__ == "__main__":
    asyncio.run(main())
