"""A file as a table: its header found, its columns recognised, its text in Unicode."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from services.registry.imports.reading import delimited, legacy, workbook
from services.registry.imports.reading.encodings import decode
from services.registry.imports.reading.refusals import Refused
from shared.folding import fold

FORMATS = ("csv", "xlsx")
ENCODINGS = ("utf-8", "utf-16", "windows-1258", "tcvn3", "vni")

HEADER_WITHIN = 50
"""Rows: titles, "as of" lines and the like stand above the header."""
ENOUGH = 2
"""Headings that make a row the header."""
MAX_COLUMNS = 200
MAX_ROWS = 200_000
MAX_CELL = 2_500
"""Characters kept of a cell: more than any field takes, so what was cut is refused as too long."""
MAX_HEADING = 200

_REMARK = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_UNICODE = re.compile("[\u0100-\u1fff]")
"""Letters that no legacy encoding has: a cell with one has been typed anew among older ones."""
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")

Row = list[str]
Known = dict[str, tuple[str, bool]]
"""Folded heading → its field, and whether it only stands in for a better one."""
Heading = tuple[str, str | None, bool]
"""A heading as it should read, its field, and whether it only stands in."""


@dataclass(frozen=True)
class Column:
    """A column that a kind of import knows: its field, and all headings that mean it.

    `instead` are those that mean it only where no other heading of the file does.
    """

    field: str
    headings: tuple[str, ...]
    instead: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What was read.

    `headings` are those of the file, `fields` what each stands for (None: not known, not used), `rows` the
    rows below with the numbers that a spreadsheet program shows; a row may be longer than the header.
    """

    format: str
    encoding: str
    header_row: int
    headings: tuple[str, ...]
    fields: tuple[str | None, ...]
    rows: list[tuple[int, Row]]


def read(content: bytes, columns: Sequence[Column], named: Mapping[str, str] | None = None) -> Table:
    """Read a file.

    Args:
        content: the file.
        columns: those that the kind of import knows.
        named: field → heading, where the sender says which column is meant.

    Raises:
        Refused: with the reason why nothing can be made of it.
    """
    known = _known(columns, named or {})
    form = workbook.recognise(content)
    if form == "xlsx":
        grids: Iterable[Iterable[Row]] = workbook.sheets(content)
        encoding = "utf-8"
    else:
        text, encoding = decode(content)
        grids = (delimited.rows(text, each) for each in delimited.delimiters(text))
    for grid in grids:
        rows = iter(grid)
        above = list(islice(rows, HEADER_WITHIN))
        found = _header(above, known)
        if found is not None:
            header_row, headings, fields = found
            below = _below(header_row, [*above[header_row:], *rows])
            used = _convert(below, len(headings)) or (encoding if encoding != "latin-1" else "utf-8")
            return Table(form, used, header_row, headings, fields, below)
    raise Refused("no-header")


def _known(columns: Sequence[Column], named: Mapping[str, str]) -> Known:
    """What the sender says comes before what headings usually mean."""
    known: Known = {}
    for column in columns:
        known |= {fold(heading): (column.field, True) for heading in column.instead}
        known |= {fold(heading): (column.field, False) for heading in (column.field, *column.headings)}
    return known | {fold(heading): (field, False) for field, heading in named.items()}


def _header(rows: list[Row], known: Known) -> tuple[int, tuple[str, ...], tuple[str | None, ...]] | None:
    """The number of the header's row (from 1), its headings and their fields."""
    for number, row in enumerate(rows, start=1):
        read = [_heading(cell, known) for cell in _trimmed(row)]
        if len({field for _, field, _ in read if field}) < ENOUGH:
            continue
        if len(read) > MAX_COLUMNS:
            raise Refused("too-many-columns")
        return number, tuple(heading for heading, _, _ in read), _each_once(read)
    return None


def _heading(cell: str, known: Known) -> Heading:
    text = _clean(cell)[:MAX_HEADING]
    for reading in (text, legacy.from_tcvn3(text), legacy.from_vni(text)):
        for words in (reading, _REMARK.sub(" ", reading)):
            if meaning := known.get(fold(words)):
                return reading, *meaning
    return text, None, False


def _each_once(read: list[Heading]) -> tuple[str | None, ...]:
    """The fields of headings, where one that only stands in for another gives way to it."""
    firm = {field for _, field, stands_in in read if not stands_in}
    fields = [None if stands_in and field in firm else field for _, field, stands_in in read]
    given = [field for field in fields if field]
    if len(set(given)) < len(given):
        raise Refused("heading-twice")
    return tuple(fields)


def _below(header_row: int, rows: list[Row]) -> list[tuple[int, Row]]:
    """The rows that hold anything, with their numbers."""
    cleaned = ((number, _trimmed(row)) for number, row in enumerate(rows, start=header_row + 1))
    filled = [(number, [_clean(cell) for cell in row]) for number, row in cleaned if row]
    if len(filled) > MAX_ROWS:
        raise Refused("too-many-rows")
    if any(len(row) > MAX_COLUMNS for _, row in filled):
        raise Refused("too-many-columns")
    return filled


def _trimmed(row: Row) -> Row:
    """Without the empty cells at its end."""
    last = len(row)
    while last and not row[last - 1].strip():
        last -= 1
    return row[:last]


def _clean(cell: str) -> str:
    """One line, single spaces; what no database can hold becomes U+FFFD, which is refused where it matters."""
    if len(cell) > MAX_CELL:
        cell = cell[:MAX_CELL]
    return _UNREADABLE.sub("\ufffd", " ".join(cell.split()))


def _convert(rows: list[tuple[int, Row]], width: int) -> str | None:
    """Bring columns in legacy letters to Unicode, in place; returns the encoding that was met first."""
    met = None
    for at in range(width):
        encoding = legacy.recognise(_column(rows, at))
        if encoding is None:
            continue
        met = met or encoding
        for _, row in rows:
            if at < len(row) and not row[at].isascii() and not _UNICODE.search(row[at]):
                row[at] = legacy.CONVERT[encoding](row[at])
    return met


def _column(rows: list[tuple[int, Row]], at: int) -> Iterator[str]:
    return (row[at] for _, row in rows if at < len(row))


def mapped(fields: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    """The filled cells of a row by their fields."""
    return {
        field: cell
        for field, cell in zip_longest(fields, cells[: len(fields)], fillvalue="")
        if field and cell
    }
