"""Finding names as people type them: without accents, by the beginnings of words (ADR 11).

A table that is searched keeps `fold` of its names in a column of its own, with an index of `indexed` over
it. Nothing is promised of what stands inside a word.
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, Index, func, literal_column
from sqlalchemy.sql.elements import SQLCoreOperations

MAX_WORDS = 16
_SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")
# Letters that have no decomposition into a plain one and a mark.
_STROKES = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe"})
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Words in lower case without tones and marks, one space between: "Ủy ban, Xã LẤP VÒ" → "uy ban xa lap vo"."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_STROKES)
    return " ".join(_WORD.findall("".join(char for char in plain if not unicodedata.combining(char))))


def indexed(name: str, column: SQLCoreOperations[Any]) -> Index:
    """The index that `matches` needs on a folded column."""
    return Index(name, func.to_tsvector(_SIMPLE, column), postgresql_using="gin")


def matches(column: SQLCoreOperations[Any], query: str) -> ColumnElement[bool]:
    """A condition for WHERE: every word of the query begins some word of the folded column.

    A query without any word matches nothing; words beyond the sixteenth do not count.
    """
    return func.to_tsvector(_SIMPLE, column).bool_op("@@")(_asked(query))


def matches_words(column: SQLCoreOperations[Any], query: str) -> ColumnElement[bool]:
    """The same, over a column that holds the words themselves (`tsvector`): for large tables, where reading
    the words out of a text again and again would take too long.
    """
    return column.bool_op("@@")(_asked(query))


def _asked(query: str) -> ColumnElement[Any]:
    words = fold(query).split()[:MAX_WORDS]
    return func.to_tsquery(_SIMPLE, " & ".join(f"{word}:*" for word in words))
