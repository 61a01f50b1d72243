"""Cells of workbooks that only look empty: they are told from those that are."""

import io
import zipfile

import pytest

from services.registry.imports.columns import ACCOUNTS, columns_of
from services.registry.imports.reading import read
from services.registry.imports.rows import Row, look_over
from tests.support.workbooks import SHEET, changed, with_cells

TEXT = '<c t="inlineStr"><is><t>{}</t></is></c>'
HEADER = f"<row>{''.join(TEXT.format(each) for each in ('Mã cơ quan', 'Liên kết', 'Tên hiển thị'))}</row>"
ROW = f"<row>{TEXT.format('T82')}{TEXT.format('http://a.vn')}{{}}</row>"


def shown(xml: str) -> list[tuple[int, list[str]]]:
    """The rows below the header of a sheet that holds this SpreadsheetML."""
    return read(with_cells(HEADER + xml), columns_of("accounts")).rows


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<c><f>A2&amp;B2</f></c>", "#FORMULA! =A2&B2"),
        ("<c><f>A2</f><v></v></c>", "#FORMULA! =A2"),
        ('<c><f t="shared" si="0"/></c>', "#FORMULA!"),
        ('<c t="e"><f>VLOOKUP(A2,B:C,2,0)</f><v>#N/A</v></c>', "#N/A"),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
        ("<c><v>1234567890123456789</v></c>", "1.234568E+18"),
        ("<c><v>123456789012345</v></c>", "123456789012345"),
        ('<c t="str"><f>A2</f><v>saved</v></c>', "saved"),
    ],
)
def test_a_cell_without_a_value_says_so(cell: str, text: str) -> None:
    assert shown(ROW.format(cell)) == [(2, ["T82", "http://a.vn", text])]


def test_a_formula_may_have_an_empty_text_for_its_result() -> None:
    assert shown(ROW.format('<c t="str"><f>IF(A2="","",A2)</f><v></v></c>')) == [(2, ["T82", "http://a.vn"])]


def test_cells_are_found_where_they_stand() -> None:
    cells = f'<c r="A5" t="inlineStr"><is><t>T82</t></is></c><c r="C5"><f>X1</f></c>{TEXT.format("more")}'
    assert shown(f'<row r="5">{cells}</row><row><c r="B6"><f>X2</f></c></row>') == [
        (5, ["T82", "", "#FORMULA! =X1", "more"]),
        (6, ["", "#FORMULA! =X2"]),
    ]


def test_errors_below_the_table_are_no_rows() -> None:
    drawn_down = '<row><c/><c/><c t="e"><f>VLOOKUP(A3,B:C,2,0)</f><v>#N/A</v></c></row>'
    assert shown(ROW.format(TEXT.format("A")) + drawn_down * 3) == [(2, ["T82", "http://a.vn", "A"])]


def test_only_the_sheet_that_is_read_is_looked_through() -> None:
    """Sheets lie where the workbook says, whatever their parts are called."""
    content = with_cells(HEADER + ROW.format("<c><f>A2</f></c>"))
    parts = {"xl/_rels/workbook.xml.rels": "", "xl/workbook.xml": "", "[Content_Types].xml": "", SHEET: ""}
    for name in parts:
        parts[name] = read_part(content, name).replace("worksheets/sheet1.xml", "worksheets/other.xml")
    moved = changed(content, {**parts, "xl/worksheets/other.xml": parts[SHEET], SHEET: "<worksheet/>"})
    assert read(moved, columns_of("accounts")).rows == [(2, ["T82", "http://a.vn", "#FORMULA! =A2"])]


def read_part(content: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("#FORMULA! =A2", "formula-unsaved"),
        ("#FORMULA!", "formula-unsaved"),
        ("#N/A", "formula-failed"),
        ("#NAME?", "formula-failed"),
        ("1.23457E+18", "digits-lost"),
        ("1,23457E+18", "digits-lost"),
    ],
)
def test_such_a_cell_is_an_error_of_its_own(value: str, code: str) -> None:
    row = Row(2, {"agency_code": "T82", "handle": value})
    look_over([row], ACCOUNTS, free=frozenset({"handle"}))
    assert [(error.code, error.field) for error in row.errors] == [(code, "handle")]


def test_other_values_with_a_number_sign_are_names() -> None:
    row = Row(2, {"agency_code": "T82", "display_name": "#YeuDongThap"})
    look_over([row], ACCOUNTS)
    assert row.errors == []
