"""Sentences in the two languages of the API. Imports nothing, for processes that have to start quickly."""

from typing import NamedTuple


class Text(NamedTuple):
    """One sentence in the two languages of the API."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.vi
