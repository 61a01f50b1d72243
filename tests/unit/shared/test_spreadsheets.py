"""What is given to spreadsheets is no formula."""

import csv
import io
from datetime import date

from shared.spreadsheets import csv_lines


def test_no_text_of_a_csv_is_a_formula() -> None:
    rows: list[list[object]] = [
        ["=1+1", "a,b", 'c"d', None, date(2026, 2, 27), -1],
        ["+84", "ế", "", "", "", ""],
    ]
    written = csv_lines(rows).decode()
    assert list(csv.reader(io.StringIO(written, newline=""))) == [
        ["'=1+1", "a,b", 'c"d', "", "2026-02-27", "-1"],
        ["'+84", "ế", "", "", "", ""],
    ]
    assert csv_lines([]) == b""
