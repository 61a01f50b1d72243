"""`/v1/successions`: what legal acts do to agencies, decided by two people, effective on its day."""

import asyncio
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.registry.successions.schedule import effect_due
from shared import clock, tenancy
from shared.db import violated_constraint
from tests.contract.registry.reform import Reform
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.successions import asked, renaming
from tests.support.tenant import agency


async def test_a_merger_takes_effect_when_a_second_person_approves_it(reform: Reform) -> None:
    old, other, new = await reform.enter("A", "B", "C")
    made = await reform.propose("merge", [old, other], [new], days=0)
    assert (made["state"], made["from"], made["to"]) == ("proposed", [old, other], [new])
    assert (await reform.agency(old))["valid_to"] is None
    done = ok(await reform.act(made, "approve", **{"If-Match": '"1"'}))
    assert (done["state"], done["version"]) == ("effective", 3)
    today = clock.today().isoformat()
    for code in (old, other):
        ended = await reform.agency(code)
        assert (ended["valid_to"], ended["successors"], ended["version"]) == (today, [new], 2)
        assert ended["reached_by"] == sorted({code, new, reform.tenant.province})
    assert (await reform.agency(new))["predecessors"] == [old, other]
    assert await reform.told(old, other, new) == [
        ("changed", old),
        ("changed", other),
        ("succeeded", old),
        ("succeeded", other),
    ]
    approver, admin = (f"{reform.tenant.province}:{role}" for role in ("approver", "admin"))
    assert await acts(reform.database, old) == [
        ("successions.create", admin, 1),
        ("successions.approve", approver, 2),
        ("successions.effect", "system", 3),
    ]


async def test_people_of_an_ended_agency_are_sent_to_its_successor_and_the_successor_reaches_its_things(
    reform: Reform,
) -> None:
    old, new = await reform.enter("A", "B")
    await reform.approve("merge", [old], [new], days=0)
    refused = await reform.client.get("/v1/accounts", headers=reform.tenant.auth(old, "officer"))
    assert problem(refused, 403, "forbidden")["successors"] == [new]
    async with reform.database.transaction() as session:
        assert await tenancy.reaches(session, new, old)
        assert not await tenancy.reaches(session, old, new)


async def test_a_split_and_a_dissolution(reform: Reform) -> None:
    old, one, two, gone = await reform.enter("A", "B", "C", "D")
    await reform.approve("split", [old], [two, one], days=-30)
    past = (clock.today() - timedelta(days=30)).isoformat()
    ended = await reform.agency(old)
    assert (ended["valid_to"], ended["successors"]) == (past, [one, two])
    await reform.approve("dissolve", [gone], days=0)
    ended = await reform.agency(gone)
    assert (ended["valid_to"], ended["successors"]) == (clock.today().isoformat(), [])


async def test_a_renamed_agency_keeps_its_code_and_is_found_by_its_former_name_then(reform: Reform) -> None:
    (code,) = await reform.enter("A")
    await reform.approve("rename", [code], name="Ủy ban nhân dân phường Mới", days=-10)
    now = await reform.agency(code)
    assert (now["name"], now["short_name"], now["version"]) == (
        "Ủy ban nhân dân phường Mới",
        "Ủy ban nhân dân phường Mới",
        2,
    )
    eve = (clock.today() - timedelta(days=11)).isoformat()
    assert (await reform.agency(code, at=eve))["name"] == f"Ủy ban nhân dân xã {code}"
    assert (await reform.agency(code, at=clock.today() - timedelta(days=10)))["name"] == now["name"]
    assert await reform.told(code) == [("changed", code), ("succeeded", code)]

    async def named(q: str, **query: str) -> list[str]:
        query = {"q": q, "parent_code": reform.tenant.province, **query}
        return [each["code"] for each in ok(await reform.client.get("/v1/agencies", params=query))["items"]]

    former = f"xã {reform.tenant.province}"
    assert await named("phuong moi") == [code]
    assert code not in await named(former)
    assert code in await named(former, at=eve)
    await reform.approve("rename", [code], name="Ủy ban nhân dân phường Mới Hơn", days=0)
    assert [past["until"] for past in (await reform.agency(code))["past"]] == [
        clock.today().isoformat(),
        (clock.today() - timedelta(days=10)).isoformat(),
    ]


async def test_a_name_that_lasted_no_day_leaves_no_past(reform: Reform) -> None:
    (code,) = await reform.enter("A")
    for name in ("Một", "Hai"):
        await reform.approve("rename", [code], name=name, days=0)
    read = await reform.agency(code)
    assert read["name"] == "Hai"
    assert [past["name"] for past in read["past"]] == [f"Ủy ban nhân dân xã {code}"]


