"""Lists of words made quick to look for: which of them begins, or ends, or stands somewhere in a run of letters."""

import re
from collections.abc import Iterable
from typing import Any

_HEAD = 3  # letters by which words are told apart before they are looked up


def pattern(words: Iterable[str]) -> str:
    """A regular expression for any of these words, the longest that fits.

    Alternatives that begin alike are written once: tried one by one, two hundred words would take fifty times as long.
    """
    trie: dict[str, Any] = {}
    for word in words:
        node: Any = trie
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _alternatives(trie)


def _alternatives(node: dict[str, Any]) -> str:
    branches = [re.escape(letter) + _alternatives(rest) for letter, rest in sorted(node.items()) if letter]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 and "" not in node else f"(?:{'|'.join(branches)})"
    return f"{joined}?" if "" in node else joined


class Beginnings:
    """Words by how they begin: of all lengths that a word at a place could have, only few have to be tried."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            for end in range(1, _HEAD + 1):
                lengths.setdefault(word[:end], set()).add(len(word))
        for head, found in lengths.items():
            found.update(end for end in range(1, len(head)) if head[:end] in self._words)
        self._lengths = {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}

    def at(self, text: str, start: int) -> list[str]:
        """The words that begin at a place, the longest first."""
        head = text[start : start + _HEAD]
        while (lengths := self._lengths.get(head)) is None:
            if not head:
                return []
            head = head[:-1]
        words, left = self._words, len(text) - start
        return [
            word for length in lengths if length <= left and (word := text[start : start + length]) in words
        ]
