"""Many accounts from one table: tried first, explained by row and column, then entered, and all of it resumable."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select
from sqlmodel import col

from services.registry.accounts.links import WHY_UNUSABLE
from services.registry.imports import working
from services.registry.imports.retention import RULES
from services.registry.imports.tables import ImportFile, ImportRow
from shared import clock, tenancy
from shared.db import Database
from shared.retention import forget_once
from shared.tasks import stop
from tests.conftest import SettingsFor
from tests.support.answers import ok, problem
from tests.support.audit import acts
from tests.support.eventually import eventually
from tests.support.importing import HEADER, Desk, accounts_csv, counts, table
from tests.support.staff import Staff
from tests.support.tenant import Tenant, agency
from tests.support.workbooks import changed, workbook

CONGRESS = Path(__file__).resolve().parents[4] / "shared" / "data" / "official-accounts-us-congress.csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def desk(registry: httpx.AsyncClient, registry_database: Database, tenant: Tenant) -> Desk:
    return Desk(registry, registry_database, tenant.auth(tenant.province, "officer"))


def page(name: str) -> str:
    return f"https://www.facebook.com/{name}"


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


async def test_every_error_is_named_by_row_and_column_with_a_suggestion(
    desk: Desk, tenant: Tenant, staff: Staff, registry_database: Database
) -> None:
    held = await staff.active()
    names = {"name": "Ủy ban nhân dân phường Tân Quy Đông Nhị", "short_name": "UBND P. TQĐN"}
    quarter = agency(f"{tenant.province}.X3", parent_code=tenant.province, **names)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [quarter])
    rows = [
        ("TT", *HEADER),
        ("1", f"{tenant.province}.X33", page("a.ok"), "A", "vi"),
        ("2", "UBND phường Tân Quy Đôg Nhị", page("b.ok"), "B", "vi"),
        ("3", tenant.foreign, page("c.ok"), "C", "vi"),
        ("4", tenant.former, page("d.ok"), "D", "vi"),
        ("5", tenant.commune, "https://bit.ly/abc", "E", "vi"),
        ("6", tenant.commune, "not a link", "F", "vi"),
        ("7", tenant.sibling, held["url"], "G", "vi"),
        ("8", tenant.commune, page("h.ok"), '=HYPERLINK("http://evil")', "vi"),
        ("9", "", "", "I", "vi"),
        ("10", tenant.commune, page("j.ok"), "J", "Vietnamish"),
        ("11", tenant.commune, page("k.ok"), "x" * 201, "vi"),
        ("12", tenant.commune, page("l.ok"), "L\0", "vi"),
        ("13", tenant.commune, page("m.ok"), "M", "vi", "", "one cell too many"),
        ("14", tenant.commune, page("nice.page"), "N", "vi"),
        ("15", tenant.commune, "https://m.facebook.com/nicepage?ref=x", "N again", "vi"),
        ("16", "nowhere at all", "https://bit.ly/abc", "x" * 201, "Vietnamish"),
        ("17", tenant.foreign, "not a link", "=1", "vi"),
    ]
    made = await desk.checked(rows)
    found = await desk.errors(made)
    said = {
        row["row"]: [
            (error["code"], error["field"], error["cell"], error["suggestion"]) for error in row["errors"]
        ]
        for row in found
    }
    third = f"{tenant.province}.X3 (UBND P. TQĐN)"
    assert said == {
        2: [("agency-unknown", "agency_code", "B2", third)],
        3: [("agency-unknown", "agency_code", "B3", third)],
        4: [("agency-unknown", "agency_code", "B4", None)],
        5: [("agency-ended", "agency_code", "B5", tenant.commune)],
        6: [("link-unusable", "url", "C6", None)],
        7: [("link-unusable", "url", "C7", None)],
        8: [("held-elsewhere", "url", "C8", tenant.commune)],
        9: [("formula", "display_name", "D9", 'HYPERLINK("http://evil")')],
        10: [("missing", "agency_code", "B10", None), ("missing", "url", "C10", None)],
        11: [("invalid", "languages", "E11", None)],
        12: [("invalid", "display_name", "D12", None)],
        13: [("unreadable", "display_name", "D13", None)],
        14: [("extra-cells", None, None, None)],
        16: [("duplicate", None, None, "15")],
        17: [
            ("agency-unknown", "agency_code", "B17", None),
            ("invalid", "display_name", "D17", None),
            ("invalid", "languages", "E17", None),
            ("link-unusable", "url", "C17", None),
        ],
        18: [
            ("formula", "display_name", "D18", "1"),
            ("agency-unknown", "agency_code", "B18", None),
            ("link-unusable", "url", "C18", None),
        ],
    }
    assert counts(made) == {"total": 17, "checked": 17, "good": 1, "bad": 16}
    english = {row["row"]: row["errors"][0]["detail"] for row in found}
    assert english[6] == WHY_UNUSABLE["needs-resolving"].en
    assert english[12] == "At most 200 characters."
    vietnamese = {row["row"]: row["errors"][0]["detail"] for row in await desk.errors(made, "vi")}
    assert vietnamese[6] == WHY_UNUSABLE["needs-resolving"].vi
    first = found[0]["errors"][0]
    assert (first["heading"], first["value"]) == ("Mã cơ quan", f"{tenant.province}.X33")


async def test_errors_come_in_pages(desk: Desk, tenant: Tenant) -> None:
    made = await desk.checked([HEADER, *[(tenant.commune, "nothing", "A", "vi")] * 5])
    path, seen, cursor = f"/v1/imports/{made['id']}/errors", [], None
    while True:
        parameters = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        answer = ok(await desk.client.get(path, params=parameters, headers=desk.headers))
        seen += [row["row"] for row in answer["items"]]
        if (cursor := answer["next_cursor"]) is None:
            break
    assert seen == [2, 3, 4, 5, 6]


async def test_rows_with_errors_are_downloaded_corrected_and_sent_again(desk: Desk, tenant: Tenant) -> None:
    rows = [
        HEADER,
        (tenant.commune, page("one.good.page"), "Một", "vi"),
        (tenant.commune, "nothing", "=SUM(A1)", "vi"),
        (tenant.commune, "nothing", "Ba", "vi"),
    ]
    made = await desk.checked(rows)
    problem(await desk.act(made, "apply"), 409, "rows-with-errors")
    assert problem(await desk.act(made, "apply", mode="all"), 409, "rows-with-errors")["bad"] == 2
    done = await desk.applied(made, "good")
    assert counts(done) == {"total": 3, "checked": 3, "good": 1, "bad": 2, "applied": 1}

    path = f"/v1/imports/{made['id']}/errors.csv"
    answer = await desk.client.get(path, headers=desk.headers)
    assert answer.headers["content-type"].startswith("text/csv")
    header, *wrong = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header == [*HEADER, "Lỗi"]
    assert [row[2] for row in wrong] == ["'=SUM(A1)", "Ba"]
    assert "Liên kết: Đây không phải một liên kết" in wrong[1][4]

    wrong = [[row[0], page(f"good.page{at}"), row[2].strip("'="), *row[3:]] for at, row in enumerate(wrong)]
    again = await desk.checked([header, *wrong])
    assert counts(await desk.applied(again)) == {"total": 2, "checked": 2, "good": 2, "applied": 2}
    assert len(await desk.accounts(tenant.commune)) == 3


async def test_a_row_with_the_id_of_an_account_and_another_handle_shows_a_rename(
    desk: Desk, staff: Staff
) -> None:
    account = await staff.numbered()
    header = ("agency_code", "platform", "handle", "platform_id", "display_name")
    row = (
        staff.agency,
        "Facebook",
        f"{account['handle']}.new",
        account["platform_id"],
        account["display_name"],
    )
    made = await desk.checked([header, row])
    assert counts(made) == {"total": 1, "checked": 1, "unchanged": 1}
    (warned,) = await desk.errors(made, warnings=True)
    assert [each["code"] for each in warned["warnings"]] == ["renamed"]


async def test_the_same_file_is_the_same_import_and_the_same_rows_change_nothing(
    desk: Desk, tenant: Tenant
) -> None:
    content = accounts_csv(tenant.commune, 3)
    made = await desk.checked(content)
    assert ok(await desk.send(content), 201)["id"] == made["id"]
    done = await desk.applied(made)
    assert ok(await desk.send(content), 201) == done

    header, *rows = csv.reader(io.StringIO(content.decode()))
    rows[0][2] = "Tên khác"
    again = await desk.checked([header, *rows, (tenant.commune, page("fresh.page"), "Mới", "vi")])
    assert counts(again) == {"total": 4, "checked": 4, "good": 1, "unchanged": 3}
    (warned,) = await desk.errors(again, warnings=True)
    assert (warned["row"], warned["warnings"][0]["code"]) == (2, "differs")
    assert counts(await desk.applied(again))["applied"] == 1
    assert len(await desk.accounts(tenant.commune)) == 4


async def test_twins_are_one_import(desk: Desk, tenant: Tenant) -> None:
    content = accounts_csv(tenant.commune)
    answers = await asyncio.gather(*(desk.send(content) for _ in range(4)))
    assert len({ok(answer, 201)["id"] for answer in answers}) == 1
    assert [act for act, _, _ in await acts(desk.database, tenant.province)] == ["imports.create"]


async def test_what_is_official_already_is_unchanged(desk: Desk, tenant: Tenant, staff: Staff) -> None:
    held = await staff.active()
    made = await desk.checked([HEADER, (tenant.commune, held["url"], held["display_name"], "vi")])
    assert counts(made) == {"total": 1, "checked": 1, "unchanged": 1}


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


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 rest", "not-a-table"),
        (changed(workbook([HEADER]), {"xl/media/1.bin": b"\0" * 20_000_000}), "too-large-inside"),
        (changed(workbook([HEADER]), {"xl/vbaProject.bin": b"x"}), "macros"),
    ],
)
async def test_what_is_no_table_is_refused_at_once(desk: Desk, content: bytes, reason: str) -> None:
    assert problem(await desk.send(content), 422, "unusable-file")["reason"] == reason


@pytest.mark.parametrize(
    ("content", "code", "missing"),
    [
        (b"Link,Ghi chu\nhttps://a.vn,x\n", "no-header", []),
        (b"Code,Name,Language\nA,B,vi\n", "columns-missing", ["agency_code", "url"]),
        (b"Link,Ten trang," + b",".join(b"c%d" % at for at in range(17_000)), "too-many-columns", []),
    ],
)
async def test_what_cannot_be_read_is_refused_by_the_worker(
    desk: Desk, content: bytes, code: str, missing: list[str]
) -> None:
    made = await desk.checked(content)
    assert (made["state"], made["refusal"]["code"], made["refusal"]["missing"]) == ("refused", code, missing)
    problem(await desk.act(made, "apply"), 409, "illegal-transition")
    assert (await desk.checked(content))["id"] != made["id"]


async def test_a_body_of_300_megabytes_is_not_received(desk: Desk) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(300):
            sent += 1
            yield b"x" * 1_000_000

    path, parameters = "/v1/imports", {"kind": "accounts"}
    declared = {**desk.headers, "Content-Length": "300000000"}
    problem(await desk.client.post(path, params=parameters, headers=declared), 413, "too-large")
    answer = await desk.client.post(path, params=parameters, content=chunks(), headers=desk.headers)
    problem(answer, 413, "too-large")
    problem(await desk.client.post(path, params=parameters, content=chunks()), 401, "unauthenticated")


async def test_a_worker_may_die_at_any_point(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is undone as a whole, and the next worker takes it again."""
    monkeypatch.setattr(working, "BATCH", 2)
    made = ok(await desk.send(accounts_csv(tenant.commune, 5)), 201)
    for until, action in (("checked", "apply"), ("applied", None)):
        while True:
            await dies(desk.database)
            found = ok(await desk.client.get(f"/v1/imports/{made['id']}", headers=desk.headers))
            if found["state"] == until:
                break
            await working.step(desk.database)
        if action:
            ok(await desk.act(made, action))
    assert counts(found) == {"total": 5, "checked": 5, "good": 5, "applied": 5}
    assert len(await desk.accounts(tenant.commune)) == 5
    assert (
        await acts(desk.database, tenant.commune)
        == [("accounts.create", f"{tenant.province}:officer", 1)] * 5
    )


