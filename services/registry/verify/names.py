"""What accounts are called, filed so that names like it are found quickly.

Five kinds of keys share one table, and only the first is of letters and digits alone: a name that stands for itself
(`vneld`), an authority of a place (`ubnd|lapvo`), what stands before `.gov` (`gov|hanol`), a host, a title of common
words (`=congthongtlndlentu…`).
Names that stand for themselves are also filed so that misspellings of them are found. A short one, which allows one
edit, by what is left of it without one letter: two names within an edit of each other have such a rest in common. A
long one in parts: of two names within n edits of each other, at least one of n + 1 parts of the one stands in the
other unchanged (the pigeonhole of Pass-Join, Li et al. 2011).
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from services.registry.verify import parse, texts
from services.registry.verify.places import Places
from services.registry.verify.postings import CountedPostings
from services.registry.verify.texts import Name
from shared.urls import Canonical

SHORTEST = 4
"""Letters of the shortest name that stands for itself."""
LONGEST = 40
"""Longer names are found only as a whole."""
WHOLE_FROM = 20
"""Letters of a name of common words alone, and perhaps a place, that is found as a whole: a portal's title."""
SURE_FROM = 7
"""Letters of a name that nobody hits by chance, wherever it stands."""
FUZZY_FROM = 5
"""Letters of the shortest name that is looked for with a letter wrong."""
MAX_NAMESAKES = 16
"""Accounts of one name that are looked at, at most."""
MAX_SHARING = 64
"""A part that more names share, like "truong", tells nothing of any of them and is not looked at."""
_MAX_STEPS = 500  # back to accounts that are still there, behind those that have changed
_TWO_EDITS_FROM = 14
_MAX_EDITS = 2
_HEADS = 1 << 18
_MASK = _HEADS - 1
_HEAD = 8
_LONG = (1 << 8) - 1  # the lengths below eight
# Endings that people leave out of a name.
_ENDINGS = tuple(texts.skeleton(ending) for ending in ("auto", "online", "vietnam", "official", "vn", "gov"))


class Names:
    """The keys of accounts and of agencies, each once, with all that have it."""

    def __init__(self, expected: int = 0) -> None:
        """`expected` is how many accounts there will be."""
        self.latest: dict[str, int] = {}
        """For each key the last entry of its chain of rows; -1 for one that agencies alone have."""
        self._before = array("i")
        self._rows = array("I")
        self._agencies: dict[str, list[int]] = {}
        self._names: list[str] = []
        self._parts = CountedPostings(expected)
        # Which lengths names have that begin so, bit n for n letters: by their first four, and by the hash of their
        # first eight, of which there are too many to keep.
        self._short_heads: dict[str, int] = {}
        self._long_heads = array("Q", [0]) * _HEADS

    def add(self, key: str, row: int) -> None:
        """File the row of an account under a key of its own."""
        before = self.latest.get(key)
        if before is None:
            before = -1
            self._prepare(key)
        self.latest[key] = len(self._rows)
        self._before.append(before)
        self._rows.append(row)

    def add_agency(self, key: str, agency: int) -> None:
        """File an agency under a key of its name."""
        if key not in self.latest:
            self.latest[key] = -1
            self._prepare(key)
        agencies = self._agencies.setdefault(key, [])
        if agency not in agencies:
            agencies.append(agency)

    def rows(self, key: str, is_gone: Callable[[int], bool]) -> list[int]:
        """The rows filed under a key that are not gone, the latest first, and not too many."""
        found: list[int] = []
        entry, steps = self.latest.get(key, -1), 0
        while entry >= 0 and steps < _MAX_STEPS and len(found) < MAX_NAMESAKES:
            if not is_gone(self._rows[entry]):
                found.append(self._rows[entry])
            entry, steps = self._before[entry], steps + 1
        return found

    def agencies(self, key: str) -> list[int]:
        """The agencies filed under a key, the latest first."""
        return self._agencies.get(key, [])[::-1]

    def within(self, text: str) -> list[tuple[int, int]]:
        """Where names stand in a text."""
        latest, short_heads, long_heads = self.latest, self._short_heads, self._long_heads
        hits = []
        for start in range(len(text) - SHORTEST + 1):
            short = short_heads.get(text[start : start + SHORTEST])
            if short is None:
                continue
            long = long_heads[hash(text[start : start + _HEAD]) & _MASK] if short > _LONG else 0
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
        codes = [hash(text[start:end]) ^ part for part, start, end in _PLANS[len(text)]]
        if len(text) <= _TWO_EDITS_FROM:
            codes += map(hash, _rests(text))
        sharing = self._parts.any_of(codes, MAX_SHARING)
        if not sharing:
            return []
        candidates = [self._names[number] for number in sharing]
        found = process.extract(text, candidates, scorer=OSA.distance, score_cutoff=_MAX_EDITS, limit=None)
        return [(name, distance) for name, distance, _ in found if distance <= edits(len(name))]

    def _prepare(self, name: str) -> None:
        if not name.isalnum():
            return
        length = len(name)
        if length <= LONGEST:
            head = name[:SHORTEST]
            self._short_heads[head] = self._short_heads.get(head, 0) | 1 << length
            self._long_heads[hash(name[:_HEAD]) & _MASK] |= 1 << length
        if FUZZY_FROM <= length <= LONGEST:
            number = len(self._names)
            self._names.append(name)
            codes = [hash(name[start:end]) ^ part for part, start, end in _BOUNDS[length]]
            for code in codes or map(hash, _rests(name)):
                self._parts.add_hash(code, number)


