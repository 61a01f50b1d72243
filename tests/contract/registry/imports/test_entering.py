"""A table is tried first, understood as offices write it, and entered as drafts."""

from pathlib import Path

import pytest

from shared import tenancy
from shared.db import Database
from tests.support.answers import problem
from tests.support.audit import acts
from tests.support.importing import HEADER, Desk, accounts_csv, counts, page, table
from tests.support.staff import Staff
from tests.support.tenant import Tenant, agency
from tests.support.workbooks import workbook

CONGRESS = Path(__file__).resolve().parents[5] / "shared" / "data" / "official-accounts-us-congress.csv"


async def test_a_table_is_tried_then_entered(desk: Desk, tenant: Tenant) -> None:
    name = tenant.commune.lower().replace(".", "")
    rows = [
        HEADER,
        (tenant.commune, page(f"{name}a"), "UBND xã A", "vi, en"),
        (tenant.sibling, f"facebook.com/{name}b/", "UBND xã B", ""),
    ]
    made = await desk.checked(rows)
    assert (made["state"], made["format"], made["encoding"], made["header_row"]) == (
        "checked",
        "csv",
        "utf-8",
        1,
    )
    assert counts(made) == {"total": 2, "checked": 2, "good": 2}
    assert [column["field"] for column in made["columns"]] == [
        "agency_code",
        "url",
        "display_name",
        "languages",
    ]
    assert await desk.accounts(tenant.commune) == []

    done = await desk.applied(made)
    assert done["state"] == "applied"
    assert done["finished_at"] >= done["started_at"] >= done["created_at"]
    assert counts(done) == {"total": 2, "checked": 2, "good": 2, "applied": 2}
    (one,), (other,) = await desk.accounts(tenant.commune), await desk.accounts(tenant.sibling)
    assert (one.state, one.display_name, one.languages) == ("draft", "UBND xã A", ["vi", "en"])
    assert (other.url, other.languages) == (page(f"{name}b"), ["vi"])


async def test_who_did_it_is_recorded_once_and_with_each_account(desk: Desk, tenant: Tenant) -> None:
    made = await desk.checked(accounts_csv(tenant.commune, 2))
    await desk.applied(made)
    officer = f"{tenant.province}:officer"
    assert await acts(desk.database, tenant.province) == [
        ("imports.create", officer, 1),
        ("imports.apply", officer, 4),
    ]
    assert await acts(desk.database, tenant.commune) == [("accounts.create", officer, 1)] * 2


async def test_agencies_are_understood_by_official_code_area_and_name(
    desk: Desk, tenant: Tenant, registry_database: Database
) -> None:
    code = f"{tenant.province}.X9"
    known = {
        "name": "Ủy ban nhân dân xã Đầm Dơi Bốn",
        "official_code": f"H{tenant.province}",
        "area_code": "01357",
    }
    async with registry_database.transaction() as session:
        await tenancy.store(session, [agency(code, parent_code=tenant.province, **known)])
    names = [f"H{tenant.province}", "1357", "uy ban nhan dan xa DAM DOI bon", code.lower()]
    rows = [HEADER, *[(name, page(f"dam.doi{at}"), "UBND", "vi") for at, name in enumerate(names)]]
    made = await desk.checked(rows)
    assert counts(made) == {"total": 4, "checked": 4, "good": 4}
    warned = await desk.errors(made, warnings=True)
    assert [(row["row"], row["warnings"][0]["code"]) for row in warned] == [
        (3, "agency-by-area"),
        (4, "agency-by-name"),
    ]
    await desk.applied(made)
    assert len(await desk.accounts(code)) == 4