async def test_several_workers_share_the_work_and_do_nothing_twice(
    desk: Desk, tenant: Tenant, settings_for: SettingsFor
) -> None:
    settings = settings_for("registry")
    workers = [asyncio.create_task(working.imports(desk.database, settings)) for _ in range(3)]  # type: ignore[arg-type]
    try:
        made = [ok(await desk.send(accounts_csv(tenant.commune, 30)), 201) for _ in range(3)]

        async def all_are(state: str) -> bool:
            found = ok(await desk.client.get("/v1/imports", headers=desk.headers))["items"]
            return len(found) == len(made) and {each["state"] for each in found} == {state}

        await eventually(lambda: all_are("checked"), seconds=60)
        for each in made:
            ok(await desk.act(each, "apply"))
        await eventually(lambda: all_are("applied"), seconds=60)
    finally:
        await stop(*workers)
    assert len(await desk.accounts(tenant.commune)) == 90
    assert len(await acts(desk.database, tenant.commune)) == 90


class Killed(BaseException):
    """What no handler catches."""


async def dies(database: Database) -> None:
    """Take a step up to its end, and be gone before it is committed."""

    class Dying(Database):
        def __init__(self) -> None:
            self.__dict__.update(database.__dict__)

        def transaction(self) -> Any:
            return _broken(database)

    with pytest.raises((Killed, AssertionError)):
        assert await working.step(Dying())


