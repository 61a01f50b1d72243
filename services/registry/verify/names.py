"""What accounts are called, filed so that names like it are found quickly.

Four kinds of keys share one table, and only the first is of letters and digits alone: a name that stands for itself
(`vneld`), an authority of a place (`ubnd|lapvo`), what stands before `.gov` (`gov|hanol`), a host.
Names that stand for themselves are also filed in parts: of two names within n edits of each other, at least one
of n + 1 parts of the one stands in the other unchanged (the pigeonhole of Pass-Join, Li et al. 2011).
"""

from array import array
from collections.abc import Iterator
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.registry.verify import parse, texts
from services.registry.verify.places import Places
from services.registry.verify.postings import Postings

SHORTEST = 4
"""Letters of the shortest name that stands for itself."""
LONGEST = 40
"""Longer names are found only as a whole."""
FUZZY_FROM = 5
"""Letters of the shortest name that is looked for with a letter wrong."""
MAX_NAMESAKES = 16
"""Accounts of one name that are looked at, at most."""
MAX_SHARING = 64
"""Names that share a part with a question and are looked at, at most, for each part."""
_TWO_EDITS_FROM = 11
_MAX_EDITS = 2
_HEADS = 1 << 18
_MASK = _HEADS - 1
_LONG = (1 << 8) - 1  # the lengths below eight
# Endings that people leave out of a name.
_ENDINGS = tuple(texts.skeleton(ending) for ending in ("auto", "online", "vietnam", "official", "vn", "gov"))


class Names:
    """The keys of accounts, each once, with the rows of all accounts that have it."""

    def __init__(self, expected: int = 0) -> None:
        """`expected` is how many accounts there will be."""
        self.latest: dict[str, int] = {}
        """For each key the last entry of its chain of rows."""
        self._before = array("i")
        self._rows = array("I")
        self._names: list[str] = []
        self._parts = Postings(expected)
        # For the first four letters of names, and for the first eight, which lengths these have: bit n for n letters.
        self._lengths = array("Q", [0]) * _HEADS

    def add(self, key: str, row: int) -> None:
        """File an account under a key."""
        before = self.latest.get(key, -1)
        self.latest[key] = len(self._rows)
        self._before.append(before)
        self._rows.append(row)
        if before < 0 and key.isalnum():
            self._prepare(key)

    def rows(self, key: str) -> list[int]:
        """The rows filed under a key, the latest first."""
        found: list[int] = []
        entry = self.latest.get(key, -1)
        while entry >= 0 and len(found) < MAX_NAMESAKES:
            found.append(self._rows[entry])
            entry = self._before[entry]
        return found

    def within(self, text: str) -> list[tuple[int, int]]:
        """Where names stand in a text."""
        latest, lengths = self.latest, self._lengths
        hits = []
        for start in range(len(text) - SHORTEST + 1):
            short = lengths[hash(text[start : start + 4]) & _MASK]
            if not short:
                continue
            long = lengths[hash(text[start : start + 8]) & _MASK] if short > _LONG else 0
            fitting = (short & _LONG | long & ~_LONG) & (1 << len(text) - start + 1) - 1
            while fitting:
                end = start + (fitting & -fitting).bit_length() - 1
                fitting &= fitting - 1
                if text[start:end] in latest:
                    hits.append((start, end))
        if len(text) > LONGEST and text in latest:
            hits.append((0, len(text)))
        return hits

    def near(self, text: str) -> list[tuple[str, int]]:
        """Names within the edits that their length allows, with their number."""
        codes = [hash((tag, text[start:end])) for tag, start, end in _PLANS[len(text)]]
        sharing = self._parts.any_of(codes, MAX_SHARING)
        if not sharing:
            return []
        candidates = [self._names[number] for number in sharing]
        found = process.extract(text, candidates, scorer=OSA.distance, score_cutoff=_MAX_EDITS, limit=None)
        return [(name, distance) for name, distance, _ in found if distance <= edits(len(name))]

    def _prepare(self, name: str) -> None:
        length = len(name)
        if length <= LONGEST:
            for head in (4, 8):
                self._lengths[hash(name[:head]) & _MASK] |= 1 << length
        if FUZZY_FROM <= length <= LONGEST:
            number = len(self._names)
            self._names.append(name)
            for part, (start, end) in enumerate(_BOUNDS[length]):
                self._parts.add_hash(hash((part << 8 | length, name[start:end])), number)


def edits(length: int) -> int:
    """How many edits a name of so many letters allows."""
    return _MAX_EDITS if length >= _TWO_EDITS_FROM else 1


def _bounds(length: int) -> list[tuple[int, int]]:
    """Where the parts of a name of so many letters begin and end: one part more than the edits it allows."""
    count = edits(length) + 1
    return list(pairwise(length * index // count for index in range(count + 1)))


_BOUNDS = [_bounds(length) for length in range(LONGEST + 1)]


def _plan(length: int) -> list[tuple[int, int, int]]:
    """What to look up for a text of so many letters: part and length of a name, and where that part can stand."""
    found: list[tuple[int, int, int]] = []
    # Whoever imitates a name seldom leaves out two letters of it; two brands often differ so.
    for other in range(max(FUZZY_FROM, length - 2), min(LONGEST, length + 1) + 1):
        allowed, difference = edits(other), length - other
        for part, (start, end) in enumerate(_BOUNDS[other]):
            after = allowed - part
            shifts = range(max(-part, difference - after), min(part, difference + after) + 1)
            found += [
                (part << 8 | other, start + shift, end + shift)
                for shift in shifts
                if difference <= allowed and start + shift >= 0 and end + shift <= length
            ]
    return found


_PLANS = [_plan(length) for length in range(LONGEST + 1)]


def of_text(text: str, places: Places) -> Iterator[str]:
    """The keys that lie in a text of an account: an authority of a place, or what it is called itself."""
    name = texts.name(text)
    body = next(parse.denoted(name.skeleton, places), None)
    if body is not None:
        yield body.key
        return
    core = parse.stripped(name)
    nobody = parse.is_weak(core, places) or parse.is_authority(core)
    if parse.is_national(name):
        # Without its first word it is only what it is about; "and" is often left out.
        yield from _variants(name.skeleton, parse.without_and(name))
        return
    if nobody and parse.is_distance(core) and core != name.skeleton:
        core, nobody = name.skeleton, False
    if not nobody:
        yield from (variant for variant in _variants(name.skeleton, core) if len(variant) >= SHORTEST)


def _variants(whole: str, core: str) -> Iterator[str]:
    yield core
    if whole != core:
        yield whole
    for ending in _ENDINGS:
        rest = core[: -len(ending)]
        if core.endswith(ending) and len(rest) >= FUZZY_FROM and not parse.is_authority(rest):
            yield rest


def of_host(address: str, site: texts.Host) -> Iterator[str]:
    """The keys that lie in the host of a website, beside those of its texts."""
    yield f"@{address}"
    # Only a site can be called by a kind of authority alone: "dichvucong.gov.vn".
    yield from (name for label in site.labels[:1] if parse.is_authority(name := texts.name(label).skeleton))
    if site.is_government:
        yield from (f"gov|{texts.name(label).skeleton}" for label in site.labels)
