"""Successions that cannot be: each is refused, and the conflict named."""

from datetime import timedelta
from typing import Any

import pytest

from shared import clock, tenancy
from tests.contract.registry.reform import Reform
from tests.support.answers import ok, problem
from tests.support.successions import asked
from tests.support.tenant import agency


async def refused(reform: Reform, conflict: str, *args: Any, **more: Any) -> dict[str, Any]:
    """The problem, which names this conflict."""
    found = problem(await reform.ask(asked(*args, **more)), 422, "succession-conflict")
    assert found["conflict"] == conflict
    return found


@pytest.mark.parametrize(
    ("kind", "from_", "to", "more", "pointer"),
    [
        ("merge", "A", "", {}, "/to"),
        ("merge", "A", "BC", {}, "/to"),
        ("split", "A", "B", {}, "/to"),
        ("split", "AB", "CD", {}, "/from"),
        ("rename", "A", "", {}, "/name"),
        ("rename", "A", "B", {"name": "Mới"}, "/to"),
        ("rename", "A", "", {"name": "Mới", "parent_code": "A"}, "/parent_code"),
        ("dissolve", "A", "", {"name": "Mới"}, "/name"),
        ("dissolve", "A", "", {"short_name": "Mới"}, "/short_name"),
        ("reparent", "A", "", {}, "/parent_code"),
        ("reparent", "A", "B", {"parent_code": "C"}, "/to"),
        ("reparent", "A", "", {"parent_code": "C", "moves": [{"code": "A", "parent_code": "B"}]}, "/moves"),
        ("merge", "A", "B", {"moves": [{"code": "C", "parent_code": "B"}]}, "/moves"),
        ("reparent", "A", "", {"parent_code": "B"}, "/parent_code"),
        ("annex", "A", "B", {}, "/kind"),
        ("merge", "", "B", {}, "/from"),
    ],
)
async def test_each_kind_has_its_form(
    reform: Reform, kind: str, from_: str, to: str, more: dict[str, Any], pointer: str
) -> None:
    await reform.enter(*"ABCD")
    body = asked(kind, [reform.code(each) for each in from_], [reform.code(each) for each in to], **more)
    if "parent_code" in body:
        body["parent_code"] = reform.code(body["parent_code"])
    for move in body.get("moves", []):
        move.update({name: reform.code(code) for name, code in move.items()})
    found = problem(await reform.ask(body), 422, "invalid")
    assert found["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("kind", "to", "vi", "en"),
    [
        ("merge", "", "“merge” cần 1 cơ quan ở đây.", "For a merge name 1 here."),
        ("split", "B", "“split” cần 2–200 cơ quan ở đây.", "For a split name 2–200 here."),
        ("reparent", "B", "Để trống khi là “reparent”.", "Leave it empty for a reparent."),
    ],
)
async def test_how_many_are_needed_is_said_in_words(
    reform: Reform, kind: str, to: str, vi: str, en: str
) -> None:
    await reform.enter(*"AB")
    body = asked(kind, [reform.code("A")], [reform.code(each) for each in to])
    for language, words in (("vi", vi), ("en", en)):
        headers = {**reform.tenant.auth(reform.tenant.province, "admin"), "Accept-Language": language}
        answer = await reform.client.post("/v1/successions", json=body, headers=headers)
        assert problem(answer, 422, "invalid")["detail"] == words


async def test_a_slip_of_the_pen_blocks_no_agency(reform: Reform) -> None:
    old, new = await reform.enter("OLD", "NEW")
    far = problem(await reform.ask(asked("merge", [old], [new], days=365 * 12)), 422, "invalid")
    assert far["errors"][0]["pointer"] == "/effective_on"
    act = {"number": "1/NQ-HĐND", "date": (clock.today() + timedelta(days=1)).isoformat(), "issuer": "HĐND"}
    unsigned = problem(await reform.ask(asked("merge", [old], [new], legal_act=act)), 422, "invalid")
    assert unsigned["errors"][0]["pointer"] == "/legal_act/date"
    act["date"] = clock.today().isoformat()
    assert (await reform.ask(asked("merge", [old], [new], days=365 * 9, legal_act=act))).status_code == 201


@pytest.mark.parametrize("pointer", ["/from", "/to", "/moves"])
async def test_each_agency_is_named_once_by_whichever_code(reform: Reform, pointer: str) -> None:
    one, two, three = await reform.enter(*"ABC")
    (unit,) = await reform.enter("A.U", level="unit", parent_code=one)
    official = f"H{two}"
    async with reform.database.transaction() as session:
        row = agency(two, parent_code=reform.tenant.province, official_code=official, version=2)
        await tenancy.store(session, [row])
    body = {
        "/from": asked("merge", [two, official], [three]),
        "/to": asked("split", [one], [two, official], parent_code=two),
        "/moves": asked(
            "merge", [one], [two], moves=[{"code": unit, "parent_code": code} for code in (two, three)]
        ),
    }[pointer]
    found = problem(await reform.ask(body), 422, "invalid")
    assert found["errors"][0]["pointer"] == pointer


async def test_unknown_agencies_are_not_found(reform: Reform) -> None:
    (code,) = await reform.enter("A")
    problem(await reform.ask(asked("merge", [code], [reform.code("NONE")])), 404, "not-found")
    problem(await reform.ask(asked("merge", [reform.code("NONE")], [code])), 404, "not-found")


