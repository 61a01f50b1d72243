"""Files to fill in: what each column means, its heading, and an example."""

import csv
import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from services.registry.imports.columns import FIELDS
from shared.problems import Text

_TITLE = Text(
    "Điền từ hàng dưới tiêu đề và thay hàng ví dụ. Cột có dấu (*) là bắt buộc.",
    "Fill in below the headings, replacing the example. Columns marked (*) are required.",
)


def rows(kind: str, language: str) -> list[list[str]]:
    """A template: a line of advice, what the columns mean, their headings, and an example.

    Whatever stands above the headings is skipped when the file comes back.
    """
    fields = FIELDS[kind]
    headings = [f"{each.heading.in_language(language)}{' (*)' if each.required else ''}" for each in fields]
    return [
        [_TITLE.in_language(language)],
        [each.explained.in_language(language) for each in fields],
        headings,
        [each.example for each in fields],
    ]


def as_csv(table: Sequence[Sequence[str]]) -> bytes:
    """CSV (RFC 4180) in UTF-8 with a byte order mark, without which spreadsheet programs guess the encoding."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(table: Sequence[Sequence[str]]) -> bytes:
    """A workbook (ECMA-376) with one sheet in which every cell is text, so that no leading zero is lost."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*_PARTS.items(), ("xl/worksheets/sheet1.xml", _sheet(table))):
            archive.writestr(name, _DECLARATION + content)
    return packed.getvalue()


def _sheet(table: Sequence[Sequence[str]]) -> str:
    cell = '<c t="inlineStr" s="1"><is><t>{}</t></is></c>'
    rows = ("".join(cell.format(escape(text)) for text in row) for row in table)
    body = "".join(f"<row>{row}</row>" for row in rows)
    columns = '<cols><col min="1" max="30" width="28" style="1"/></cols>'
    return f'<worksheet xmlns="{_MAIN}">{columns}<sheetData>{body}</sheetData></worksheet>'


_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_SCHEMAS = "http://schemas.openxmlformats.org"
_MAIN = f"{_SCHEMAS}/spreadsheetml/2006/main"
_RELATIONS = f"{_SCHEMAS}/package/2006/relationships"
_OFFICE = f"{_SCHEMAS}/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FORMAT_TEXT = 49  # ECMA-376 part 1, §18.8.30
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_SCHEMAS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
    f'<cellXfs count="2"><xf/><xf numFmtId="{_FORMAT_TEXT}" applyNumberFormat="1"/></cellXfs></styleSheet>',
}
