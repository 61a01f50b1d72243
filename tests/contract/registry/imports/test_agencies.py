"""Departments, schools and mass organisations from one table, each under its parent."""

from datetime import date

import httpx
import pytest

from services.registry.agencies import queries as agencies
from services.registry.imports import working
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.importing import Desk, counts, table
from tests.support.tenant import Tenant

HEADER = (
    "Mã cơ quan",
    "Tên cơ quan",
    "Tên viết tắt",
    "Cấp",
    "Loại hình",
    "Mã cấp trên",
    "Mã địa bàn",
    "Từ ngày",
)


@pytest.fixture
def desk(registry: httpx.AsyncClient, registry_database: Database, tenant: Tenant) -> Desk:
    return Desk(registry, registry_database, tenant.auth(tenant.province, "admin"), kind="agencies")


def school(code: str, parent: str, **changes: str) -> tuple[str, ...]:
    """A row: a primary school unless `changes` say otherwise."""
    row = {"name": f"Trường Tiểu học {code}", "short": "", "level": "đơn vị", "type": "trường học"}
    row |= {"area": "", "since": "", **changes}
    return (code, row["name"], row["short"], row["level"], row["type"], parent, row["area"], row["since"])


async def test_a_tree_is_entered_from_its_rows(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "BATCH", 2)  # so that parents stand in batches before their children's
    office, first, second = (f"{tenant.commune}.{name}" for name in ("PGD", "TH1", "TH2"))
    rows = [
        HEADER,
        school(
            office, tenant.commune, level="Phòng", type="phòng", name="Phòng Giáo dục", since="01/07/2025"
        ),
        school(first.lower(), office, area="169", short="TH 1", since="45900"),
        school(f"{office}.X", f"{tenant.commune}.NOBODY"),
        school(second, office, area="1", level="unit", type="school"),
    ]
    made = await desk.checked(rows)
    assert counts(made) == {"total": 4, "checked": 4, "good": 3, "bad": 1}
    found = await desk.errors(made, warnings=True)
    assert [(row["row"], [each["code"] for each in row["errors"] + row["warnings"]]) for row in found] == [
        (4, ["parent-unusable"]),
        (5, ["leading-zero"]),
    ]
    assert counts(await desk.applied(made, "good"))["applied"] == 3
    async with desk.database.transaction() as session:
        entered = await agencies.by_code(session, [office, first, second])
    assert [(entered[code]["level"], entered[code]["parent_code"]) for code in (office, first, second)] == [
        ("department", tenant.commune),
        ("unit", office),
        ("unit", office),
    ]
    assert entered[first]["valid_from"] == date(2025, 8, 31)
    assert (entered[first]["area_code"], entered[second]["area_code"]) == ("169", "01")
    assert (entered[first]["short_name"], entered[second]["organisation_type"]) == ("TH 1", "school")
    assert await acts(desk.database, second) == [("agencies.create", f"{tenant.province}:admin", 1)]
    reached = ok(await desk.client.get(f"/v1/agencies/{second}"))["reached_by"]
    assert reached == sorted([tenant.province, tenant.commune, office, second])


async def test_the_rules_of_one_agency_are_those_of_many(desk: Desk, tenant: Tenant) -> None:
    one = f"{tenant.commune}.A"
    rows = [
        HEADER,
        school(one, tenant.commune),
        school(one, tenant.commune, name="Trường khác"),
        school(tenant.sibling, tenant.commune),
        school(f"{tenant.foreign}.A", tenant.foreign),
        school(f"{tenant.former}.A", tenant.former),
        school(f"{tenant.commune}.B", tenant.commune, level="tỉnh"),
        school(f"{tenant.commune}.C", tenant.commune, level="thôn"),
        school(f"{tenant.commune}.D", tenant.commune, since="31/02/2026"),
        school(f"{tenant.commune}.E", tenant.commune, name="=cmd()"),
        school(f"{tenant.commune}.F", tenant.commune, area="123456"),
        school("lower case no!", tenant.commune),
        school("no!", tenant.commune, level="thôn", area="123456", since="31/02/2026"),
    ]
    made = await desk.checked(rows)
    said = {
        row["row"]: [(error["code"], error["field"]) for error in row["errors"]]
        for row in await desk.errors(made)
    }
    assert said == {
        3: [("code-taken", "code")],
        4: [("code-taken", "code")],
        5: [("parent-unusable", "parent_code")],
        6: [("invalid", "parent_code")],
        7: [("invalid", "level")],
        8: [("invalid", "level")],
        9: [("not-a-date", "valid_from")],
        10: [("formula", "name")],
        11: [("invalid", "area_code")],
        12: [("invalid", "code")],
        13: [
            ("not-a-date", "valid_from"),
            ("invalid", "code"),
            ("invalid", "level"),
            ("invalid", "area_code"),
        ],
    }
    problem(await desk.act(made, "apply"), 409, "rows-with-errors")


async def test_the_same_agencies_again_change_nothing(desk: Desk, tenant: Tenant) -> None:
    rows = [school(f"{tenant.commune}.A{at}", tenant.commune) for at in range(3)]
    await desk.applied(await desk.checked([HEADER, *rows]))
    again = await desk.checked(
        [HEADER, *rows[:2], school(f"{tenant.commune}.A2", tenant.commune, name="Tên mới")]
    )
    assert counts(again) == {"total": 3, "checked": 3, "unchanged": 3}
    (warned,) = await desk.errors(again, warnings=True)
    assert [each["code"] for each in warned["warnings"]] == ["differs"]


async def test_officers_do_not_enter_agencies(desk: Desk, tenant: Tenant) -> None:
    officer = Desk(desk.client, desk.database, tenant.auth(tenant.province, "officer"), kind="agencies")
    refused = await officer.send(table([HEADER, school(f"{tenant.commune}.A", tenant.commune)]))
    assert problem(refused, 403, "forbidden")["required_roles"] == ["admin"]
