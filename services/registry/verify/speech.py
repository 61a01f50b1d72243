"""Whether a name speaks about an authority, or as it: what stands beside the authority's name decides.

Who criticises, laughs, reports, teaches, sells or gathers says so with words of a list, or simply talks: with words of
speech ("… sao chậm thế"), or with more words than the additions to names that impostors and authorities use.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from services.registry.verify import parse, texts, words
from services.registry.verify.places import Places, level_at
from services.registry.verify.texts import Name, skeleton

_TALK = 2  # what a word of speech weighs: as much as two syllables outside all lists
_DISTANCE = frozenset(map(skeleton, words.DISTANCE.split()))
_ACCENTED = {skeleton(plain): frozenset(meant.split()) for plain, meant in words.ACCENTED.items()}
_SPEECH = frozenset(words.SPEECH.split())
_SPEECH_ACCENTED = frozenset(words.SPEECH_ACCENTED.split())
_SCOLDING = frozenset(words.SCOLDING.split())
_SPEAKERS = re.compile(f"(?:{'|'.join(words.SPEAKERS.split())})")
_HELP = re.compile("|".join(map(skeleton, words.HELP.split())))
_HARM = frozenset(map(skeleton, words.HARM.split()))
_SYLLABLES = frozenset(
    [
        *words.VOWELS_FIRST.split(),
        *(onset + rime for onset in words.ONSETS.split() for rime in words.RIMES.split()),
    ]
)
_LONGEST_SYLLABLE = max(map(len, _SYLLABLES))
_LONGEST_WORDS = 4  # syllables of the longest phrase in the lists that is looked for in a title
_CLASS = re.compile(r"lop\d|k\d\d(?!\d)|2k\d|\d\d[a-z]\d")  # of a school: "lop 12a1", "k15", "2k7"
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_BREAK = re.compile(r"\s[-–—•:]+\s|[|(),;:\[\]•·]")
NEVER = 1 << 10
"""More syllables than any name has."""
_LETTERS = frozenset(
    "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
)


class Title(NamedTuple):
    """The name that a page shows: as it is written, and its words with their accents if it has any."""

    text: str
    accented: tuple[str, ...]


def title(text: str) -> Title:
    """Read the name that a page shows."""
    return Title(text, tuple(texts.accented(text).split()))


def speaks_about(name: Name, start: int, end: int, shown: Title | None = None) -> bool:
    """Whether what stands beside a stretch of a name keeps its distance: "khiếu nại về …", "… fan club".

    Short words stand inside many others ("hoi" in "xahoi", "bao" in "baomat"), so they count when they are written as
    words, or when all that stands there is made of known words. At the ends of a name four letters are enough.
    `shown` is the title of which `name` was made: there a word that its accents make another one does not count.
    """
    found = _distance(name, start, end, shown)
    return bool(found) and not _offers_help(name, start, end, found)


def _distance(name: Name, start: int, end: int, shown: Title | None) -> set[str]:
    sides = ((0, start), (end, len(name.skeleton)))
    if shown and len(shown.accented) == len(name.cuts) - 1:
        return {word for first, last in sides for word in _in_title(name, first, last, shown.accented)}
    return {word for first, last in sides for word in _in_letters(name, first, last)}


def _offers_help(name: Name, start: int, end: int, found: set[str]) -> bool:
    """Whether the only words of distance are of harm, and somebody offers help: how the second fraud begins."""
    sides = (name.skeleton[:start], name.skeleton[end:])
    return bool(found) and found <= _HARM and any(_HELP.search(side) for side in sides)


def means_otherwise(name: Name, start: int, end: int, shown: Title, official: str) -> bool:
    """Whether accents make a stretch of a title other words than those of an official name: Hải quân, Hải quan.

    Who leaves accents out, or writes what no Vietnamese word has, means the official one.
    """
    if len(shown.accented) != len(name.cuts) - 1:
        return False
    own = {_tone_last(word) for word in texts.accented(official).split()}
    skeletons = {texts.name(word).skeleton for word in own}
    for number in _numbers(name, start, end):
        word = shown.accented[number]
        if name.skeleton[name.cuts[number] : name.cuts[number + 1]] not in skeletons or word.isascii():
            continue
        if _tone_last(word) not in own and _LETTERS.issuperset(word):
            return True
    return False


def _tone_last(text: str) -> str:
    """A text with the tone of each word at its end: of "toà" and "tòa" neither is another word."""
    return " ".join(
        "".join(sorted(unicodedata.normalize("NFD", each), key=_TONES.__contains__)) for each in text.split()
    )


def is_talk(name: Name, start: int, end: int, places: Places, unknown: int) -> bool:
    """Whether people talk beside a stretch of what is written without spaces: "dankeu…", "…saochamthe".

    `unknown` is how many syllables outside all lists make talk of it.
    """
    return any(
        _talks(name, first, last, places, unknown)
        for first, last in _sides(name, start, _place_end(name, end, places))
    )


def is_sentence(name: Name, start: int, end: int, places: Places, shown: Title) -> bool:
    """Whether a title says more beside a stretch of it than names do: words that names are not made of."""
    if _offers_help(name, start, end, _distance(name, start, end, shown)):
        return False
    accented = shown.accented if len(shown.accented) == len(name.cuts) - 1 else ()
    sides = [_numbers(name, first, last) for first, last in _sides(name, start, end)]
    said = {accented[number] for side in sides for number in side} if accented else set()
    if not _SCOLDING.isdisjoint(said) or ("?" in shown.text and _adds(name, start, end)):
        return True
    if _stands_alone(name, start, end, shown):
        return False
    if not _SPEECH_ACCENTED.isdisjoint(said):
        return True
    return any(_has_unknown(name, side, places, accented) for side in sides) or is_talk(
        name, start, end, places, 1
    )


def _adds(name: Name, start: int, end: int) -> bool:
    """Whether more stands beside a stretch of a name than anybody adds to names."""
    return not all(parse.is_addition(name.skeleton[first:last]) for first, last in _sides(name, start, end))


def _has_unknown(name: Name, numbers: Sequence[int], places: Places, accented: Sequence[str]) -> bool:
    """Whether one of these words is in no list, no number, and belongs to no place's name."""
    while numbers:
        count, word = _longest(name, numbers)
        cut, last = name.cuts[numbers[0]], name.cuts[numbers[-1] + 1]
        if not parse.is_known(word) and not name.plain[cut : cut + len(word)].isdigit():
            place = next((p for p in places.all_at(name.skeleton, cut) if cut + len(p) in name.cuts), None)
            if place is None or cut + len(place) > last:
                return True
            count = sum(1 for number in numbers if name.cuts[number] < cut + len(place))
            if accented and not _is_written(place, accented[numbers[0] : numbers[count - 1] + 1], places):
                return True
        numbers = numbers[count:]
    return False


