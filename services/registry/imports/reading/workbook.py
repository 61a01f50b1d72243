"""XLSX: looked at from outside before a parser sees it, then its sheets as rows of text."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from services.registry.imports.reading.refusals import Refused
from services.registry.imports.reading.valueless import UNSAVED, Place, valueless

MAX_ENTRIES = 1000
MAX_UNPACKED = 200 * 1024**2
"""Bytes of all parts together, as the archive's directory has it; whoever lies there meets the limits of
the process that reads it."""
MAX_RATIO = 250
"""Unpacked to packed, for parts of more than a megabyte; sheets of real offices stay below 60."""
_SMALL = 1024**2
_TOO_LONG = 1e15
"""The first whole number with more digits than a spreadsheet keeps."""

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_OTHERS = (
    _PDF,
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"{\\rtf",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"<!DOCTYPE",
    b"<html",
)
_ENTRY = b"PK\x01\x02"
"""What each entry of an archive's directory begins with."""
_ENCRYPTED = 0x1

Cell = int | float | str | bool | time | date | datetime | timedelta


def recognise(content: bytes) -> str:
    """`xlsx` or `csv`, by what is inside and never by a name; cheap, whatever was sent.

    Raises:
        Refused: it is neither, or an archive that nobody should unpack.
    """
    head = content.lstrip()[:16]
    if not head:
        raise Refused("empty")
    if head.startswith(_OLE):  # also what encrypted .xlsx are wrapped in
        raise Refused("old-or-protected")
    if head.startswith(_OTHERS):
        raise Refused("not-a-table")
    if not head.startswith(_ZIP):
        return "csv"
    _require_harmless(content)
    return "xlsx"


def _require_harmless(content: bytes) -> None:
    # The directory of an archive can be all of it, and half a million entries take seconds to be listed.
    if content.count(_ENTRY) > MAX_ENTRIES:
        raise Refused("too-large-inside")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise Refused("damaged") from error
    names = {entry.filename for entry in entries}
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Refused("old-or-protected")
    if any(name.lower().endswith("vbaproject.bin") or "/macrosheets/" in name.lower() for name in names):
        raise Refused("macros")
    if "xl/workbook.xml" not in names:
        raise Refused("not-a-table")
    too_dense = any(e.file_size > max(_SMALL, MAX_RATIO * e.compress_size) for e in entries)
    if sum(e.file_size for e in entries) > MAX_UNPACKED or too_dense:
        raise Refused("too-large-inside")


def sheets(content: bytes) -> Iterator[list[list[str]]]:
    """The visible sheets one after another: all rows from the first, as text.

    Of a formula only the value that was saved with it is read, which is what the sender has seen; nothing is
    ever computed. Cells that hold an error, or a formula without a saved value, say so (see `valueless`).

    Raises:
        Refused: the workbook is damaged.
    """
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        for number, about in enumerate(workbook.sheets_metadata):
            if about.visible == python_calamine.SheetVisibleEnum.Visible:
                yield _rows(workbook.get_sheet_by_index(number), valueless(content, number))
    except python_calamine.PasswordError as error:
        raise Refused("old-or-protected") from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused("damaged") from error


def _rows(sheet: Any, without_value: dict[Place, str]) -> list[list[str]]:
    above, left = sheet.start or (0, 0)
    indent = [""] * left
    found = sheet.to_python(skip_empty_area=True) if sheet.start else []
    rows: list[list[str]] = [[] for _ in range(above)]
    rows += [indent + [_text(cell) for cell in row] for row in found]
    for (row, column), text in without_value.items():
        if text.startswith(UNSAVED):
            rows.extend([] for _ in range(row + 1 - len(rows)))
        elif row >= len(rows) or not any(rows[row]):
            continue  # a formula that was drawn down further than the table
        cells = rows[row]
        cells.extend([""] * (column + 1 - len(cells)))
        cells[column] = text
    return rows


def _text(cell: Cell) -> str:
    """A cell as a person would type it: whole numbers without a point, dates as YYYY-MM-DD.

    Of longer numbers a spreadsheet keeps fifteen digits, so they are written as it shows them: 1.23E+18.
    """
    match cell:
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case float() if cell.is_integer():
            return str(int(cell)) if abs(cell) < _TOO_LONG else f"{cell:E}"
        case datetime() if cell.time() == time.min:
            return cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
    return str(cell)
