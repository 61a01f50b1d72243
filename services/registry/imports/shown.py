"""Imports and their findings as the API shows them."""

from typing import Any

from services.registry.imports.reading import REFUSALS
from services.registry.imports.schemas import (
    FindingRead,
    ImportColumn,
    ImportRead,
    Refusal,
    RowCounts,
    RowRead,
)
from services.registry.imports.tables import Import
from shared.text import Text

_INTERNAL = Text("Lỗi hệ thống; đã được ghi lại.", "A fault of the system; it has been recorded.")


def import_read(importing: Import, language: str) -> ImportRead:
    """An import in `vi` or `en`."""
    own = {name: getattr(importing, name) for name in ImportRead.model_fields if hasattr(importing, name)}
    columns = zip(importing.headings, importing.fields, strict=True)
    return ImportRead.model_validate(
        {
            **own,
            "columns": [ImportColumn(heading=heading, field=field) for heading, field in columns],
            "rows": RowCounts(**{name: getattr(importing, name) for name in RowCounts.model_fields}),
            "refusal": importing.refusal
            and Refusal(
                code=importing.refusal,
                detail=REFUSALS.get(importing.refusal, _INTERNAL).in_language(language),
                missing=importing.missing,
            ),
        }
    )


def row_read(importing: Import, row: Any, language: str) -> RowRead:
    """What there is to say about a row."""
    return RowRead(
        row=row.number,
        outcome=row.outcome,
        errors=[_finding(importing, row, each, language) for each in row.errors or ()],
        warnings=[_finding(importing, row, each, language) for each in row.warnings or ()],
    )


def _finding(importing: Import, row: Any, finding: dict[str, Any], language: str) -> FindingRead:
    field = finding["field"]
    at = importing.fields.index(field) if field and field in importing.fields else None
    return FindingRead(
        code=finding["code"],
        field=field,
        heading=importing.headings[at] if at is not None else None,
        cell=f"{_letters(at)}{row.number}" if at is not None else None,
        value=row.cells[at][:200] if at is not None and at < len(row.cells) else None,
        detail=finding[language],
        suggestion=finding["suggestion"],
    )


def _letters(at: int) -> str:
    """A column's name in spreadsheets: 0 → A, 26 → AA."""
    before, last = divmod(at, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
