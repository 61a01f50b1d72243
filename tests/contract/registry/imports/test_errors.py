"""Every error by row and column, with what may be meant; as a list, and as a file to correct."""

import csv
import io
from datetime import timedelta
from typing import Any

from services.registry.accounts.links import WHY_UNUSABLE
from shared import clock, tenancy
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.importing import HEADER, Desk, counts, page
from tests.support.staff import Staff
from tests.support.tenant import Tenant, agency
from tests.support.workbooks import with_cells


def errors_by_row(found: list[dict[str, Any]]) -> dict[int, list[tuple[str | None, ...]]]:
    """Code, field, cell and suggestion of each error, by the row of the file."""
    return {
        row["row"]: [
            (error["code"], error["field"], error["cell"], error["suggestion"]) for error in row["errors"]
        ]
        for row in found
    }


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
    third = f"{tenant.province}.X3 (UBND P. TQĐN)"
    assert errors_by_row(await desk.errors(made)) == {
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


async def test_errors_say_in_both_languages_what_stood_where(desk: Desk, tenant: Tenant) -> None:
    rows = [
        HEADER,
        (f"{tenant.province}.X33", page("a.ok"), "A", "vi"),
        (tenant.commune, "https://bit.ly/abc", "E", "vi"),
        (tenant.commune, page("k.ok"), "x" * 201, "vi"),
    ]
    made = await desk.checked(rows)
    found = await desk.errors(made)
    english = {row["row"]: row["errors"][0]["detail"] for row in found}
    assert english[3] == WHY_UNUSABLE["needs-resolving"].en
    assert english[4] == "At most 200 characters."
    vietnamese = {row["row"]: row["errors"][0]["detail"] for row in await desk.errors(made, "vi")}
    assert vietnamese[3] == WHY_UNUSABLE["needs-resolving"].vi
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


async def test_of_an_agency_that_is_yet_to_begin_the_day_is_said(
    desk: Desk, tenant: Tenant, registry_database: Database
) -> None:
    begins = clock.today() + timedelta(days=2)
    coming = agency(f"{tenant.province}.X3", parent_code=tenant.province, valid_from=begins)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [coming])
    made = await desk.checked([HEADER, (coming["code"], page("too.early"), "A", "vi")])
    (row,) = await desk.errors(made)
    ((code, field, detail),) = [(each["code"], each["field"], each["detail"]) for each in row["errors"]]
    assert (code, field) == ("invalid", "agency_code")
    assert begins.isoformat() in detail


async def test_the_file_of_errors_is_harmless_and_comes_back_as_it_went(desk: Desk, tenant: Tenant) -> None:
    """No heading or cell of it is a formula, and what was put before one is taken away again."""
    formula = '=HYPERLINK("http://evil")'
    rows = [
        (*HEADER, "Điện thoại", "Nền tảng", "Tên định danh trên nền tảng", formula),
        (tenant.commune, "", "A", "Vietnamish", "+84 277 3845 123", "x", "@some_page", formula),
        (tenant.commune, page("two.pages"), "B", "vi", "", "", "", "", "too", "many"),
    ]
    made = await desk.checked(rows)
    answer = await desk.client.get(f"/v1/imports/{made['id']}/errors.csv", headers=desk.headers)
    header, *wrong = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header == [*rows[0][:-1], f"'{formula}", "Lỗi"]
    assert wrong[0][4:8] == ["'+84 277 3845 123", "x", "'@some_page", f"'{formula}"]
    again = await desk.checked(answer.content)
    assert [[error["code"] for error in row["errors"]] for row in await desk.errors(again)] == [
        ["invalid"],
        ["extra-cells"],
    ]
    wrong[0][3] = "vi"
    done = await desk.applied(await desk.checked([header, wrong[0]]))
    (account,) = await desk.accounts(tenant.commune)
    assert (account.url, account.contact_phone) == ("https://x.com/some_page", "+842773845123")
    assert counts(done)["applied"] == 1


async def test_what_spreadsheets_do_to_values_is_told_or_undone(desk: Desk, tenant: Tenant) -> None:
    """Zeros go from the beginnings of numbers, digits from their ends, and a formula may have no result."""
    text = '<c t="inlineStr"><is><t>{}</t></is></c>'
    header = ("Mã cơ quan", "Liên kết", "Tên hiển thị", "Điện thoại", "ID", "Nền tảng")
    rows = [
        [text.format(each) for each in header],
        [
            text.format(tenant.commune),
            text.format(page("a.page")),
            "<c><f>A1&amp;B1</f></c>",
            "<c><v>2773845123</v></c>",
        ],
        [text.format(tenant.commune), text.format(page("b.page")), '<c t="e"><f>C9</f><v>#REF!</v></c>'],
        [
            *(text.format(tenant.commune), "<c/>", text.format("C"), "<c/>"),
            *("<c><v>1234567890123456789</v></c>", text.format("zalo")),
        ],
        [
            *(text.format(tenant.commune), text.format(page("d.page")), text.format("D")),
            "<c><v>912345678</v></c>",
        ],
    ]
    made = await desk.checked(with_cells("".join(f"<row>{''.join(row)}</row>" for row in rows)))
    said = {
        row["row"]: [(each["code"], each["field"], each["value"]) for each in row["errors"]]
        for row in await desk.errors(made)
    }
    assert said[2] == [("formula-unsaved", "display_name", "#FORMULA! =A1&B1")]
    assert said[3] == [("formula-failed", "display_name", "#REF!")]
    assert ("digits-lost", "platform_id", "1.234568E+18") in said[4]
    (warned,) = [row for row in await desk.errors(made, warnings=True) if row["row"] == 5]
    assert [(each["code"], each["suggestion"]) for each in warned["warnings"]] == [
        ("leading-zero", "0912345678")
    ]
    await desk.applied(made, "good")
    assert [each.contact_phone for each in await desk.accounts(tenant.commune)] == ["0912345678"]
