"""Who became whom: lineage with its legal acts, and the crosswalk of codes."""

import csv
from datetime import timedelta
from typing import Any

import httpx

from services.registry.agencies import queries
from shared import clock, tenancy
from shared.db import Database
from tests.contract.registry.reform import Reform
from tests.support.answers import ok, problem
from tests.support.tenant import REFORM, Tenant, agency


async def lineage(registry: httpx.AsyncClient, code: str, **query: Any) -> dict[str, Any]:
    return ok(await registry.get(f"/v1/agencies/{code}/lineage", params=query))


def steps(found: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    return [(step["from"]["code"], step["to"]["code"], step["distance"]) for step in found]


async def test_lineage_goes_all_the_way_in_both_directions(reform: Reform) -> None:
    one, two, three, four, five = await reform.enter(*"ABCDE")
    await reform.approve("merge", [one, two], [three], days=-9)
    await reform.approve("split", [three], [four, five], days=-3)
    found = await lineage(reform.client, one)
    assert found["predecessors"] == []
    assert steps(found["successors"]) == [(one, three, 1), (three, four, 2), (three, five, 2)]
    first = found["successors"][0]
    assert first["kind"] == "merge"
    assert first["on"] == (clock.today() - timedelta(days=9)).isoformat()
    assert first["legal_act"] == {"number": "1663/NQ-UBTVQH15", "date": "2025-06-16", "issuer": "Quốc hội"}
    assert first["to"]["name"] == f"Ủy ban nhân dân xã {three}"
    back = await lineage(reform.client, five)
    assert steps(back["predecessors"]) == [(three, five, 1), (one, three, 2), (two, three, 2)]
    assert back["successors"] == []
    assert back["complete"]
    then = await lineage(reform.client, five, at=clock.today() - timedelta(days=4))
    assert then["predecessors"] == []
    middle = await lineage(reform.client, three, at=clock.today() - timedelta(days=4))
    assert steps(middle["predecessors"]) == [(one, three, 1), (two, three, 1)]
    assert middle["successors"] == []


async def test_what_came_with_the_gazetteer_has_the_act_that_is_known(
    registry: httpx.AsyncClient, tenant: Tenant, registry_database: Database
) -> None:
    """The tenant's former district ended with the reform; a former commune's own act is not recorded."""
    commune = f"{tenant.former}.X1"
    async with registry_database.transaction() as session:
        row = agency(commune, valid_to=REFORM, successors=[tenant.commune])
        await tenancy.store(session, [row])
    found = (await lineage(registry, tenant.commune))["predecessors"]
    acts = {step["from"]["code"]: step["legal_act"] for step in found}
    assert acts[tenant.former]["number"] == "203/2025/QH15"
    assert acts[commune] is None
    assert {(step["kind"], step["succession_id"]) for step in found} == {(None, None)}


async def test_lineage_of_nobody_is_not_found(registry: httpx.AsyncClient) -> None:
    problem(await registry.get("/v1/agencies/T99.X99999/lineage"), 404, "not-found")


async def crosswalk(reform: Reform, **query: Any) -> list[dict[str, str]]:
    """The lines about the reform's own agencies."""
    answer = await reform.client.get("/v1/agencies/crosswalk.csv", params=query)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = csv.DictReader(answer.text.splitlines())
    return [line for line in lines if line["old_code"].startswith(reform.tenant.province)]


async def test_the_crosswalk_leads_from_old_to_new(reform: Reform) -> None:
    one, two, three, four, gone = await reform.enter(*"ABCDE")
    await reform.approve("split", [one], [two, three], days=0)
    await reform.approve("dissolve", [gone], days=0)
    await reform.approve("rename", [four], name="Ủy ban nhân dân phường Mới", days=-7)
    await reform.approve("rename", [four], name="Ủy ban nhân dân phường Mới, Hơn", days=0)
    found = await crosswalk(reform)
    told = [(line["old_code"], line["new_code"], line["kind"]) for line in found]
    assert told == [
        (one, two, "split"),
        (one, three, "split"),
        (four, four, "rename"),
        (four, four, "rename"),
        (gone, "", "dissolve"),
    ]
    assert [line["new_name"] for line in found[2:4]] == [
        "Ủy ban nhân dân phường Mới",
        "Ủy ban nhân dân phường Mới, Hơn",
    ]
    assert found[0]["day"] == clock.today().isoformat()
    assert [line["old_code"] for line in await crosswalk(reform, at=clock.today() - timedelta(days=1))] == [
        four
    ]


async def test_whoever_has_the_crosswalk_is_not_sent_it_again(reform: Reform) -> None:
    path = "/v1/agencies/crosswalk.csv"
    (code,) = await reform.enter("A")
    tag = (await reform.client.get(path)).headers["etag"]
    for known in (tag, f'"x", W/{tag}'):
        same = await reform.client.get(path, headers={"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await reform.approve("dissolve", [code], days=0)
    assert (await reform.client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_names_with_commas_and_a_history_that_only_moved(reform: Reform) -> None:
    (code,) = await reform.enter("A", name="Một, hai")
    past = {
        "agency_code": code,
        "since": None,
        "until": REFORM,
        "name": "Một, hai",
        "short_name": "Một",
        "parent_code": reform.tenant.foreign,
    }
    async with reform.database.transaction() as session:
        await queries.remember(session, [past])
    assert await crosswalk(reform) == []
