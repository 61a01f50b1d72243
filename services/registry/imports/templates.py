"""Files to fill in: what each column means, its heading, and an example."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import xlsxwriter

from services.registry.imports.columns import FIELDS
from shared.problems import Text
from shared.spreadsheets import BOM, csv_lines

_MADE = datetime(2026, 1, 1, tzinfo=UTC)
_COLUMN_WIDTH = 28  # characters
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
    """CSV with a byte order mark."""
    return BOM + csv_lines(table)


def as_xlsx(table: Sequence[Sequence[str]]) -> bytes:
    """A workbook with one sheet in which every cell is text, so that no leading zero is lost."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True}) as workbook:
        workbook.set_properties(
            {"created": _MADE}
        )  # the same table is the same file, whenever it is asked for
        sheet = workbook.add_worksheet()
        sheet.set_column(0, 29, _COLUMN_WIDTH, workbook.add_format({"num_format": "@"}))
        for number, row in enumerate(table):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    return packed.getvalue()
