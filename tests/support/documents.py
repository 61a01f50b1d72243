"""The project's documents, as far as a machine can compare them with the code."""

import re
from pathlib import Path
from typing import Any

from deploy.local.config import PROJECT

DOCUMENTS = sorted([PROJECT / "README.md", *PROJECT.glob("docs/**/*.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def prose(document: Path) -> str:
    """A document without its fenced blocks."""
    return _FENCE.sub("", document.read_text())


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of one language, in their order."""
    return [body for name, body in _FENCE.findall(document.read_text()) if name == language]


def functions(document: Path) -> dict[str, Any]:
    """The functions of a document's Python blocks, by name."""
    names: dict[str, Any] = {}
    for block in blocks(document, "python"):
        exec(block, names)  # noqa: S102 - our own text
    return names


def table(document: Path, first_column: str) -> list[list[str]]:
    """The cells of the rows of the table whose first column has this heading, without code marks.

    Raises:
        LookupError: there is no such table.
    """
    lines = iter(prose(document).splitlines())
    for line in lines:
        if _cells(line)[0] == first_column:
            next(lines)  # the rule under the heading
            return [_cells(row) for row in _while_rows(list(lines))]
    raise LookupError(f"{document.name} has no table of {first_column}")


def _while_rows(lines: list[str]) -> list[str]:
    end = next((place for place, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return lines[:end]


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|")]