async def test_columns_can_be_named_and_agencies_left_out(desk: Desk, tenant: Tenant) -> None:
    rows = [
        ("Fanpage", "Platform", "Handle"),
        ("UBND xã A", "Facebook", "@some.page"),
        ("B", "twitter", "some_page"),
    ]
    parameters = {"agency_code": tenant.commune, "map": ["display_name:Fanpage"]}
    done = await desk.applied(await desk.checked(rows, **parameters))
    assert counts(done)["applied"] == 2
    assert [each.url for each in await desk.accounts(tenant.commune)] == [
        "https://www.facebook.com/some.page",
        "https://x.com/some_page",
    ]
    answer = await desk.send(table(rows), map="nothing:Fanpage")
    assert problem(answer, 422, "invalid")["errors"][0]["pointer"] == "/query/map"
    problem(await desk.send(table(rows), agency_code=tenant.foreign), 404, "not-found")


async def test_a_workbook_is_read_like_a_csv(desk: Desk, tenant: Tenant) -> None:
    title = [["DANH SÁCH TÀI KHOẢN CHÍNH THỨC"], []]
    rows = [*title, HEADER, (tenant.commune, page("a.workbook"), "UBND x· LÊp Vß", "vi")]
    made = await desk.checked(workbook(rows))
    assert (made["format"], made["encoding"], made["header_row"]) == ("xlsx", "tcvn3", 3)
    await desk.applied(made)
    assert [each.display_name for each in await desk.accounts(tenant.commune)] == ["UBND xã Lấp Vò"]


async def test_what_is_official_already_is_unchanged(desk: Desk, tenant: Tenant, staff: Staff) -> None:
    held = await staff.active()
    made = await desk.checked([HEADER, (tenant.commune, held["url"], held["display_name"], "vi")])
    assert counts(made) == {"total": 1, "checked": 1, "unchanged": 1}


async def test_what_changed_since_the_check_is_judged_again(desk: Desk, tenant: Tenant, staff: Staff) -> None:
    rows = [
        HEADER,
        (tenant.sibling, page("first.come"), "A", "vi"),
        (tenant.sibling, page("first.served"), "B", "vi"),
    ]
    made = await desk.checked(rows)
    await staff.active(url=page("first.come"))
    done = await desk.applied(made)
    assert counts(done) == {"total": 2, "checked": 2, "good": 2, "applied": 1, "failed": 1}
    (row,) = await desk.errors(done)
    assert (row["row"], row["outcome"], row["errors"][0]["code"]) == (2, "failed", "held-elsewhere")


async def test_the_kind_decides_whose_role_it_needs(desk: Desk, tenant: Tenant) -> None:
    made = await desk.checked(accounts_csv(tenant.commune))
    admin = Desk(desk.client, desk.database, tenant.auth(tenant.province, "admin"))
    for answer in (await admin.send(accounts_csv(tenant.commune)), await admin.act(made, "apply")):
        assert problem(answer, 403, "forbidden")["required_roles"] == ["officer"]
    refused = await desk.send(accounts_csv(tenant.commune), kind="agencies")
    assert problem(refused, 403, "forbidden")["required_roles"] == ["admin"]


@pytest.mark.skipif(not CONGRESS.exists(), reason="the list of Congress accounts is not beside this checkout")
async def test_a_real_registry_is_imported_as_it_is(desk: Desk, tenant: Tenant) -> None:
    """Its columns are holder, platform, handle and platform_id; what it means by holder is no agency of ours."""
    parameters = {"agency_code": tenant.commune, "map": ["display_name:holder"]}
    made = await desk.checked(CONGRESS.read_bytes(), **parameters)
    wrong = await desk.errors(made, limit=200)
    assert {error["code"] for row in wrong for error in row["errors"]} <= {"duplicate"}
    assert made["rows"]["total"] == 1734
    assert made["rows"]["good"] == 1734 - len(wrong)
    done = await desk.applied(made, "good")
    assert done["rows"]["applied"] == made["rows"]["good"] >= 1730
    entered = await desk.accounts(tenant.commune)
    assert len({account.identity for account in entered}) == len(entered) == done["rows"]["applied"]
    assert {account.platform for account in entered} == {"facebook", "instagram", "mastodon", "x", "youtube"}
