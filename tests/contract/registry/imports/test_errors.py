"""Every error by row and column, with what may be meant; as a list, and as a file to correct."""

import csv
import io

from shared import tenancy
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.importing import HEADER, Desk, counts, page
from tests.support.staff import Staff
from tests.support.tenant import Tenant, agency


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
    }
    assert counts(made) == {"total": 15, "checked": 15, "good": 1, "bad": 14}
    english = {row["row"]: row["errors"][0]["detail"] for row in found}
    assert english[6] == "A short link; open it and copy the address that it leads to."
    assert english[12] == "At most 200 characters."
    vietnamese = {row["row"]: row["errors"][0]["detail"] for row in await desk.errors(made, "vi")}
    assert vietnamese[6] == "Liên kết rút gọn; hãy mở ra rồi sao chép địa chỉ đầy đủ."
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
