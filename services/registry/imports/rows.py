"""What the kinds of import share: a row on its way, and the repairs of single cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from services.registry.imports.columns import Field
from services.registry.imports.findings import Finding, of_problem
from services.registry.imports.reading.valueless import UNSAVED
from shared import validation

Model = TypeVar("Model", bound=BaseModel)

_FORMULA = re.compile(r"'?[=+\-@]")
_LOST = re.compile(r"(^|\s|[^\W\d_])\?+[^\W\d_]")
"""A question mark in a word: what a Western code page makes of Vietnamese letters that it lacks."""
_NAMES = frozenset({"agency_code", "display_name", "name", "short_name"})
_FAILED = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")
_ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SERIAL = re.compile(r"\d{5}")
_EPOCH = date(1899, 12, 30)
"""Day 0 of the dates of spreadsheets, which believe that 1900 was a leap year (ECMA-376 part 1, §18.17.4.1)."""


@dataclass
class Row:
    """One row: `values` by field as they stand in the file, what was found, and what would come of it.

    `key` is what the row stands for, `known` the id of the same thing where it is registered already, `thing`
    what would be entered.
    """

    number: int
    values: dict[str, str]
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    key: str | None = None
    known: str | None = None
    thing: Any = None

    def refuse(self, code: str, column: str | None = None, suggestion: str | None = None) -> None:
        """Note an error."""
        self.errors.append(Finding(code, column, suggestion))

    def warn(self, code: str, column: str | None = None, suggestion: str | None = None) -> None:
        """Note a warning."""
        self.warnings.append(Finding(code, column, suggestion))

    def failed_at(self, column: str) -> bool:
        """Whether there is an error at a field."""
        return any(error.field == column for error in self.errors)


def look_over(rows: Iterable[Row], fields: Sequence[Field], free: frozenset[str] = frozenset()) -> None:
    """Note what is wrong with cells whatever they mean. In `free` fields a value may begin with any character.

    There it loses the apostrophe that the file of errors puts before such a value.
    """
    for row in rows:
        for each in fields:
            value = row.values.get(each.name, "")
            if code := _fault(each, value):
                row.refuse(code, each.name)
            elif _FORMULA.match(value):
                if each.name in free:
                    row.values[each.name] = value.removeprefix("'")
                else:
                    row.refuse("formula", each.name, value.lstrip("'=+-@ ") or None)


def as_model(row: Row, model: type[Model], values: Mapping[str, Any], fields: frozenset[str]) -> Model | None:
    """What the API would take; None for a row with errors. Of a cell that failed already no more is said."""
    try:
        made = model.model_validate(values)
    except ValidationError as error:
        placed = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        found = of_problem(validation.problem(placed, dict(values)), fields)
        row.errors.extend(each for each in found if each.field is None or not row.failed_at(each.field))
        return None
    return None if row.errors else made


def _fault(field: Field, value: str) -> str | None:
    """What is wrong with a value that no correction of it can be guessed from."""
    if not value:
        return "missing" if field.required else None
    if "\ufffd" in value:
        return "unreadable"
    if field.name in _NAMES and _LOST.search(value):
        return "letters-lost"
    if value.startswith(UNSAVED):
        return "formula-unsaved"
    if _FAILED.match(value):
        return "formula-failed"
    return "digits-lost" if _ROUNDED.fullmatch(value) else None


def as_date(text: str) -> date | None:
    """A day as people and spreadsheets write it: dd/mm/yyyy, yyyy-mm-dd, or a serial number.

    Raises:
        ValueError: it is none.
    """
    if not text:
        return None
    if found := _DATE.fullmatch(text):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    if found := _ISO_DATE.fullmatch(text):
        year, month, day = map(int, found.groups())
        return date(year, month, day)
    if _SERIAL.fullmatch(text):
        return _EPOCH + timedelta(days=int(text))
    raise ValueError("not a date")


def as_area_code(text: str, lengths: Sequence[int] = (2, 3, 5)) -> tuple[str, bool]:
    """A statistical area code, with the zeros that a spreadsheet took away; and whether it had to be repaired.

    Raises:
        ValueError: it cannot be one.
    """
    if not (text.isascii() and text.isdigit()):
        raise ValueError("not a number")
    length = next((each for each in sorted(lengths) if each >= len(text)), None)
    if length is None:
        raise ValueError("too long")
    return text.zfill(length), len(text) < length
