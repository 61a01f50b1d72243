"""From a text to numbers filed under it, in some 16 bytes an entry and without keeping the text."""

from array import array
from collections.abc import Iterable

MAX = 1 << 16
"""Numbers filed under one text that are given back, at most."""
_SMALLEST = 1 << 10


class Postings:
    """A hash table with chains, in flat arrays: a dict of strings and ints would take ten times as much.

    52 bits of Python's hash stand for a text, whose seed no outsider knows; compare the text itself where one
    wrong answer in a billion would matter.
    """

    __slots__ = ("_heads", "_marks", "_mask", "_next", "_numbers")

    def __init__(self, expected: int = 0) -> None:
        """`expected` is how many entries there will be, so that the table need not grow while it is used."""
        size = _SMALLEST
        while size < expected * 1.5:
            size *= 2
        self._heads = array("i", [-1]) * size
        self._mask = size - 1
        self._marks = array("I")
        self._next = array("i")
        self._numbers = array("I")

    def __len__(self) -> int:
        return len(self._numbers)

    def add(self, text: str, number: int) -> None:
        """File a number under a text; the latest comes first."""
        self.add_hash(hash(text), number)

    def add_hash(self, code: int, number: int) -> None:
        """The same for what has this hash."""
        slot = code & self._mask
        self._next.append(self._heads[slot])
        self._heads[slot] = len(self._numbers)
        self._marks.append(code >> 32 & 0xFFFFFFFF)
        self._numbers.append(number)

    def get(self, text: str) -> Iterable[int]:
        """The numbers filed under a text, the latest first."""
        return self.any_of((hash(text),), MAX)

    def any_of(self, codes: Iterable[int], limit: int) -> Iterable[int]:
        """The numbers filed under what has these hashes, at most so many for each."""
        heads, mask = self._heads, self._mask
        found: list[int] = []
        for code in codes:
            entry = heads[code & mask]
            if entry < 0:
                continue
            mark, left = code >> 32 & 0xFFFFFFFF, limit
            while entry >= 0 and left:
                if self._marks[entry] == mark:
                    found.append(self._numbers[entry])
                    left -= 1
                entry = self._next[entry]
        return found if len(found) < 2 else dict.fromkeys(found)  # noqa: PLR2004 - one is not twice there
