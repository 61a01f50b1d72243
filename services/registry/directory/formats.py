"""The directory as files: CSV and XLSX for people and their programs, JSON lines for programs alone.

Each writer takes batches of rows, the fields of `DirectoryEntry` in their order, and keeps none of them.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from operator import itemgetter
from tempfile import TemporaryDirectory
from typing import IO, Any, Protocol

import orjson
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from services.registry.directory.schemas import DirectoryEntry
from shared.problems import Text
from shared.spreadsheets import BOM, harmless

COLUMNS: Mapping[str, Text] = {
    "agency_code": Text("Mã cơ quan", "Agency code"),
    "agency_name": Text("Cơ quan", "Agency"),
    "platform": Text("Nền tảng", "Platform"),
    "display_name": Text("Tên hiển thị", "Name shown"),
    "handle": Text("Tên người dùng", "Handle"),
    "platform_id": Text("Mã trên nền tảng", "Id on the platform"),
    "url": Text("Liên kết", "Link"),
    "kind": Text("Loại", "Kind"),
    "office": Text("Chức danh", "Office"),
    "purpose": Text("Mục đích", "Purpose"),
    "languages": Text("Ngôn ngữ", "Languages"),
    "state": Text("Trạng thái", "State"),
    "reason": Text("Lý do", "Reason"),
    "updated_at": Text("Từ lúc", "Since"),
    "version": Text("Phiên bản", "Version"),
    "id": Text("Mã tài khoản", "Account id"),
}
"""The columns of tables in their order, with their headings."""

_SHEET_ROWS = 1_048_576
_WIDTHS = {"agency_name": 40, "display_name": 40, "url": 48, "id": 38}
_LINE = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z
_FIELDS = tuple(DirectoryEntry.model_fields)
_in_order = itemgetter(*(_FIELDS.index(name) for name in COLUMNS))


class Writer(Protocol):
    """Writes rows to a file that it was given, and does not close that file."""

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows."""

    def finish(self) -> None:
        """End the file's content."""

    def discard(self) -> None:
        """Leave nothing but the file itself behind."""


class CsvWriter:
    """RFC 4180, in UTF-8; with a byte order mark when asked."""

    def __init__(self, file: IO[bytes], language: str, *, bom: bool = False) -> None:
        if bom:
            file.write(BOM)
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        self._csv = csv.writer(self._text)
        self._csv.writerow(headings(language))

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        self._csv.writerows(map(cells, rows))

    def finish(self) -> None:
        self._text.flush()
        self._text.detach()

    def discard(self) -> None:
        self._text.detach()


class JsonLinesWriter:
    """A line for each entry, exactly as in `GET /v1/directory`."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        lines = (orjson.dumps(dict(zip(_FIELDS, row, strict=True)), str, _LINE) for row in rows)
        self._file.writelines(lines)

    def finish(self) -> None:
        """Nothing is open."""

    def discard(self) -> None:
        """Nothing is open."""


class XlsxWriter:
    """One sheet after the other, each as long as a sheet can be. Every cell is text, so none is a formula."""

    def __init__(self, file: IO[bytes], language: str) -> None:
        # What the library keeps on disk meanwhile has names, so it gets a directory that goes as a whole.
        self._scratch = TemporaryDirectory(prefix="chinh-danh-xlsx-")
        options = {"constant_memory": True, "tmpdir": self._scratch.name}
        self._book = xlsxwriter.Workbook(file, options)
        self._bold = self._book.add_format({"bold": True})
        self._headings = headings(language)
        self._begin_sheet()

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        for row in rows:
            if self._row == _SHEET_ROWS:
                self._begin_sheet()
            self._add(cells(row))

    def finish(self) -> None:
        self._book.close()
        self._scratch.cleanup()

    def discard(self) -> None:
        with suppress(OSError, XlsxWriterException):
            self._book.close()  # which closes what it opened; whatever it writes is thrown away
        self._scratch.cleanup()

    def _begin_sheet(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._row = 0
        self._sheet.freeze_panes(1, 0)
        for place, name in enumerate(COLUMNS):
            self._sheet.set_column(place, place, _WIDTHS.get(name, 16))
        self._add(self._headings, self._bold)

    def _add(self, texts: Sequence[str], form: Any = None) -> None:
        for place, text in enumerate(texts):
            if text:
                self._sheet.write_string(self._row, place, text, form)
        self._row += 1


def headings(language: str) -> list[str]:
    """The headings of tables in `vi` or `en`."""
    return [heading.in_language(language) for heading in COLUMNS.values()]


def cells(row: Sequence[Any]) -> list[str]:
    """A row as the texts of its cells."""
    return [_cell(value) for value in _in_order(row)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return harmless(" ".join(value) if isinstance(value, list) else str(value))


Open = Callable[[IO[bytes]], Writer]
