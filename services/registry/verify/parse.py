"""What a name says: which authority of which place, what is said beside it, and whether anything is left over."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from services.registry.verify import words
from services.registry.verify.lists import Beginnings, pattern
from services.registry.verify.places import SHORTEST, Places, level_at
from services.registry.verify.texts import Name, skeleton

_AUTHORITIES = {skeleton(k): v for k, v in words.by_spelling(words.AUTHORITIES).items()}
_AUTHORITY = re.compile(pattern(_AUTHORITIES))

_GENERIC = frozenset(map(skeleton, words.GENERIC.split()))
_COMMON = frozenset(map(skeleton, words.COMMON.split()))
_DISTANCE = frozenset(map(skeleton, words.DISTANCE.split()))
_LEVELS = frozenset(map(skeleton, words.by_spelling(words.LEVELS)))
_KNOWN = _GENERIC | _COMMON | _DISTANCE | _LEVELS | _AUTHORITIES.keys()
# Inside a run of letters these few may be taken off; shorter ones stand inside too many names ("viet com bank").
_AFFIXES = frozenset(word for word in _GENERIC | _COMMON if len(word) > words.MAX_SHORT)


SENTENCE_FROM = 3
"""Words outside all lists that make a sentence of a title."""
_WORD_LENGTH = 3  # letters that known words have on average, when they are not found by chance
_DISTANCE_INSIDE = re.compile(pattern(word for word in _DISTANCE if len(word) > words.MAX_SHORT))
_AFFIX = re.compile(pattern(_AFFIXES))
_AFFIX_BACKWARDS = re.compile(pattern(word[::-1] for word in _AFFIXES))
_AUTHORITY_BACKWARDS = re.compile(pattern(word[::-1] for word in _AUTHORITIES))
# One syllable of Vietnamese: half of all words, and in most longer ones. The skeleton of "i" is "l".
_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|ch|gh|gl|kh|ph|qu|th|tr|[bcdghklmnprstvx])?[aeouyl]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
_LONGEST_SYLLABLE = 7
_WORDS = Beginnings(_KNOWN)


class Denoted(NamedTuple):
    """An authority and its place, where they stand in a skeleton. `level` is empty when the name gives none."""

    authority: str
    level: str
    place: str
    start: int
    end: int

    @property
    def key(self) -> str:
        return f"{self.authority}|{self.place}"


def authorities(text: str) -> Iterator[tuple[int, int, str]]:
    """The authorities that a skeleton names: where, and which; the longest at each place."""
    for found in _AUTHORITY.finditer(text):
        yield found.start(), found.end(), _AUTHORITIES[found[0]]


def is_authority(text: str) -> bool:
    """Whether a skeleton is the name of a kind of authority, perhaps with a level, and no more: "congan", "ubndxa"."""
    found = _AUTHORITY.match(text)
    return found is not None and (found.end() == len(text) or text[found.end() :] in _LEVELS)


def denoted(text: str, places: Places) -> Iterator[Denoted]:
    """The authorities with their places: "ubnd xa lapvo", and at the beginning "lapvo ubnd"."""
    for start, end, authority in authorities(text):
        written, level = level_at(text, end)
        place = places.at(text, end + len(written)) if level else None
        if place is None:
            written, level = "", ""
            place = places.at(text, end)
        if place is not None:
            yield Denoted(authority, level, place, start, end + len(written) + len(place))
            continue
        written, level = level_at(text, 0)
        place = places.at(text, len(written))
        if place is not None and len(written) + len(place) == start:
            yield Denoted(authority, level, place, 0, end)


def stripped(name: Name) -> str:
    """A skeleton without what anybody adds to names, at both ends."""
    text, cuts = name.skeleton, name.cuts
    first, last = 0, len(cuts) - 1
    while first < last and text[cuts[first] : cuts[first + 1]] in _GENERIC:
        first += 1
    while last > first and text[cuts[last - 1] : cuts[last]] in _GENERIC:
        last -= 1
    text = text[cuts[first] : cuts[last]]
    shorter = _without_affix(text)
    while shorter != text:
        text, shorter = shorter, _without_affix(shorter)
    return text


def _without_affix(text: str) -> str:
    if (found := _AFFIX.match(text)) and not _AUTHORITY.match(text):
        return text[found.end() :]
    backwards = text[::-1]
    if (found := _AFFIX_BACKWARDS.match(backwards)) and not _AUTHORITY_BACKWARDS.match(backwards):
        return text[: -found.end()]
    return text


def is_weak(text: str, places: Places) -> bool:
    """Whether a stripped skeleton names nobody in particular: a syllable, a common word, a place or several."""
    if len(text) < SHORTEST or text in _GENERIC or text in _COMMON or text in _LEVELS:
        return True
    if len(text) <= _LONGEST_SYLLABLE and _SYLLABLE.fullmatch(text) and text not in _AUTHORITIES:
        return True
    written, _ = level_at(text, 0)
    for start in {0, len(written)}:
        rest = text[start:]
        while rest and (place := places.at(rest, 0)):
            rest = rest[len(place) :]
        if not rest or rest in _GENERIC or rest in _COMMON or rest.isdigit():
            return True
    return False


def segments(text: str) -> list[str] | None:
    """The known words that a run of letters is made of, as few as possible; None when something is left over."""
    if not text:
        return []
    best: list[list[str] | None] = [[], *[None] * len(text)]
    for start in range(len(text)):
        before = best[start]
        if before is None:
            continue
        for word in _WORDS.at(text, start):
            here = best[start + len(word)]
            if here is None or len(before) + 1 < len(here):
                best[start + len(word)] = [*before, word]
    return best[-1]


def speaks_about(name: Name, start: int, end: int) -> bool:
    """Whether what stands beside a stretch of a name keeps its distance: "khiếu nại về …", "… fan club".

    Short words stand inside many others ("hoi" in "xahoi", "bao" in "baomat"), so they count when they are written as
    words, or when all that stands there is made of known words. At the ends of a name four letters are enough.
    """
    return any(_is_distance(name, first, last) for first, last in ((0, start), (end, len(name.skeleton))))


def _is_distance(name: Name, first: int, last: int) -> bool:
    side = name.skeleton[first:last]
    known = segments(side)
    if known is not None:
        return not _DISTANCE.isdisjoint(known)
    lengths = range(words.MAX_SHORT - 1, words.MAX_SHORT + 1)
    at_the_end = (side[:length] if first == 0 else side[-length:] for length in lengths)
    return (
        _DISTANCE_INSIDE.search(side) is not None
        or not _DISTANCE.isdisjoint(at_the_end)
        or not _DISTANCE.isdisjoint(_words(name, first, last))
    )


def is_sentence(name: Name, start: int, end: int) -> bool:
    """Whether a title says more beside a stretch of it than names do: three words that names are not made of."""
    unknown = 0
    for first, last in ((0, start), (end, len(name.skeleton))):
        side = _words(name, first, last)
        at = 0
        while at < len(side):
            taken = next((n for n in (4, 3, 2, 1) if "".join(side[at : at + n]) in _KNOWN), 0)
            unknown += not taken
            at += taken or 1
    return unknown >= SENTENCE_FROM


def _words(name: Name, first: int, last: int) -> list[str]:
    """The whole words between two places in a name."""
    return [
        name.skeleton[start:end]
        for start, end in zip(name.cuts, name.cuts[1:], strict=False)
        if first <= start and end <= last
    ]


def is_made_of_words(text: str) -> bool:
    """Whether a run of letters is made of known words, and so no misspelling of another."""
    known = segments(text)
    return known is not None and len(text) >= _WORD_LENGTH * len(known)


def is_edge(name: Name, at: int) -> bool:
    """Whether a word ends or begins at a place in a name: at its ends, at separators, beside digits."""
    plain = name.plain
    return at in name.cuts or plain[at - 1].isdigit() or plain[at].isdigit()
