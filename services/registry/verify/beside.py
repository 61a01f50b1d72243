"""What stands beside an official name in another name: whether it is a name there at all, and whose."""

import re

from services.registry.verify import parse, speech, texts, words
from services.registry.verify.accounts import Known
from services.registry.verify.index import Index
from services.registry.verify.names import FUZZY_FROM, LONGEST, SURE_FROM
from services.registry.verify.places import SHORTEST, Unit, level_at
from services.registry.verify.texts import Name

_WORDS_FROM = 3  # words from which a text is written in words
_VOWEL = re.compile("[aeiouy]")
_INNER = re.compile(rf"({'|'.join(words.INNER.split())})\d*$")
_WITHIN = tuple(map(texts.skeleton, words.WITHIN.split()))
_DEPARTMENTS = frozenset(map(texts.skeleton, words.DEPARTMENTS.split()))
_REGION = re.compile(rf"{words.REGION}|so\d")
_FOREIGN = frozenset(map(texts.skeleton, words.FOREIGN.split()))
_NUMBERED = re.compile("|".join(map(texts.skeleton, words.NUMBERED.split())))
_NAMESAKES = re.compile("|".join(map(texts.skeleton, words.NAMESAKES.split())))


def stands_out(name: Name, start: int, end: int) -> bool:
    """Whether letters in a name are a word of their own; the fewer they are, the clearer that must be."""
    if _is_by_chance(name, start, end):
        return False
    if parse.is_authority(name.skeleton[start:end]):
        return _is_edge(name, start) and _is_edge(name, end)
    length = end - start
    if length >= SURE_FROM:
        return True
    left = _is_edge(name, start)
    if left and length >= FUZZY_FROM:
        return True
    if _VOWEL.search(name.plain, start, end) is None:
        return True  # an abbreviation: no word is without a vowel
    right = _is_edge(name, end)
    return left and right if length < FUZZY_FROM else right


def _is_in_short_word(name: Name, at: int) -> bool:
    """Whether a place in a name lies in a word so short that nothing ends or begins in it."""
    if parse.is_edge(name, at):
        return False
    before, after = _around(name, at)
    return after - before <= SURE_FROM


def _is_by_chance(name: Name, start: int, end: int) -> bool:
    """Whether letters begin or end in a short word, or in a syllable: "chinhphuc" is no "chinhphu" and "c"."""
    if len(name.cuts) > _WORDS_FROM:
        return _is_in_short_word(name, start) or _is_in_short_word(name, end)
    first, last = max(cut for cut in name.cuts if cut <= start), min(cut for cut in name.cuts if cut >= end)
    if (first, last) == (start, end) or last - first > LONGEST:
        return False
    whole = speech.syllables(name.plain[first:last])
    apart = _pieces(name, first, start) + speech.syllables(name.plain[start:end]) + _pieces(name, end, last)
    return whole < min(apart, speech.NEVER) and speech.syllables(name.plain[start:end]) < speech.NEVER


def _pieces(name: Name, start: int, end: int) -> int:
    """How few words of the lists, or else syllables, a stretch of a name is."""
    known = parse.segments(name.skeleton[start:end])
    return len(known) if known is not None else speech.syllables(name.plain[start:end])


def _around(name: Name, at: int) -> tuple[int, int]:
    """Where the word begins and ends in which a place in a name lies."""
    return max(cut for cut in name.cuts if cut < at), min(cut for cut in name.cuts if cut > at)


def _is_edge(name: Name, at: int) -> bool:
    """Whether a word ends or begins at a place in a name: at separators, beside digits, where known words join it."""
    if parse.is_edge(name, at):
        return True
    before, after = _around(name, at)
    text = name.skeleton
    return parse.segments(text[before:at]) is not None or parse.segments(text[at:after]) is not None


def is_another(index: Index, name: Name, start: int, end: int, account: Known) -> bool:
    """Whether what stands beside an official name makes it another body's: one within it, or its namesake elsewhere."""
    text = name.skeleton
    if is_inner(name, start) or is_branch(index, name, end) or text[end:] in _FOREIGN:
        return True
    if end == len(text) and parse.is_headed(text[start:]) and _is_department(index, name, start):
        return True
    unit = index.unit(account.agency_code)
    return unit is not None and (
        _has_number(name, end)
        or ((kind := _NAMESAKES.search(text)) is not None and not _lies_in(index, text, kind.end(), unit))
        or _lies_elsewhere(index, text, end, account, unit)
    )


def _is_department(index: Index, name: Name, start: int) -> bool:
    """Whether what stands in front of a ministry's name is one of its departments, and none that is registered."""
    text = name.skeleton[:start]
    head = next((cut for cut in name.cuts[1:3] if text[:cut] in _DEPARTMENTS), 0)
    says_which = not parse.is_addition(text[head:]) and not parse.is_authority(text[head:])
    return head > 0 and says_which and index.first(text) is None


def is_inner(name: Name, start: int, authority: str = "") -> bool:
    """Whether what stands in front of a body's name is one of the bodies within it: "Bệnh viện …", "CSGT Công an …"."""
    inner = _INNER.search(name.plain[:start])
    if inner and (len(inner[1]) > words.MAX_SHORT or inner.start() in name.cuts):
        return True
    if authority and name.skeleton[:start].startswith(_WITHIN):
        return True
    return any(
        end == start and other == authority for _, end, other in parse.authorities(name.skeleton[:start])
    )


def is_branch(index: Index, name: Name, end: int) -> bool:
    """Whether what follows a body's name makes it one of its branches: "… khu vực 3", "… cơ sở Ninh Bình"."""
    if _REGION.match(name.plain, end):
        return True
    after = end + len(words.BRANCH)
    there = name.plain[after : after + 1].isdigit() or index.places.at(name.skeleton, after)
    return bool(there) and name.plain.startswith(words.BRANCH, end)


def _has_number(name: Name, end: int) -> bool:
    """Whether one digit follows, as after the names of schools and hospitals of which a place has several."""
    after = name.plain[end : end + 2]
    return (
        after[:1].isdigit()
        and not after[1:].isdigit()
        and _NUMBERED.search(name.skeleton, 0, end) is not None
    )


def _lies_elsewhere(index: Index, text: str, end: int, account: Known, unit: Unit) -> bool:
    """Whether a place follows that is neither the account's unit nor its province, nor named by the account."""
    written, _ = level_at(text, end)
    place = parse.place_at(text, end + len(written), index.places) or parse.place_at(text, end, index.places)
    if place is None or place in texts.name(account.display_name).skeleton:
        return False
    return not any(each.code in {unit.code, unit.province} for each in index.places.by_name[place])


def _lies_in(index: Index, text: str, start: int, unit: Unit) -> bool:
    """Whether a name has, from some letter on, a place in the province of a unit."""
    return any(
        each.province == unit.province
        for at in range(start, len(text) - SHORTEST + 1)
        for place in index.places.all_at(text, at)
        for each in index.places.by_name[place]
    )
