"""`/v1/agencies`: the tree of any day."""

from datetime import date

import httpx
import pytest

from shared import tenancy
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.tenant import REFORM, Tenant, agency


async def children(registry: httpx.AsyncClient, parent: str, **query: str) -> list[str]:
    body = ok(await registry.get("/v1/agencies", params={"parent_code": parent, **query}))
    return [item["code"] for item in body["items"]]


async def test_an_agency_stands_in_its_tree_and_history(registry: httpx.AsyncClient, tenant: Tenant) -> None:
    read = ok(await registry.get(f"/v1/agencies/{tenant.commune}"))
    assert read["parent_code"] == tenant.province
    assert read["predecessors"] == [tenant.former]
    assert read["reached_by"] == sorted([tenant.province, tenant.commune])


async def test_a_former_agency_names_who_took_over(registry: httpx.AsyncClient, tenant: Tenant) -> None:
    read = ok(await registry.get(f"/v1/agencies/{tenant.former}"))
    assert (read["valid_to"], read["successors"]) == (REFORM.isoformat(), [tenant.commune])
    assert read["reached_by"] == sorted([tenant.former, tenant.commune, tenant.province])


async def test_the_official_code_stands_for_the_code(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database
) -> None:
    official = f"H{tenant.province}.7"
    async with registry_database.transaction() as session:
        await tenancy.store(session, [agency(tenant.province, official_code=official, version=2)])
    assert ok(await registry.get(f"/v1/agencies/{official}"))["code"] == tenant.province


async def test_the_list_is_that_of_a_day(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database
) -> None:
    new = f"{tenant.province}.X9"
    old = f"{tenant.province}.X8"
    async with registry_database.transaction() as session:
        await tenancy.store(
            session,
            [
                agency(new, parent_code=tenant.province, valid_from=date(2025, 7, 1)),
                agency(old, parent_code=tenant.province, valid_to=date(2025, 7, 1), successors=[new]),
            ],
        )
    always = [tenant.commune, tenant.sibling]
    assert await children(registry, tenant.province) == [*always, new]
    assert await children(registry, tenant.province, at="2025-06-30") == [*always, old]
    assert await children(registry, tenant.province, at="2025-07-01") == [*always, new]
    assert await children(registry, tenant.province, level="province") == []


async def test_pages_follow_one_another(registry: httpx.AsyncClient, tenant: Tenant) -> None:
    query = {"parent_code": tenant.province, "limit": "1"}
    first = ok(await registry.get("/v1/agencies", params=query))
    assert [item["code"] for item in first["items"]] == [tenant.commune]
    second = ok(await registry.get("/v1/agencies", params={**query, "cursor": first["next_cursor"]}))
    assert [item["code"] for item in second["items"]] == [tenant.sibling]


async def test_what_is_not_there_is_not_found(registry: httpx.AsyncClient) -> None:
    problem(await registry.get("/v1/agencies/T99.X99999"), 404, "not-found")


@pytest.mark.parametrize(
    "query",
    ["at=yesterday", "level=city", "parent_code=t82", "limit=0", "limit=201", "cursor=%21", "cursor=AA"],
)
async def test_a_question_that_makes_no_sense_is_refused(registry: httpx.AsyncClient, query: str) -> None:
    refused = problem(await registry.get(f"/v1/agencies?{query}"), 422, "invalid")
    assert refused["errors"][0]["pointer"] == f"/query/{query.partition('=')[0]}"
