"""Patterns with words for people: a regular expression explains nothing to whoever has mistyped."""

from shared.text import Text

_WORDS: dict[str, Text] = {}


def shaped(pattern: str, vi: str, en: str) -> str:
    """The pattern of a field, with what is said to whoever sends something else: `pattern=shaped(r"…", "…", "…")`."""
    _WORDS[pattern] = Text(vi, en)
    return pattern


def words(pattern: str) -> Text | None:
    """What is said to whoever sends something that does not match; None when nobody has said."""
    return _WORDS.get(pattern)