def _is_written(place: str, written: Sequence[str], places: Places) -> bool:
    """Whether a place's name can be written so: without accents, or with its own. "đại án" is not Đại An."""
    text = _tone_last(" ".join(written))
    return text.isascii() or any(_tone_last(unit.accented) == text for unit in places.by_name[place])


def _place_end(name: Name, end: int, places: Places) -> int:
    """Where the place ends that is named behind a stretch of a name, if one is."""
    written, _ = level_at(name.skeleton, end)
    place = parse.place_at(name.skeleton, end + len(written), places)
    if place is None:
        return end
    after = end + len(written) + len(place)
    return after if written or place in places.provinces or after == len(name.skeleton) else end


def is_readable(text: str, plain: str) -> bool:
    """Whether a skeleton, and what it was made of, are syllables of Vietnamese and words of the lists throughout."""
    return _unknown(text, plain) is not None


def syllables(plain: str) -> int:
    """How few syllables of Vietnamese a run of letters without accents can be; `NEVER` when it is none."""
    best = [0, *[NEVER] * len(plain)]
    for end in range(1, len(plain) + 1):
        for start in range(max(0, end - _LONGEST_SYLLABLE), end):
            if best[start] + 1 < best[end] and plain[start:end] in _SYLLABLES:
                best[end] = best[start] + 1
    return best[-1]


def _sides(name: Name, start: int, end: int) -> tuple[tuple[int, int], ...]:
    return tuple((first, last) for first, last in ((0, start), (end, len(name.skeleton))) if first < last)


def _stands_alone(name: Name, start: int, end: int, shown: Title) -> bool:
    """Whether dashes or the like set a stretch of a title apart, with nothing but additions: "VNeID - …"."""
    stretch = name.skeleton[start:end]
    for part in _BREAK.split(shown.text):
        before, found, after = texts.name(part).skeleton.partition(stretch)
        if found and len(part) < len(shown.text) and parse.is_addition(before) and parse.is_addition(after):
            return True
    return False


