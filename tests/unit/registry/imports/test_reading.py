"""Tables as offices keep them are read; what is none, or is meant to harm, is refused with its reason."""

import codecs
import io
import subprocess
import sys
import zipfile
from typing import Any

import orjson
import pytest

from deploy.local.config import PROJECT
from services.registry.imports.columns import FIELDS, columns_of
from services.registry.imports.reading import REFUSALS, Refused, Table, read, recognise
from services.registry.imports.reading.table import mapped
from services.registry.imports.templates import as_csv, as_xlsx, rows
from tests.support.workbooks import SHEET, changed, with_cells, workbook

HEADER = ["Mã cơ quan", "Liên kết", "Tên hiển thị"]
ROW = ["T82.X30169", "https://www.facebook.com/ubndxalapvo", "UBND xã Lấp Vò"]
TEXT = "\r\n".join(",".join(row) for row in (HEADER, ROW))
MAPPED = {"agency_code": ROW[0], "url": ROW[1], "display_name": ROW[2]}


def accounts(content: bytes, **named: str) -> Table:
    return read(content, columns_of("accounts"), named)


def first(table: Table) -> dict[str, str]:
    return mapped(table.fields, table.rows[0][1])


def refusal(content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        accounts(content)
    assert caught.value.code in REFUSALS
    return caught.value.code


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16"),
        (TEXT.encode("utf-16-be"), "utf-16"),
    ],
)
def test_unicode_is_read(content: bytes, encoding: str) -> None:
    table = accounts(content)
    assert (table.format, table.encoding, table.header_row) == ("csv", encoding, 1)
    assert first(table) == MAPPED


def test_windows_1258_is_read() -> None:
    # Letters with a tone are a letter and a combining mark there.
    text = (
        TEXT.replace("ấ", "â\u0301").replace("ể", "ê\u0309").replace("ị", "i\u0323").replace("ò", "o\u0300")
    )
    text = text.replace("ã", "a\u0303").replace("ế", "ê\u0301").replace("ơ", "ơ")
    table = accounts(text.encode("cp1258"))
    assert table.encoding == "windows-1258"
    assert first(table) == MAPPED


TCVN3 = "M· c¬ quan,Liªn kÕt,Tªn hiÓn thÞ\nT1,https://fb.com/x,UBND x· LÊp Vß\nT1,https://fb.com/y,Sè mét"
VNI = "Maõ cô quan,Lieân keát,Teân hieån thò\nT1,https://fb.com/x,UBND xaõ Laáp Voø\nT1,https://fb.com/y,Soá moät"


@pytest.mark.parametrize(("text", "encoding"), [(TCVN3, "tcvn3"), (VNI, "vni")])
@pytest.mark.parametrize("as_bytes", ["latin-1", "utf-8"])
def test_legacy_encodings_are_recognised(text: str, encoding: str, as_bytes: str) -> None:
    table = accounts(text.encode(as_bytes))
    assert table.encoding == encoding
    assert table.headings == ("Mã cơ quan", "Liên kết", "Tên hiển thị")
    assert [row[2] for _, row in table.rows] == ["UBND xã Lấp Vò", "Số một"]


@pytest.mark.parametrize(("text", "encoding"), [(TCVN3, "tcvn3"), (VNI, "vni")])
def test_legacy_letters_are_recognised_in_workbooks(text: str, encoding: str) -> None:
    table = accounts(workbook([line.split(",") for line in text.splitlines()]))
    assert (table.format, table.encoding) == ("xlsx", encoding)
    assert [row[2] for _, row in table.rows] == ["UBND xã Lấp Vò", "Số một"]


