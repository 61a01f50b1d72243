"""What a name says: which authority of which place, what is said beside it, and whether anything is left over."""

import re
from collections.abc import Iterator
from itertools import pairwise
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
_KNOWN = _GENERIC | _COMMON | _DISTANCE | _LEVELS | frozenset(_AUTHORITIES)
_NOBODY = _KNOWN - frozenset(_AUTHORITIES)
_CHIEF_HEADS = [*map(skeleton, words.CHIEF_HEADS.split())]
_HEADS = frozenset(map(skeleton, words.HEADS.split()))
_SHORTENED = {skeleton(name): [*map(skeleton, short.split())] for name, short in words.SHORTENED.items()}
_IN_FULL = {short: [name] for name, found in _SHORTENED.items() for short in found}
_SCHOOLS = frozenset(map(skeleton, words.NAMESAKES.split()))
# Inside a run of letters these few may be taken off; shorter ones stand inside too many names ("viet com bank").
# Nor are kinds of schools: without them their names are those of flowers, heroes and numbers.
_AFFIXES = frozenset(word for word in _GENERIC | _COMMON if len(word) > words.MAX_SHORT) - _SCHOOLS

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
_VOWEL = re.compile("[aeoluy]")
_HALVED = re.compile("[aou](?:y(?!e)|[cmnpt]$)")  # where a syllable goes on: "Chợ Rẫy" is not "Chợ Rã"
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
        place = place_at(text, end + len(written), places) if level else None
        if place is None:
            written, level = "", ""
            place = place_at(text, end, places)
        if place is not None:
            yield Denoted(authority, level, place, start, end + len(written) + len(place))
            continue
        written, level = level_at(text, 0)
        place = places.at(text, len(written))
        if place is not None and len(written) + len(place) == start:
            yield Denoted(authority, level, place, 0, end)


def place_at(text: str, start: int, places: Places) -> str | None:
    """The place whose name begins here, unless a longer word does: "tra cuu" is no Trà Cú.

    Of several the longest, but for one that takes letters of the province after it: "Phú Hòa, Đồng Nai" is not
    "Phú Hòa Đông".
    """
    found = places.all_at(text, start)
    if not found or _HALVED.match(text, start + len(found[0]) - 1):
        return None
    if (known := _WORDS.at(text, start)) and len(known[0]) > len(found[0]):
        return None
    for place in found[1:]:
        if text[start + len(place) :] in places.provinces:
            return place
    return found[0]


def stripped(name: Name) -> str:
    """A skeleton without what anybody adds to names, at both ends."""
    text, cuts = name.skeleton, name.cuts
    first, last = 0, len(cuts) - 1
    while first < last and text[cuts[first] : cuts[first + 1]] in _GENERIC:
        first += 1
    # A number is none: it says which of several schools.
    while (
        last > first
        and text[cuts[last - 1] : cuts[last]] in _GENERIC
        and not name.plain[cuts[last - 1] : cuts[last]].isdigit()
    ):
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


def is_national(name: Name) -> bool:
    """Whether a name begins, by a word of its own, as those of the state's own bodies do: "Bộ …", "Cục …"."""
    text = name.skeleton
    return any(text[:cut] in _HEADS for cut in name.cuts[1:5]) and len(text) > words.MAX_SHORT


def also_called(text: str) -> list[str]:
    """The other skeletons by which a body or a paper of the state goes: those short for it, or what it is short for."""
    return _SHORTENED.get(text, []) + _IN_FULL.get(text, [])


def has_vowel(text: str) -> bool:
    """Whether a skeleton can be a word, and is no abbreviation. The skeleton of "i" is "l", and so "hlv" counts."""
    return _VOWEL.search(text) is not None


def with_heads(text: str) -> list[str]:
    """A skeleton as the name of a state's body: "haiquan" is "cuchaiquan" too."""
    return [head + text for head in _CHIEF_HEADS]


def is_headed(text: str) -> bool:
    """Whether a skeleton begins with the first letters of a state's body: "bo…", "nganhangnhanuoc…"."""
    return any(text.startswith(head) for head in _HEADS)


def is_short_national(text: str) -> bool:
    """Whether a skeleton is the name of a state's body with one short word: a letter more or less is another's."""
    return len(text) <= _LONGEST_SYLLABLE and is_headed(text)


def without_and(name: Name) -> str:
    """A skeleton without the word "và"."""
    return "".join(word for start, end in pairwise(name.cuts) if (word := name.skeleton[start:end]) != "va")


def is_weak(text: str, places: Places) -> bool:
    """Whether a stripped skeleton names nobody in particular: a syllable, a common word, a place or several."""
    if len(text) < SHORTEST or text in _NOBODY:
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


def listed_at(text: str, start: int) -> list[str]:
    """The words of the lists that begin at a place in a skeleton, the longest first."""
    return _WORDS.at(text, start)


def distance_within(text: str) -> list[str]:
    """The words of distance that stand anywhere in a skeleton and are too long to do so by chance."""
    return _DISTANCE_INSIDE.findall(text)


def is_known(text: str) -> bool:
    """Whether a skeleton is a word of the lists."""
    return text in _KNOWN


def is_distance(text: str) -> bool:
    """Whether a skeleton is a word of distance."""
    return text in _DISTANCE


def is_addition(text: str) -> bool:
    """Whether a skeleton is nothing but what anybody adds to names, or empty."""
    known = segments(text)
    return known is not None and _GENERIC.issuperset(known)


def is_made_of_words(text: str) -> bool:
    """Whether a run of letters is made of known words, and so no misspelling of another."""
    known = segments(text)
    return known is not None and len(text) >= _WORD_LENGTH * len(known)


def is_edge(name: Name, at: int) -> bool:
    """Whether a word ends or begins at a place in a name: at its ends, at separators, beside digits."""
    plain = name.plain
    return at in name.cuts or plain[at - 1].isdigit() or plain[at].isdigit()