def _in_letters(name: Name, first: int, last: int) -> frozenset[str]:
    """The words of distance in a stretch of a name."""
    side = name.skeleton[first:last]
    known = (side,) if parse.is_known(side) else parse.segments(side)
    if known is not None:
        return _DISTANCE.intersection(known)
    lengths = range(words.MAX_SHORT - 1, words.MAX_SHORT + 1)
    found = {end for length in lengths for end in (side[:length], side[-length:])}
    found.update(parse.distance_within(side))
    found.update(_words(name, first, last))
    return _DISTANCE & found


def _in_title(name: Name, first: int, last: int, accented: Sequence[str]) -> set[str]:
    """The words of distance in a stretch of a title with accents."""
    found: set[str] = set()
    numbers = _numbers(name, first, last)
    while numbers:
        count, word = _longest(name, numbers)
        if count == 1 and len(word) > _LONGEST_SYLLABLE:
            found |= _in_letters(name, name.cuts[numbers[0]], name.cuts[numbers[0] + 1])
        elif word in _DISTANCE and (count > 1 or accented[numbers[0]] in _ACCENTED.get(word, accented)):
            found.add(word)
        numbers = numbers[count:]
    return found


def _longest(name: Name, numbers: Sequence[int]) -> tuple[int, str]:
    """The longest phrase of the lists that begins with the first of these words; else that word alone."""
    cuts = name.cuts
    for count in range(min(_LONGEST_WORDS, len(numbers)), 1, -1):
        phrase = name.skeleton[cuts[numbers[0]] : cuts[numbers[0] + count]]
        if parse.is_known(phrase):
            return count, phrase
    return 1, name.skeleton[cuts[numbers[0]] : cuts[numbers[0] + 1]]


def _talks(name: Name, first: int, last: int, places: Places, enough: int) -> bool:
    """Whether a stretch of letters is Vietnamese and says more than additions to names do."""
    side = name.skeleton[first:last]
    if first == 0 and (_SPEAKERS.match(name.plain[:last]) or _CLASS.match(name.plain[:last])):
        return True
    if _joins(side, before=first == 0):
        return True
    unknown = 0 if parse.is_known(side) else _unknown(side, name.plain[first:last], places)
    return unknown is not None and unknown >= enough


def _joins(side: str, *, before: bool) -> bool:
    """Whether an "and" joins what is beside it with something else than an addition: "logistics va …"."""
    rest = side.removesuffix("va") if before else side.removeprefix("va")
    if rest in {"", side} or parse.is_addition(side) or parse.is_addition(rest):
        return False
    return before or parse.segments(rest) is not None


def _unknown(text: str, plain: str, places: Places | None = None) -> int | None:
    """How many syllables of a run of letters are in no list, read so that they are fewest; None if it has others.

    Provinces count as known when `places` are given; of communes there are so many that any talk has some.
    """
    best = [0, *[NEVER] * len(plain)]
    for start in range(len(plain)):
        here = best[start]
        if here == NEVER:
            continue
        ends = [
            (start + len(word), int(word in _DISTANCE))
            for word in parse.listed_at(text, start)
            if len(word) > 1
        ]
        if places:
            ends += [
                (start + len(each), 0) for each in places.all_at(text, start) if each in places.provinces
            ]
        ends += [
            (end, _TALK if syllable in _SPEECH else 1)
            for end in range(start + 1, min(start + _LONGEST_SYLLABLE, len(plain)) + 1)
            if (syllable := plain[start:end]) in _SYLLABLES
        ]
        if plain[start].isdigit():
            ends.append((start + 1, 0))
        for end, weight in ends:
            best[end] = min(best[end], here + weight)
    return best[-1] if best[-1] < NEVER else None


def _numbers(name: Name, first: int, last: int) -> list[int]:
    """Which words of a name stand between two places in it."""
    cuts = name.cuts
    return [n for n in range(len(cuts) - 1) if first <= cuts[n] and cuts[n + 1] <= last]


def _words(name: Name, first: int, last: int) -> list[str]:
    """The whole words between two places in a name."""
    return [name.skeleton[name.cuts[n] : name.cuts[n + 1]] for n in _numbers(name, first, last)]
