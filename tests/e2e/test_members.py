"""A province whose sign-on knows nothing of agencies, on the real stack: from its first administrator on."""

import asyncio
import os
import sys
from datetime import timedelta
from functools import partial

import httpx

from deploy.local.config import PROJECT, service_environment
from deploy.local.stack import RunningStack
from shared import clock
from tests.support.answers import ok, problem
from tests.support.eventually import eventually
from tests.support.reports import impersonation
from tests.support.tenant import Tenant


async def first_admin(stack: RunningStack, agency: str, subject: str) -> tuple[int | None, str]:
    """How the operator's command ends, and what it complains of."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.registry.first_admin", "--agency", agency, "--subject", subject),
        env={**os.environ, **service_environment(stack.config, "registry")},
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await child.communicate()
    return child.returncode, complaint.decode()


async def test_people_act_for_agencies_without_any_claim_of_theirs(
    stack: RunningStack, tenant: Tenant, registry: httpx.AsyncClient, reports: httpx.AsyncClient
) -> None:
    assert await first_admin(stack, tenant.province, tenant.subject("admin")) == (0, "")
    status, complaint = await first_admin(stack, tenant.province, tenant.subject("another"))
    assert (status, complaint.partition(":")[0]) == (1, "already-member")

    member = {"agency_code": tenant.commune, "subject": tenant.subject("officer"), "roles": ["officer"]}
    made = ok(await registry.post("/v1/memberships", json=member, headers=tenant.bare("admin")), 201)
    today = clock.today()
    stand_in = {
        "subject": tenant.subject("stand-in"),
        "roles": ["officer"],
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=7)).isoformat(),
    }
    path = f"/v1/memberships/{made['id']}"
    ok(await registry.post(f"{path}/delegations", json=stand_in, headers=tenant.bare("officer")), 201)

    async def heard_of(name: str) -> bool:
        return (await reports.get("/v1/incidents", headers=tenant.bare(name))).is_success

    for name in ("officer", "stand-in"):
        await eventually(partial(heard_of, name))
    body = impersonation(tenant.commune)
    incident = ok(await reports.post("/v1/incidents", json=body, headers=tenant.bare("officer")), 201)
    triage = f"/v1/incidents/{incident['incident_id']}/triage"
    ok(await reports.post(triage, headers=tenant.bare("stand-in")))

    ok(await registry.post(f"{path}/end", headers=tenant.bare("admin")))

    async def is_forgotten(name: str) -> bool:
        return not await heard_of(name)

    for name in ("officer", "stand-in"):
        await eventually(partial(is_forgotten, name))
        answer = await reports.get("/v1/incidents", headers=tenant.bare(name))
        problem(answer, 403, "no-membership")