def _broken(database: Database) -> Any:
    from contextlib import asynccontextmanager  # noqa: PLC0415

    @asynccontextmanager
    async def transaction() -> AsyncIterator[Any]:
        async with database.transaction() as session:
            yield session
            raise Killed

    return transaction()


async def test_over_what_the_service_stumbles_is_given_up(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stumbles(*_: Any) -> None:
        raise RuntimeError

    made = ok(await desk.send(accounts_csv(tenant.commune)), 201)
    monkeypatch.setattr(working, "_STEPS", dict.fromkeys(("uploaded", "checking", "applying"), stumbles))
    found = await desk.settled(made)
    assert (found["state"], found["refusal"]["code"]) == ("refused", "internal")


async def test_cancelling_stops_it_and_the_file_may_come_again(
    desk: Desk, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = accounts_csv(tenant.commune, 4)
    made = ok(await desk.send(content), 201)
    assert ok(await desk.act(made, "cancel"))["state"] == "cancelled"
    async with desk.database.transaction() as session:
        kept = (
            select(func.count()).select_from(ImportFile).where(col(ImportFile.import_id) == UUID(made["id"]))
        )
        assert await session.scalar(kept) == 0
    again = await desk.checked(content)
    assert again["id"] != made["id"]
    monkeypatch.setattr(working, "BATCH", 1)
    ok(await desk.act(again, "apply"))
    while len(await desk.accounts(tenant.commune)) == 0:
        await working.step(desk.database)
    stopped = ok(await desk.act(again, "cancel"))
    assert 0 < stopped["rows"]["applied"] < 4
    assert len(await desk.accounts(tenant.commune)) == stopped["rows"]["applied"]
    problem(await desk.act(again, "cancel"), 409, "illegal-transition")


async def test_the_kind_decides_whose_role_it_needs(desk: Desk, tenant: Tenant) -> None:
    made = await desk.checked(accounts_csv(tenant.commune))
    admin = Desk(desk.client, desk.database, tenant.auth(tenant.province, "admin"))
    for answer in (await admin.send(accounts_csv(tenant.commune)), await admin.act(made, "apply")):
        assert problem(answer, 403, "forbidden")["required_roles"] == ["officer"]
    refused = await desk.send(accounts_csv(tenant.commune), kind="agencies")
    assert problem(refused, 403, "forbidden")["required_roles"] == ["admin"]


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


async def test_values_are_forgotten_after_thirty_days_and_counts_are_not(
    desk: Desk, tenant: Tenant, registry_database: Database
) -> None:
    content = table([HEADER, (tenant.commune, "nothing", "A", "vi")])
    made = await desk.checked(content)
    with clock.shifted(timedelta(days=31)):
        await forget_once(registry_database, RULES)
    found = ok(await desk.client.get(f"/v1/imports/{made['id']}", headers=desk.headers))
    assert (found["state"], found["columns"], counts(found)) == ("cancelled", [], counts(made))
    assert await desk.errors(made) == []
    async with registry_database.transaction() as session:
        rows = select(func.count()).select_from(ImportRow).where(col(ImportRow.import_id) == UUID(made["id"]))
        assert await session.scalar(rows) == 0
    assert (await desk.checked(content))["id"] != made["id"]


async def test_templates_are_there_for_everybody(registry: httpx.AsyncClient) -> None:
    for kind in ("accounts", "agencies"):
        answer = await registry.get(f"/v1/imports/templates/{kind}.csv", params={"lang": "en"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert kind in answer.headers["content-disposition"]
        assert (
            await registry.get(f"/v1/imports/templates/{kind}.csv", headers={"Accept-Language": "en"})
        ).content == (answer.content)
        answer = await registry.get(f"/v1/imports/templates/{kind}.xlsx")
        assert answer.headers["content-type"] == XLSX
        assert answer.content.startswith(b"PK")
    problem(await registry.get("/v1/imports/templates/people.csv"), 422, "invalid")
    problem(await registry.get("/v1/imports/templates/accounts.csv?lang=fr"), 422, "invalid")


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
