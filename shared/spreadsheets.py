"""Tables as files for spreadsheet programs, which take some texts for formulas."""

import csv
import io
from collections.abc import AsyncIterator, Iterable

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = b"\xef\xbb\xbf"
"""Without it they guess the encoding of a CSV."""

_AT_ONCE = 500  # rows of one piece
# The wide forms of = + - @ count where East Asian languages are typed.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def file_headers(name: str) -> dict[str, str]:
    """Headers of an answer that is kept as a file of this name."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what could begin one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as CSV (RFC 4180, UTF-8) in which no text is a formula."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(
        [harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return text.getvalue().encode()


async def csv_pieces(headings: Iterable[str], rows: AsyncIterator[Iterable[object]]) -> AsyncIterator[bytes]:
    """The same, a piece at a time while the rows come."""
    lines: list[Iterable[object]] = [headings]
    async for row in rows:
        lines.append(row)
        if len(lines) == _AT_ONCE:
            yield csv_lines(lines)
            lines = []
    yield csv_lines(lines)
