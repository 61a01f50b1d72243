"""What the documents point at exists: files, headings, names in the code, targets of make."""

import re
import unicodedata
from pathlib import Path

import pytest

from deploy.local.config import PROJECT
from tests.support.documents import DOCUMENTS, prose

_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w<>*.-]+(?:/[\w<>*.-]+)*/(?:[\w<>*-]+\.[\w.]+)?")
_NAMES = re.compile(r"`([\w./-]+\.\w+)` \(((?:`\w+`(?:, )?)+)\)")
_TARGET = re.compile(r"\bmake ([a-z-]+)\b")

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def paths(text: str) -> set[str]:
    """Everything in code marks that reads like a path of this project."""
    words = (word for code in _CODE.findall(text) for word in code.split())
    return {word for word in words if _PATH.fullmatch(word) and not word.startswith(".")}


def exists(path: str) -> bool:
    """Whether the path leads somewhere; `<service>` stands for any name."""
    pattern = re.sub(r"<\w+>", "*", path.rstrip("/"))
    return any(PROJECT.glob(pattern))


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {_anchor(heading) for heading in headings}


def _anchor(heading: str) -> str:
    kept = (c for c in heading.lower() if c in " -_" or unicodedata.category(c)[0] in "LN")
    return "".join(kept).replace(" ", "-")


@every_document
def test_links_lead_somewhere(document: Path) -> None:
    for link in _LINK.findall(prose(document)):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (document.parent / file).resolve() if file else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_document
def test_paths_exist(document: Path) -> None:
    assert [path for path in sorted(paths(prose(document))) if not exists(path)] == []


@every_document
def test_names_stand_in_the_files_they_are_said_to_be_in(document: Path) -> None:
    for path, names in _NAMES.findall(prose(document)):
        code = (PROJECT / path).read_text()
        missing = [name for name in _CODE.findall(names) if not re.search(rf"\b{name}\b", code)]
        assert missing == [], path


@every_document
def test_targets_of_make_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = [name for code in _CODE.findall(document.read_text()) for name in _TARGET.findall(code)]
    assert set(named) <= targets


def test_every_decision_is_short_and_in_the_index() -> None:
    index = (PROJECT / "docs" / "adr" / "README.md").read_text()
    records = sorted((PROJECT / "docs" / "adr").glob("[0-9]*.md"))
    assert records
    for number, record in enumerate(records, start=1):
        text = record.read_text()
        title = text.splitlines()[0].removeprefix(f"# {number}. ")
        assert record.name.startswith(f"{number:04}-")
        assert f"| {number} | [{title}]({record.name}) |" in index
        assert len(text.splitlines()) <= 40
        parts = ["Status:", "## Context", "## Decision", "## Consequences", "## In the code"]
        assert [part for part in parts if part not in text] == []