async def test_a_moved_agency_takes_all_below_it_along(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    (unit,) = await reform.enter("A.U", level="unit", parent_code=old)
    (team,) = await reform.enter("A.U.T", level="unit", parent_code=unit)
    made = await reform.approve("reparent", [unit], parent_code=new, days=0)
    assert made["moves"] == [{"code": unit, "parent_code": new}]
    assert (await reform.agency(unit))["parent_code"] == new
    assert (await reform.agency(team))["reached_by"] == sorted([team, unit, new, reform.tenant.province])
    yesterday = clock.today() - timedelta(days=1)
    assert (await reform.agency(unit, at=yesterday))["parent_code"] == old
    assert (await reform.told(unit, team, new)) == [("changed", unit), ("succeeded", unit)]


async def test_children_of_what_ends_go_where_they_are_sent(reform: Reform) -> None:
    old, new, other = await reform.enter("A", "B", "C")
    units = await reform.enter("A.U", "A.V", "A.W", level="unit", parent_code=old)
    refused = problem(await reform.ask(asked("merge", [old], [new])), 422, "succession-conflict")
    assert (refused["conflict"], refused["agencies"]) == ("children_left", units)
    moves = [{"code": units[1], "parent_code": other}]
    await reform.approve("merge", [old], [new], parent_code=new, moves=moves, days=0)
    assert [(await reform.agency(unit))["parent_code"] for unit in units] == [new, other, new]


async def test_whoever_proposes_does_not_approve(reform: Reform) -> None:
    (code,) = await reform.enter("A")
    made = await reform.propose("dissolve", [code])
    both = reform.tenant.auth(
        reform.tenant.province, "admin", "approver", sub=f"{reform.tenant.province}:admin"
    )
    problem(await reform.act(made, "approve", **both), 403, "self-approval")
    system = reform.tenant.auth(reform.tenant.province, "admin", sub="system:x", system=True)
    problem(await reform.act(made, "approve", **system), 403, "people-only")
    with pytest.raises(IntegrityError) as refused:
        async with reform.database.transaction() as session:
            await session.execute(
                text("""
                    UPDATE successions SET state = 'approved',
                        approver_issuer = proposer_issuer, approver_subject = proposer_subject
                    WHERE id = :id
                """),
                {"id": made["id"]},
            )
    assert violated_constraint(refused.value) == "ck_successions_two_people"
    assert ok(await reform.act(made, "approve"))["state"] == "approved"


async def test_who_decides_reaches_all_that_is_concerned(reform: Reform) -> None:
    commune, sibling = reform.tenant.commune, reform.tenant.sibling
    merger = asked("merge", [commune], [sibling])
    problem(await reform.ask(merger, by=commune), 404, "not-found")
    problem(await reform.ask(asked("merge", [commune], [reform.tenant.foreign])), 404, "not-found")
    problem(
        await reform.ask(asked("reparent", [commune], parent_code=reform.tenant.foreign)), 404, "not-found"
    )
    made = ok(await reform.ask(merger), 201)
    for place, status in ((commune, 200), (sibling, 200), (reform.tenant.foreign, 404)):
        headers = reform.tenant.auth(place, "approver")
        path = f"/v1/successions/{made['id']}"
        assert (await reform.client.get(path, headers=headers)).status_code == status
        problem(await reform.client.post(f"{path}/approve", headers=headers), 404, "not-found")
        problem(await reform.client.post(f"{path}/cancel", headers=headers), 404, "not-found")


async def test_a_day_to_come_is_waited_for(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    made = await reform.approve("merge", [old], [new], days=3)
    assert (made["state"], made["effective_at"]) == ("approved", None)
    with clock.shifted(timedelta(days=2)):
        await effect_due(reform.database)
        assert (await reform.agency(old))["valid_to"] is None
    with clock.shifted(timedelta(days=5)):  # the worker was down on the day itself
        await effect_due(reform.database)
        await effect_due(reform.database)
        done = await reform.read(made)
        assert (done["state"], done["version"]) == ("effective", 3)
    ended = await reform.agency(old)
    assert (ended["valid_to"], ended["version"]) == ((clock.today() + timedelta(days=3)).isoformat(), 2)
    assert await reform.told(old) == [("changed", old), ("succeeded", old)]


async def test_several_workers_and_approvers_do_it_once(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    made = await reform.propose("merge", [old], [new], days=1)
    answers = await asyncio.gather(*(reform.act(made, action) for action in ("approve",) * 4))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    with clock.shifted(timedelta(days=1)):
        await asyncio.gather(*(effect_due(reform.database) for _ in range(4)))
    assert (await reform.agency(old))["version"] == 2
    assert await reform.told(old) == [("changed", old), ("succeeded", old)]


async def test_two_that_clash_are_not_both_proposed(reform: Reform) -> None:
    old, new, other = await reform.enter("A", "B", "C")
    answers = await asyncio.gather(*(reform.ask(asked("merge", [old], [to])) for to in (new, other) * 3))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422, 422, 422]


async def test_what_is_cancelled_never_happens(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    made = await reform.approve("merge", [old], [new], days=1)
    assert ok(await reform.act(made, "cancel"))["state"] == "cancelled"
    with clock.shifted(timedelta(days=2)):
        await effect_due(reform.database)
    assert (await reform.agency(old))["valid_to"] is None
    for action in ("approve", "cancel"):
        refused = problem(await reform.act(made, action), 409, "illegal-transition")
        assert (refused["state"], refused["allowed"]) == ("cancelled", [])
    problem(await reform.act(made, "cancel", **{"If-Match": '"1"'}), 412, "stale-version")
    await reform.approve("merge", [old], [new], days=0)


def held_up() -> float:
    """What the worker's metric says."""
    value = REGISTRY.get_sample_value("successions_held_up")
    assert value is not None
    return value


async def test_what_can_no_longer_be_waits_and_says_why(
    reform: Reform, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = await reform.enter("A", "B")
    (unit,) = await reform.enter("A.U", level="unit", parent_code=old)
    ends = await reform.approve("dissolve", [unit], days=1)
    made = await reform.approve("merge", [old], [new], days=1)
    ok(await reform.act(ends, "cancel"))
    with clock.shifted(timedelta(days=1)):
        await effect_due(reform.database)
        held, waiting = await reform.read(made), held_up()
        assert (held["state"], held["conflict"]) == ("approved", "children_left")
        await effect_due(reform.database)
        logged = [each for each in caplog.records if vars(each).get("succession") == made["id"]]
        assert [each.message for each in logged] == ["a succession cannot take effect"]
        assert held_up() == waiting >= 1
        await reform.approve("dissolve", [unit], days=0)
        await effect_due(reform.database)
        done = await reform.read(made)
        assert (done["state"], done["conflict"]) == ("effective", None)
        assert held_up() == waiting - 1


async def test_one_that_breaks_keeps_no_other_from_taking_effect(reform: Reform) -> None:
    first, second = await reform.enter("A", "B")
    broken, good = [await reform.approve("dissolve", [code], days=1) for code in (first, second)]
    about = {"id": broken["id"]}
    async with reform.database.transaction() as session:
        await session.execute(text("DELETE FROM succession_agencies WHERE succession_id = :id"), about)
    with clock.shifted(timedelta(days=1)):
        await effect_due(reform.database)
    assert held_up() >= 1
    assert (await reform.read(good))["state"] == "effective"
    async with reform.database.transaction() as session:
        await session.execute(text("UPDATE successions SET state = 'cancelled' WHERE id = :id"), about)


async def test_lists_show_what_concerns_one(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    renamed = ok(await reform.ask(renaming(old)), 201)
    other = await reform.propose("dissolve", [new])

    async def listed(by: str, **query: str) -> list[str]:
        headers = reform.tenant.auth(by, "viewer")
        answer = await reform.client.get("/v1/successions", params=query, headers=headers)
        return [each["id"] for each in ok(answer)["items"]]

    province = reform.tenant.province
    assert await listed(province) == [other["id"], renamed["id"]]
    assert await listed(province, kind="rename") == [renamed["id"]]
    assert await listed(province, agency_code=new) == [other["id"]]
    async with reform.database.transaction() as session:
        official = agency(new, parent_code=province, official_code=f"G{new}", version=2)
        await tenancy.store(session, [official])
    assert await listed(province, agency_code=f"G{new}") == [other["id"]]
    headers, unknown = reform.tenant.auth(province, "viewer"), {"agency_code": reform.code("NOBODY")}
    refused = await reform.client.get("/v1/successions", params=unknown, headers=headers)
    assert problem(refused, 422, "invalid")["errors"][0]["pointer"] == "/query/agency_code"
    assert await listed(province, state="effective") == []
    assert await listed(old) == [renamed["id"]]
    assert await listed(reform.tenant.foreign) == []


async def test_codes_may_be_official_ones(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    official = f"H{reform.tenant.province}.1"
    async with reform.database.transaction() as session:
        row = agency(old, parent_code=reform.tenant.province, official_code=official, version=2)
        await tenancy.store(session, [row])
    made = await reform.propose("merge", [official], [new])
    assert made["from"] == [old]
