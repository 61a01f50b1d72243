"""CSV: rows of cells, whatever separates them."""

import csv
import io
from collections.abc import Iterator

DELIMITERS = (",", ";", "\t", "|")
_NAMED = "sep="

# A quote that is never closed makes one cell of the rest; the whole file is bounded anyway.
csv.field_size_limit(2**31 - 1)


def rows(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of a CSV (RFC 4180), numbered as a spreadsheet program would show them."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def delimiters(text: str) -> tuple[str, ...]:
    """What may separate the cells: what the file's first line names (`sep=;`), else all there are."""
    if text[: len(_NAMED)].lower() == _NAMED and text[len(_NAMED) : len(_NAMED) + 1] in DELIMITERS:
        return (text[len(_NAMED)],)
    return DELIMITERS