async def test_nothing_succeeds_itself_or_stands_under_itself(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    (unit,) = await reform.enter("A.U", level="unit", parent_code=old)
    assert (await refused(reform, "same_agency", "merge", [old, new], [new]))["agencies"] == [new]
    await refused(reform, "same_agency", "split", [old], [old, new], parent_code=new)
    await refused(reform, "same_agency", "reparent", [unit], parent_code=unit)
    await refused(reform, "same_agency", "merge", [old], [new], parent_code=old)


async def test_what_has_ended_or_is_not_there_yet_takes_no_part(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    (coming,) = await reform.enter("C", valid_from=clock.today())
    former = [reform.tenant.former]
    assert (await refused(reform, "not_in_force", "dissolve", former))["agencies"] == former
    await refused(reform, "not_in_force", "merge", [old], former)
    await refused(reform, "not_in_force", "merge", [old], [coming], days=-1)
    await refused(reform, "not_in_force", "merge", [coming], [old], days=0)
    await reform.propose("merge", [old], [coming], days=0)
    await reform.approve("merge", [new], [coming], days=0)
    await refused(reform, "not_in_force", "dissolve", [new])


async def test_an_agency_has_one_thing_before_it(reform: Reform) -> None:
    old, new, other = await reform.enter("A", "B", "C")
    made = await reform.propose("merge", [old], [new])
    found = await refused(reform, "pending", "split", [old], [new, other])
    assert (found["agencies"], found["succession_ids"]) == ([old], [made["id"]])
    await refused(reform, "pending", "rename", [old], name="Mới")
    await refused(reform, "pending", "reparent", [old], parent_code=reform.tenant.province)
    ok(await reform.act(made, "cancel"))
    await reform.propose("split", [old], [new, other])


async def test_whoever_takes_over_will_still_be_there(reform: Reform) -> None:
    old, new, other = await reform.enter("A", "B", "C")
    ends = await reform.approve("merge", [new], [other], days=10)
    found = await refused(reform, "ending", "merge", [old], [new], days=10)
    assert (found["agencies"], found["succession_ids"]) == ([new], [ends["id"]])
    await reform.propose("merge", [old], [new], days=9)


async def test_whoever_is_counted_on_does_not_end_before(reform: Reform) -> None:
    old, new, other = await reform.enter("A", "B", "C")
    made = await reform.approve("merge", [old], [new], days=10)
    found = await refused(reform, "awaited", "merge", [new], [other], days=10)
    assert (found["agencies"], found["succession_ids"]) == ([new], [made["id"]])
    await refused(reform, "awaited", "dissolve", [new], days=0)
    await reform.propose("merge", [new], [other], days=11)


async def test_nothing_is_moved_under_what_will_end_later(reform: Reform) -> None:
    """It would be left behind then: whoever plans the end has not heard of it."""
    old, new = await reform.enter("A", "B")
    (unit,) = await reform.enter("A.U", level="unit", parent_code=new)
    ends = await reform.approve("merge", [old], [new], days=10)
    found = await refused(reform, "ending", "reparent", [unit], parent_code=old, days=5)
    assert (found["agencies"], found["succession_ids"]) == ([old], [ends["id"]])
    ok(await reform.act(ends, "cancel"))
    moves = await reform.approve("reparent", [unit], parent_code=old, days=5)
    found = await refused(reform, "awaited", "merge", [old], [new], days=10)
    assert (found["agencies"], found["succession_ids"]) == ([old], [moves["id"]])


async def test_two_that_would_succeed_each_other_are_a_cycle_by_another_name(reform: Reform) -> None:
    one, two = await reform.enter("A", "B")
    await reform.propose("merge", [one], [two], days=5)
    for days in (4, 5, 6):
        conflict = "ending" if days >= 5 else "awaited"
        await refused(reform, conflict, "merge", [two], [one], days=days)


async def test_nothing_comes_to_stand_below_itself(reform: Reform) -> None:
    (top,) = await reform.enter("D", level="department")
    (low,) = await reform.enter("D.E", level="department", parent_code=top)
    (deep,) = await reform.enter("D.E.F", level="department", parent_code=low)
    (apart,) = await reform.enter("G", level="department")
    assert (await refused(reform, "cycle", "reparent", [top], parent_code=deep))["agencies"] == [top]
    await reform.propose("reparent", [top], parent_code=apart, days=30)
    await refused(reform, "cycle", "reparent", [apart], parent_code=deep, days=3)


async def test_the_past_is_not_changed_before_what_came_later(reform: Reform) -> None:
    (code,) = await reform.enter("A")
    await reform.approve("rename", [code], name="Mới", days=-10)
    await refused(reform, "changed_later", "rename", [code], name="Mới Hơn", days=-20)


async def test_nothing_is_entered_under_what_is_about_to_end(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    made = await reform.propose("merge", [old], [new])
    body = {
        "parent_code": old,
        "suffix": "TH",
        "name": "Trường",
        "level": "unit",
        "organisation_type": "school",
    }
    headers = reform.tenant.auth(reform.tenant.province, "admin")
    answer = await reform.client.post("/v1/agencies", json=body, headers=headers)
    assert problem(answer, 422, "invalid")["succession_id"] == made["id"]


async def test_what_was_proposed_is_looked_at_again_when_it_is_approved(reform: Reform) -> None:
    old, new = await reform.enter("A", "B")
    made = await reform.propose("merge", [old], [new])
    async with reform.database.transaction() as session:
        ended = agency(
            new, parent_code=reform.tenant.province, valid_to=clock.today(), successors=[], version=2
        )
        await tenancy.store(session, [ended])
    found = problem(await reform.act(made, "approve"), 422, "succession-conflict")
    assert (found["conflict"], found["agencies"]) == ("not_in_force", [new])
    assert (await reform.read(made))["state"] == "proposed"