def edits(length: int) -> int:
    """How many edits a name of so many letters allows."""
    return _MAX_EDITS if length >= _TWO_EDITS_FROM else 1


def _rests(text: str) -> set[str]:
    """A text, and what is left of it without one letter."""
    return {text, *[text[:at] + text[at + 1 :] for at in range(len(text))]}


def _bounds(length: int) -> list[tuple[int, int, int]]:
    """The parts of a long name: which, counted from one, where it begins and ends."""
    count = _MAX_EDITS + 1
    cuts = [length * index // count for index in range(count + 1)]
    return [(part, start, end) for part, (start, end) in enumerate(pairwise(cuts), start=1)]


_BOUNDS = [_bounds(length) if length >= _TWO_EDITS_FROM else [] for length in range(LONGEST + 1)]


def _plan(length: int) -> list[tuple[int, int, int]]:
    """What to look up for a text of so many letters: which part of a name, and where that part can stand.

    Names of different lengths have parts of the same length, so that one look finds them all.
    """
    found: dict[tuple[int, int, int], None] = {}
    # Whoever imitates a name seldom leaves out two letters of it; two brands often differ so.
    for other in range(length - 2, min(LONGEST, length + 1) + 1):
        for part, start, end in _BOUNDS[max(other, 0)]:
            # As many edits as there are parts before it, or after it, or it would not be the one that is whole.
            before, after, difference = part - 1, _MAX_EDITS + 1 - part, length - other
            for shift in range(max(-before, difference - after), min(before, difference + after) + 1):
                if start + shift >= 0 and end + shift <= length:
                    found[part, start + shift, end + shift] = None
    return [*found]


_PLANS = [_plan(length) for length in range(LONGEST + 1)]


def of_account(link: Canonical, display_name: str, places: Places) -> set[str]:
    """The keys of what an account is called itself."""
    site = texts.host(link)
    keys = of_texts((*texts.of_account(link, site), display_name), places)
    if site is not None:
        keys.update(of_host(link.handle or "", site))
    return keys


def of_texts(found: Iterable[str], places: Places) -> set[str]:
    """The keys that lie in the texts of an account."""
    names: dict[str, Name] = {}
    for name in map(texts.name, found):
        # A handle is mostly the display name without its spaces: of the two the one that shows its words.
        if name.skeleton not in names or len(name.cuts) > len(names[name.skeleton].cuts):
            names[name.skeleton] = name
    return {key for name in names.values() for key in _of_name(name, places)}


def _of_name(name: Name, places: Places) -> Iterator[str]:
    """An authority of a place, or what somebody is called without one."""
    body = next(parse.denoted(name.skeleton, places), None)
    if body is not None:
        yield body.key
        return
    core = parse.stripped(name)
    nobody = parse.is_weak(core, places) or parse.is_authority(core)
    if parse.is_national(name):
        # Without its first word it is only what it is about; "and" is often left out.
        yield from _variants(name.skeleton, parse.without_and(name))
        yield from _abbreviations(name.skeleton.removesuffix("vletnam"))
        return
    if nobody and parse.is_distance(core) and core != name.skeleton:
        core, nobody = name.skeleton, False
    if not nobody:
        yield from (variant for variant in _variants(name.skeleton, core) if len(variant) >= SHORTEST)
    elif len(name.skeleton) >= WHOLE_FROM and _is_one_body(name.skeleton, places):
        yield f"={name.skeleton}"


def _is_one_body(text: str, places: Places) -> bool:
    """Whether no two places share the name with which a text ends, as so many communes do."""
    for start in range(len(text)):
        for place in places.all_at(text, start):
            if start + len(place) == len(text):
                units = [unit for unit in places.by_name[place] if unit.in_force]
                meant = [unit for unit in units if text.endswith(unit.level, 0, start)] or units
                return len(meant) == 1
    return True


def _variants(whole: str, core: str) -> Iterator[str]:
    yield core
    if whole != core:
        yield whole
    for ending in _ENDINGS:
        rest = core[: -len(ending)]
        if core.endswith(ending) and len(rest) >= FUZZY_FROM and not parse.is_authority(rest):
            yield rest


def _abbreviations(text: str) -> Iterator[str]:
    """What is short for a body's name and can stand for itself: no word of Vietnamese is without a vowel."""
    return (
        short for short in parse.also_called(text) if len(short) >= SHORTEST and not parse.has_vowel(short)
    )


def of_host(address: str, site: texts.Host) -> Iterator[str]:
    """The keys that lie in the host of a website, beside those of its texts."""
    yield f"@{address}"
    # Only a site can be called by a kind of authority alone: "dichvucong.gov.vn".
    for own in (texts.name(label).skeleton for label in site.labels[:1]):
        if parse.is_authority(own):
            yield own
            yield from _abbreviations(own)
    if site.is_government:
        yield from (f"gov|{texts.name(label).skeleton}" for label in site.labels)
