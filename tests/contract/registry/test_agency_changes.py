"""Entering agencies, correcting them, and who may."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from services.registry.base import SESSION_INFO
from shared import clock, tenancy
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.tenant import Tenant, agency

outbox = SESSION_INFO["messaging"].outbox


def school(parent: str, suffix: str | None = "TH1", **changes: Any) -> dict[str, Any]:
    return {
        "parent_code": parent,
        "suffix": suffix,
        "name": "Trường Tiểu học Lấp Vò 1",
        "short_name": "TH Lấp Vò 1",
        "level": "unit",
        "organisation_type": "school",
        **changes,
    }


@pytest.fixture
def admin(tenant: Tenant) -> dict[str, str]:
    return tenant.auth(tenant.commune, "admin")


async def told(database: Database, code: str) -> list[tuple[str, str | None]]:
    """Types and state subjects of what was told of an agency."""
    async with database.transaction() as session:
        rows = await session.execute(
            select(outbox.c.type, outbox.c.state_subject)
            .where(outbox.c.agency_code == code)
            .order_by(outbox.c.position)
        )
        return [(row.type, row.state_subject) for row in rows]


async def test_an_agency_is_entered_under_its_parent_and_told_of(
    registry: httpx.AsyncClient, tenant: Tenant, admin: dict[str, str], registry_database: Database
) -> None:
    answer = await registry.post("/v1/agencies", json=school(tenant.commune), headers=admin)
    made = ok(answer, 201)
    code = f"{tenant.commune}.TH1"
    assert (made["code"], made["version"], made["organisation_type"]) == (code, 1, "school")
    assert made["valid_from"] == clock.today().isoformat()
    assert answer.headers["location"] == f"/v1/agencies/{code}"
    read = await registry.get(answer.headers["location"])
    assert read.headers["etag"] == '"1"'
    assert ok(read)["reached_by"] == sorted([tenant.province, tenant.commune, code])
    assert await told(registry_database, code) == [
        ("registry.agency.created.v1", f"state.registry.agency.{code}")
    ]
    assert await acts(registry_database, code) == [("agencies.create", f"{tenant.commune}:admin", 1)]


async def test_a_new_agency_acts_at_once_and_those_above_reach_it(
    registry: httpx.AsyncClient, tenant: Tenant, admin: dict[str, str]
) -> None:
    code = ok(await registry.post("/v1/agencies", json=school(tenant.commune), headers=admin), 201)["code"]
    below = school(code, "A", name="Cơ sở A")
    for above in (code, tenant.province):
        headers = tenant.auth(above, "admin")
        path = f"/v1/agencies/{code}"
        ok(await registry.patch(path, json={"short_name": f"TH {above}"}, headers=headers))
    ok(await registry.post("/v1/agencies", json=below, headers=tenant.auth(code, "admin")), 201)


async def test_repeating_the_request_enters_one(
    registry: httpx.AsyncClient, tenant: Tenant, admin: dict[str, str]
) -> None:
    body = school(tenant.commune, client_reference="school-1")
    first = ok(await registry.post("/v1/agencies", json=body, headers=admin), 201)
    again = await registry.post("/v1/agencies", json=body, headers=admin)
    assert ok(again, 201) == first
    assert again.headers["idempotency-replayed"] == "true"


async def test_a_code_is_given_once_and_never_again(
    registry: httpx.AsyncClient, tenant: Tenant, admin: dict[str, str]
) -> None:
    official = f"{tenant.province}.TH"
    body = school(tenant.commune, official_code=official)
    made = ok(await registry.post("/v1/agencies", json=body, headers=admin), 201)
    for other in (
        school(tenant.commune),
        school(tenant.commune, None, code=tenant.former),
        school(tenant.commune, None, code=official),
        school(tenant.commune, "TH2", official_code=official),
        school(tenant.commune, "TH2", official_code=made["code"]),
    ):
        problem(await registry.post("/v1/agencies", json=other, headers=admin), 409, "code-taken")
    path = f"/v1/agencies/{tenant.commune}"
    for taken in (official, made["code"]):
        refused = await registry.patch(path, json={"official_code": taken}, headers=admin)
        problem(refused, 409, "code-taken")
    unchanged = await registry.patch(
        f"/v1/agencies/{official}", json={"official_code": official}, headers=admin
    )
    assert ok(unchanged)["code"] == made["code"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"suffix": None}, "/code"),
        ({"code": "ZZ"}, "/code"),
        ({"level": "province"}, "/level"),
        ({"level": "commune"}, "/level"),
        ({"level": "district"}, "/level"),
        ({"name": "=1+1"}, "/name"),
        ({"name": " "}, "/name"),
        ({"area_code": "1234"}, "/area_code"),
        ({"organisation_type": "club"}, "/organisation_type"),
        ({"valid_to": "2030-01-01"}, "/valid_to"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    registry: httpx.AsyncClient, tenant: Tenant, admin: dict[str, str], changes: dict[str, Any], pointer: str
) -> None:
    answer = await registry.post("/v1/agencies", json=school(tenant.commune, **changes), headers=admin)
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == pointer


async def test_nothing_is_entered_under_what_is_gone_or_not_there_yet(
    registry: httpx.AsyncClient, tenant: Tenant, admin: dict[str, str]
) -> None:
    gone = problem(
        await registry.post("/v1/agencies", json=school(tenant.former), headers=admin), 422, "invalid"
    )
    assert gone["successors"] == [tenant.commune]
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    body = school(tenant.commune, valid_from=tomorrow)
    coming = ok(await registry.post("/v1/agencies", json=body, headers=admin), 201)["code"]
    refused = await registry.post("/v1/agencies", json=school(coming, "A"), headers=admin)
    assert problem(refused, 422, "invalid")["errors"][0]["pointer"] == "/parent_code"
    ok(await registry.post("/v1/agencies", json=school(coming, "A", valid_from=tomorrow), headers=admin), 201)
    listed = {"parent_code": tenant.commune}
    assert ok(await registry.get("/v1/agencies", params=listed))["items"] == []
    then = ok(await registry.get("/v1/agencies", params={**listed, "at": tomorrow}))
    assert [item["code"] for item in then["items"]] == [coming]


async def test_a_correction_is_told_and_changes_nothing_else(
    registry: httpx.AsyncClient, tenant: Tenant, admin: dict[str, str], registry_database: Database
) -> None:
    code = ok(await registry.post("/v1/agencies", json=school(tenant.commune), headers=admin), 201)["code"]
    path = f"/v1/agencies/{code}"
    before = ok(await registry.get(path))
    change = {"short_name": "TH LV1", "area_code": "30169"}
    answer = await registry.patch(path, json=change, headers={**admin, "If-Match": '"1"'})
    assert answer.headers["etag"] == '"2"'
    after = ok(await registry.get(path))
    assert after == {**before, **change, "version": 2}
    assert after["past"] == []
    problem(
        await registry.patch(path, json={**change, "expected_version": 1}, headers=admin),
        412,
        "stale-version",
    )
    assert ok(await registry.patch(path, json={"area_code": None}, headers=admin))["area_code"] is None
    assert [each for each, _ in await told(registry_database, code)] == [
        "registry.agency.created.v1",
        "registry.agency.changed.v1",
        "registry.agency.changed.v1",
    ]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, None),
        ({"name": None}, "/name"),
        ({"parent_code": "T82"}, "/parent_code"),
        ({"valid_to": None}, "/valid_to"),
    ],
)
async def test_what_is_no_correction_is_refused(
    registry: httpx.AsyncClient,
    tenant: Tenant,
    admin: dict[str, str],
    body: dict[str, Any],
    pointer: str | None,
) -> None:
    refused = await registry.patch(f"/v1/agencies/{tenant.commune}", json=body, headers=admin)
    errors = problem(refused, 422, "invalid").get("errors", [])
    assert [error["pointer"] for error in errors] == ([pointer] if pointer else [])


async def test_the_tree_of_an_agency(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database
) -> None:
    unit, team = f"{tenant.commune}.A", f"{tenant.commune}.A.B"
    gone = f"{tenant.commune}.OLD"
    async with registry_database.transaction() as session:
        await tenancy.store(
            session,
            [
                agency(unit, level="unit", parent_code=tenant.commune),
                agency(team, level="unit", parent_code=unit),
                agency(gone, level="unit", parent_code=tenant.commune, valid_to="2025-07-01"),
            ],
        )

    async def tree(**query: Any) -> list[tuple[str, int]]:
        body = ok(await registry.get(f"/v1/agencies/{tenant.province}/tree", params=query))
        assert body["complete"]
        return [(item["code"], item["depth"]) for item in body["items"]]

    top = (tenant.province, 0)
    communes = [(tenant.commune, 1), (tenant.sibling, 1)]
    assert await tree(depth=0) == [top]
    assert await tree(depth=1) == [top, *communes]
    assert await tree() == [top, *communes, (unit, 2)]
    assert await tree(depth=3) == [top, *communes, (unit, 2), (team, 3)]
    assert await tree(at="2025-06-30") == [top, *communes, (unit, 2), (gone, 2)]
    problem(await registry.get(f"/v1/agencies/{tenant.province}/tree?depth=9"), 422, "invalid")
    problem(await registry.get("/v1/agencies/T99.X99999/tree"), 404, "not-found")


async def test_a_tree_is_bounded_and_says_so(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database
) -> None:
    units = [f"{tenant.commune}.U{number}" for number in range(1000)]
    async with registry_database.transaction() as session:
        await tenancy.store(
            session, [agency(unit, level="unit", parent_code=tenant.commune) for unit in units]
        )
    body = ok(await registry.get(f"/v1/agencies/{tenant.province}/tree"))
    assert len(body["items"]) == 1000
    assert body["complete"] is False
