"""From a text to numbers filed under it, in some 16 bytes an entry and without keeping the text."""

from array import array
from collections.abc import Iterable

_SMALLEST = 1 << 17
_FINER = 8  # counts for each slot: most texts that nothing is filed under meet a zero
_BITS = (1 << 61) - 1  # of a hash: as many as an integer has at most that is no object when this is compiled
_MANY = 255  # what one byte counts to


class Postings:
    """A hash table with chains, in flat arrays: a dict of strings and ints would take ten times as much.

    Some fifty bits of Python's hash stand for a text, whose seed no outsider knows; compare the text itself where one
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

    def add(self, text: str | bytes, number: int) -> None:
        """File a number under a text; the latest comes first."""
        self.add_hash(hash(text) & _BITS, number)

    def add_hash(self, code: int, number: int) -> None:
        """The same for what has this hash."""
        slot = code & self._mask
        self._next.append(self._heads[slot])
        self._heads[slot] = len(self._numbers)
        self._marks.append(code >> 32 & 0xFFFFFFFF)
        self._numbers.append(number)

    def get(self, text: str | bytes) -> list[int]:
        """The numbers filed under a text, the latest first."""
        code = hash(text) & _BITS
        entry = self._heads[code & self._mask]
        mark = code >> 32 & 0xFFFFFFFF
        found = []
        while entry >= 0:
            if self._marks[entry] == mark:
                found.append(self._numbers[entry])
            entry = self._next[entry]
        return found


class CountedPostings(Postings):
    """Postings that tell quickly of many texts under which anything is filed, and not too much."""

    __slots__ = ("_counts", "_counts_mask")

    def __init__(self, expected: int = 0) -> None:
        super().__init__(expected)
        self._counts = bytearray((self._mask + 1) * _FINER)
        self._counts_mask = len(self._counts) - 1

    def add_hash(self, code: int, number: int) -> None:
        """File a number under what has this hash, unless so many are that nobody looks at them."""
        if self._counts[code & self._counts_mask] < _MANY:
            self._counts[code & self._counts_mask] += 1
            super().add_hash(code, number)

    def any_of(self, codes: Iterable[int], limit: int) -> set[int]:
        """The numbers filed under what has these hashes; those left out under which more than `limit` are filed."""
        heads, counts, mask, counts_mask = self._heads, self._counts, self._mask, self._counts_mask
        found: set[int] = set()
        for code in codes:
            if not 0 < counts[code & counts_mask] <= limit:
                continue
            entry, wanted = heads[code & mask], code >> 32 & 0xFFFFFFFF
            while entry >= 0:
                if self._marks[entry] == wanted:
                    found.add(self._numbers[entry])
                entry = self._next[entry]
        return found
