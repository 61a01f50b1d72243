"""Finding names as people type them: without accents, by the beginnings of words (ADR 11).

A table that is searched keeps `fold` of its names in a column of its own, with an index of `indexed` over
it. Nothing is promised of what stands inside a word.
"""

from typing import Any

from sqlalchemy import ColumnElement, Index, func, literal_column
from sqlalchemy.sql.elements import SQLCoreOperations

from shared.folding import fold as fold  # noqa: PLC0414 - what is searched is folded

MAX_WORDS = 16
_SIMPLE: ColumnElement[Any] = literal_column("'simple'::regconfig")


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
