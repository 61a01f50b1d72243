"""Cells of a workbook that show no value: formulas whose result was never saved, and errors in place of results.

The library that reads the values takes them for empty cells, and an empty cell means something else.
"""

import io
import posixpath
import re
import zipfile
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse

UNSAVED = "#FORMULA!"
"""Stands before a formula without a result, as programs write `#N/A` where a result is missing."""

Place = tuple[int, int]
"""Row and column, from 0."""

_SIGNS = (b"<f", b":f", b't="e"', b"t='e'")
"""What a sheet with such cells has somewhere: most have none of it, and need not be looked through."""
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def valueless(content: bytes, number: int) -> dict[Place, str]:
    """What to show in the cells without a value of a workbook's sheet, which is counted from 0."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sheet = archive.read(_parts(archive)[number])
        if not any(sign in sheet for sign in _SIGNS):
            return {}
        return _found(sheet)
    except (zipfile.BadZipFile, KeyError, IndexError, ParseError, NotImplementedError):
        return {}  # whether it can be read at all is for the other library to say


def _parts(archive: zipfile.ZipFile) -> list[str]:
    """The parts with the sheets, in the order of the workbook (ECMA-376 part 1, §12.3.23)."""
    about = fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - in a process made for this
    targets = {each.get("Id"): each.get("Target", "") for each in about}
    sheets = fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - same
    named = [
        next((targets[value] for name, value in each.items() if _plain(name) == "id"), "")
        for each in sheets.iter()
        if _plain(each.tag) == "sheet"
    ]
    return [posixpath.normpath(posixpath.join("/xl", target)).lstrip("/") for target in named]


def _found(sheet: bytes) -> dict[Place, str]:
    found: dict[Place, str] = {}
    row = column = -1
    for event, element in iterparse(io.BytesIO(sheet), ("start", "end")):  # noqa: S314 - same
        name = _plain(element.tag)
        if event == "start" and name == "row":
            row, column = _number(element.get("r"), row), -1
        elif event == "start" and name == "c":
            place = _REFERENCE.fullmatch(element.get("r", ""))
            column = _column(place[1]) if place else column + 1
        elif name == "c" and (text := _instead(element)):
            found[row, column] = text
        elif event == "end" and name == "row":
            element.clear()
    return found


def _instead(cell: Element) -> str | None:
    """What to show in a cell without a value; None where there is one, if only an empty text."""
    parts = {_plain(each.tag): each.text or "" for each in cell}
    value = parts.get("v", "").strip()
    if cell.get("t") == "e":
        return value or UNSAVED
    if "f" in parts and not value and cell.get("t") != "str":
        return f"{UNSAVED} ={parts['f']}".removesuffix(" =")
    return None


def _number(reference: str | None, before: int) -> int:
    return int(reference) - 1 if reference and reference.isdecimal() else before + 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _plain(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]