@pytest.mark.parametrize(("text", "encoding"), [(TCVN3, "tcvn3"), (VNI, "vni")])
def test_a_cell_typed_anew_among_legacy_ones_stays_as_it_is(text: str, encoding: str) -> None:
    table = accounts(f"{text}\nT1,https://fb.com/z,Công an xã Lấp Vò".encode())
    assert table.encoding == encoding
    assert [row[2] for _, row in table.rows] == ["UBND xã Lấp Vò", "Số một", "Công an xã Lấp Vò"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_whatever_separates_cells(delimiter: str) -> None:
    text = "\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in (HEADER, ROW))
    assert first(accounts(text.encode())) == MAPPED
    assert first(accounts(f"sep={delimiter}\n{text}".encode())) == MAPPED


def test_quotes_hold_delimiters_and_line_breaks() -> None:
    table = accounts(
        'Code,Link,Name\nT1,http://a.vn,"Xã A,\nhuyện ""B"""\n'.replace("Code", "Agency code").encode()
    )
    assert first(table)["display_name"] == 'Xã A, huyện "B"'


@pytest.mark.parametrize(
    "headings",
    [
        ["ma co quan", "LIEN KET", "Tên  hiển thị (*)"],
        ["Agency code", "link", "Display name"],
        ["Mã đơn vị", "Đường dẫn", "Tên trang/kênh [bắt buộc]"],
        ["agency_code", "url", "display_name"],
    ],
)
def test_headings_are_known_by_many_names(headings: list[str]) -> None:
    assert first(accounts(workbook([headings, ROW]))) == MAPPED


def test_the_name_of_an_agency_beside_its_code_is_no_second_code() -> None:
    table = accounts(workbook([["Tên cơ quan", *HEADER, "Loại"], ["UBND xã Lấp Vò", *ROW, "facebook"]]))
    assert table.fields == (None, "agency_code", "url", "display_name", "platform")
    table = accounts(workbook([["Tên cơ quan", "Liên kết"], ["UBND xã Lấp Vò", "http://a.vn"]]))
    assert table.fields == ("agency_code", "url")
    assert refusal(workbook([["Tên cơ quan", "Đơn vị", "Liên kết"]])) == "heading-twice"


def test_titles_stand_above_the_header_and_row_numbers_are_those_of_the_sheet() -> None:
    title = [["ỦY BAN NHÂN DÂN"], [], ["DANH SÁCH TÀI KHOẢN", "", "Tháng 7"], []]
    for content in (workbook([*title, ["TT", *HEADER], ["1", *ROW], [], ["2", *ROW]]),):
        table = accounts(content)
        assert table.header_row == 5
        assert table.fields == (None, "agency_code", "url", "display_name")
        assert [number for number, _ in table.rows] == [6, 8]
    text = "\n".join(",".join(row) for row in (*title, HEADER, ROW, [], ROW))
    assert [number for number, _ in accounts(text.encode()).rows] == [6, 8]


def test_what_a_column_means_can_be_said() -> None:
    table = accounts(b"holder,platform,handle\nA,twitter,b\n", display_name="holder")
    assert table.fields == ("display_name", "platform", "handle")


def test_empty_columns_and_rows_at_the_end_do_not_count() -> None:
    wide = [[*HEADER, *[""] * 17_000], [*ROW, *[""] * 17_000]]
    table = accounts("\n".join(",".join(row) for row in [*wide, *[[""] * 5] * 50]).encode())
    assert table.headings == tuple(HEADER)
    assert table.rows == [(2, ROW)]


def test_17_000_columns_are_refused() -> None:
    header = ",".join([*HEADER, *(f"c{number}" for number in range(17_000))])
    assert refusal(f"{header}\n".encode()) == "too-many-columns"
    assert refusal(f"{','.join(HEADER)}\n{','.join('x' * 17_000)}\n".encode()) == "too-many-columns"


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registry.imports.reading.table.MAX_ROWS", 2)
    lines = [",".join(HEADER), *[",".join(ROW)] * 2]
    assert len(accounts("\n".join(lines).encode()).rows) == 2
    assert refusal("\n".join([*lines, ",".join(ROW)]).encode()) == "too-many-rows"


def test_a_cell_of_a_megabyte_is_cut_and_nul_is_shown() -> None:
    table = accounts(f"{','.join(HEADER)}\nT1,http://a.vn,{'x' * 1_048_576}\nT1,a\0b,c\n".encode())
    assert [len(row[2]) for _, row in table.rows] == [2500, 1]
    assert table.rows[1][1][1] == "a\ufffdb"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"%PDF-1.7\n" + TEXT.encode(), "not-a-table"),
        (b"\x89PNG\r\n", "not-a-table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old-or-protected"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"just some words\nand more of them\n", "no-header"),
        (b"Link\nhttp://a.vn\n", "no-header"),
        (b"Link,URL,Name\n", "heading-twice"),
        (b"\xff\xfe\x00", "unknown-encoding"),
        (bytes(range(128, 256)) * 20, "unknown-encoding"),
        (b"\0" * 5000, "no-header"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_other_archives_are_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(packed.getvalue()) == "not-a-table"


def test_macros_are_refused() -> None:
    assert refusal(changed(workbook([HEADER, ROW]), {"xl/vbaProject.bin": b"x"})) == "macros"


def test_encrypted_parts_are_refused() -> None:
    content = bytearray(workbook([HEADER, ROW]))
    at = content.index(b"PK\x01\x02") + 8
    content[at] |= 1  # the flag in the archive's directory
    assert refusal(bytes(content)) == "old-or-protected"


def test_zip_bombs_are_refused_before_anything_is_unpacked() -> None:
    good = workbook([HEADER, ROW])
    dense = changed(good, {"xl/media/image1.bin": b"\0" * 20_000_000})
    assert len(dense) < 100_000
    many = changed(good, {f"xl/media/{number}.bin": b"x" for number in range(1001)})
    for content in (dense, many):
        with pytest.raises(Refused) as caught:
            recognise(content)
        assert caught.value.code == "too-large-inside"


def test_a_damaged_sheet_is_refused() -> None:
    assert refusal(changed(workbook([HEADER, ROW]), {SHEET: "<worksheet><sheetData><row>"})) in {
        "damaged",
        "no-header",
    }
    assert refusal(changed(workbook([HEADER, ROW]), {"xl/workbook.xml": "rubbish"})) in {
        "damaged",
        "no-header",
    }


def test_cells_are_read_as_a_person_would_type_them() -> None:
    header = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in (*HEADER, "x", "y"))
    cells = (
        '<c><v>30169</v></c><c t="str"><f>HYPERLINK("http://evil")</f><v>http://a.vn</v></c>'
        '<c t="inlineStr"><is><t>A</t></is></c><c><v>1.5</v></c><c t="b"><v>1</v></c>'
    )
    table = accounts(with_cells(f"<row>{header}</row><row>{cells}</row>"))
    assert table.rows == [(2, ["30169", "http://a.vn", "A", "1.5", "TRUE"])]


