"""Workbooks for tests: good ones, and ones that nobody made with a spreadsheet program."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

from services.registry.imports.templates import as_xlsx

SHEET = "xl/worksheets/sheet1.xml"


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook with one sheet of text."""
    return as_xlsx(rows)


def with_cells(xml: str) -> bytes:
    """A workbook whose sheet holds these rows of SpreadsheetML."""
    empty = as_xlsx([])
    sheet = zipfile.ZipFile(io.BytesIO(empty)).read(SHEET).decode()
    return changed(empty, {SHEET: re.sub("<sheetData/>", f"<sheetData>{xml}</sheetData>", sheet)})


def changed(content: bytes, parts: Mapping[str, str | bytes]) -> bytes:
    """A workbook with parts added or replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**kept, **parts}.items():
            archive.writestr(name, part)
    return packed.getvalue()
