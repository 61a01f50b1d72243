"""What each account is called, filed so that names like it are found quickly.

Four kinds of keys, each with its own mark so that they share one table: a name that stands for itself (`vneid`),
an authority of a place (`ubnd|lapvo`), what stands before `.gov` (`gov|hanoi`), a host (`@bocongan.gov.vn`).
Names that stand for themselves are also filed in parts: of two names within two edits of each other, at least
one of three parts of the one stands in the other unchanged (the pigeonhole of Pass-Join, Li et al. 2011).
"""

from array import array
from collections.abc import Iterator, Sequence

from services.registry.verify import parse, texts
from services.registry.verify.places import Places
from services.registry.verify.postings import Postings

SHORTEST = 4
"""Letters of the shortest name that stands for itself."""
LONGEST = 40
"""Longer names are found only as a whole."""
FUZZY_FROM = 5
"""Letters of the shortest name that is looked for with a letter wrong."""
_TWO_EDITS_FROM = 11
_HEADS = 1 << 20
# Endings that people leave out of a name.
_ENDINGS = tuple(texts.skeleton(ending) for ending in ("auto", "online", "vietnam", "official", "vn", "gov"))


class Names:
    """The names of accounts; `rows` says whose each is."""

    def __init__(self, expected: int = 0) -> None:
        self.keys = Postings(expected)
        self.rows = array("I")
        self.heads = bytearray(_HEADS)
        """Whether any name begins with four, and with eight, given letters."""
        self._blob = bytearray()
        self._ends = array("I")
        self.longest = SHORTEST

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, number: int) -> str:
        """A name, as a skeleton."""
        return self._blob[self._ends[number - 1] if number else 0 : self._ends[number]].decode()

    def add(self, name: str, row: int) -> None:
        """File a name that stands for itself."""
        number = self._enter(name, row)
        self.keys.add(name, number)
        for length in (4, 8):
            self.heads[hash(name[:length]) % _HEADS] = 1
        self.longest = max(self.longest, min(len(name), LONGEST))
        if len(name) >= FUZZY_FROM:
            for key in parts(name):
                self.keys.add(key, number)

    def add_key(self, key: str, name: str, row: int) -> None:
        """File something else that leads to an account."""
        self.keys.add(key, self._enter(name, row))

    def _enter(self, name: str, row: int) -> int:
        self._blob += name.encode()
        self._ends.append(len(self._blob))
        self.rows.append(row)
        return len(self.rows) - 1

    def begins(self, text: str) -> bool:
        """Whether some name may begin with these letters, of which there must be four or eight."""
        return bool(self.heads[hash(text) % _HEADS])


def edits(length: int) -> int:
    """How many edits a name of so many letters allows."""
    return 2 if length >= _TWO_EDITS_FROM else 1


def parts(name: str) -> Iterator[str]:
    """The keys of a name's parts: one more than the edits it allows."""
    length = len(name)
    for index, (start, end) in enumerate(bounds(length)):
        yield f"{index}~{length}~{name[start:end]}"


def bounds(length: int) -> Iterator[tuple[int, int]]:
    """Where the parts of a name of so many letters begin and end."""
    count = edits(length) + 1
    start = 0
    for index in range(count):
        end = start + (length - start) // (count - index)
        yield start, end
        start = end


def of_texts(found: Sequence[str], places: Places) -> Iterator[tuple[str, str]]:
    """The keys and names that lie in the texts of one account: `("", name)` for one that stands for itself."""
    for text in found:
        name = texts.name(text)
        bodies = list(parse.denoted(name.skeleton, places))
        if bodies:
            yield from ((body.key, name.skeleton) for body in bodies[:1])
            continue
        core = parse.stripped(name)
        if parse.is_weak(core, places):
            continue
        for candidate in _variants(name.skeleton, core):
            if len(candidate) >= SHORTEST:
                yield "", candidate


def _variants(whole: str, core: str) -> Iterator[str]:
    yield core
    if whole != core:
        yield whole
    for ending in _ENDINGS:
        if core.endswith(ending) and len(core) - len(ending) >= FUZZY_FROM:
            yield core[: -len(ending)]


def of_host(host: str, places: Places) -> Iterator[tuple[str, str]]:
    """The keys and names that lie in the host of a website."""
    end, labels = texts.host_parts(host)
    if not labels:
        return
    yield f"@{host}", texts.name(labels[0]).skeleton
    if len(labels) > 1:  # an authority below the site of its place: "congan.dongthap.gov.vn"
        together = of_texts([" ".join(reversed(labels))], places)
        yield from ((key, name) for key, name in together if key)
    yield from of_texts(labels, places)
    if texts.is_government(end):
        for label in labels:
            name = texts.name(label).skeleton
            yield f"gov|{name}", name