def test_the_header_may_stand_on_another_sheet_or_away_from_the_corner() -> None:
    cells = "".join(
        f'<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
        for row, texts in ((7, HEADER), (8, ROW))
        for column, text in zip("CDE", texts, strict=True)
    )
    seventh, eighth = cells.split('<c r="C8"')
    table = accounts(with_cells(f'<row r="7">{seventh}</row><row r="8"><c r="C8"{eighth}</row>'))
    assert table.header_row == 7
    assert table.fields == (None, None, "agency_code", "url", "display_name")
    assert first(table) == MAPPED


@pytest.mark.parametrize("kind", FIELDS)
@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("written", [as_csv, as_xlsx])
def test_templates_are_read_back(kind: str, language: str, written: Any) -> None:
    table = read(written(rows(kind, language)), columns_of(kind))
    assert table.header_row == 3
    assert table.fields == tuple(field.name for field in FIELDS[kind])
    assert [len(row) > 2 for _, row in table.rows] == [True]


def in_a_process(content: bytes) -> list[Any]:
    done = subprocess.run(
        [sys.executable, "-m", "services.registry.imports.reading", "accounts", "{}"],
        input=content,
        capture_output=True,
        cwd=PROJECT,
        check=False,
        timeout=60,
    )
    return [orjson.loads(line) for line in done.stdout.splitlines()]


def test_a_process_of_its_own_reads_the_same() -> None:
    about, *parts = in_a_process(TEXT.encode())
    assert about["fields"] == ["agency_code", "url", "display_name"]
    assert parts == [[[2, ROW]]]
    assert in_a_process(b"%PDF-1.7") == [{"refused": "not-a-table", "missing": []}]


def test_a_cell_far_away_harms_nobody_but_the_process_that_reads_it() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert in_a_process(with_cells(far)) in ([], [{"refused": "too-large-inside", "missing": []}])


def test_a_directory_of_half_a_million_entries_is_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a stranger sent is looked at in the API's process, so it must never take that long."""
    monkeypatch.setattr(zipfile, "ZipFile", None)
    entry = b"PK\x01\x02" + bytes(42) + b"x"
    with pytest.raises(Refused) as caught:
        recognise(b"PK\x03\x04" + entry * 400_000)
    assert caught.value.code == "too-large-inside"
