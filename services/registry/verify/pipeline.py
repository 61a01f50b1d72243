"""From a link that is nobody's to the official account that it looks like, if any.

exact (in `service`) → the same host inside another → the same authority and place → a name that contains an official
one → a name with a letter or two wrong. What names another real unit, or speaks about an authority, is left alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA

from services.registry.verify import parse, texts
from services.registry.verify.accounts import Known
from services.registry.verify.index import Index
from services.registry.verify.names import FUZZY_FROM, LONGEST, SHORTEST, bounds, edits
from services.registry.verify.places import Unit
from services.registry.verify.texts import Name
from shared.urls import Canonical

Reason = Literal[
    "embedded-address",
    "government-claim",
    "same-unit",
    "same-name",
    "combined-name",
    "near-name",
    "lookalike-letters",
]
Distance = Literal["names-other-unit", "speaks-about"]

MAX_CANDIDATES = 400
"""Names that are compared letter by letter for one question, at most."""
_GOVERNMENT_NAME_FROM = 2  # letters of the shortest name in front of ".gov"
MAX_NAMESAKES = 16
"""Accounts of one name that are looked at, at most."""
_SURE_FROM = 7  # letters of a name that nobody hits by chance, wherever it stands


@dataclass(frozen=True, slots=True)
class Likeness:
    """The official account that a name looks like, how much (0 to 1), and why."""

    account: Known
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Match:
    name: Name
    start: int
    end: int
    account: Known
    score: float
    reason: Reason


def resemblance(index: Index, link: Canonical, display_name: str | None = None) -> Likeness | Distance | None:
    """What a link that is not enrolled looks like; or why what it looks like does not count."""
    host = link.handle or ""
    if link.platform == "website" and "/" not in host:
        if texts.is_government(texts.host_parts(host)[0]) or _is_below_official(index, host):
            return None
        if account := _embedded(index, host):
            return Likeness(account, 0.99, ("embedded-address",))
    found = [texts.name(text) for text in texts.of_account(link, display_name)]
    accents, said = texts.accented(display_name or ""), " ".join(name.skeleton for name in found)
    matches = [match for name in found for match in _matches(index, name, said, accents)]
    likely: Iterable[_Match] = [match for match in matches if match is not None]
    if not matches:
        likely = _misspelt(index, found)
    best = max(likely, key=lambda match: match.score, default=None)
    if best is None:
        return "names-other-unit" if matches else None
    if _keeps_distance(found, best, has_title=bool(display_name)):
        return "speaks-about"
    return Likeness(best.account, round(best.score, 2), _reasons(best))


def _is_below_official(index: Index, host: str) -> bool:
    """Whether the host lies below an official one: whoever has that gave it out."""
    dot = host.find(".")
    while dot > 0:
        if f"@{host[dot + 1 :]}" in index.names.keys:
            return True
        dot = host.find(".", dot + 1)
    return False


def _embedded(index: Index, host: str) -> Known | None:
    """An official host inside another: "bocongan.gov.vn.verify-id.top", "bocongan-gov-vn.com"."""
    labels = host.replace("-", ".").split(".")
    for start in range(len(labels) - 2):
        for end in range(len(labels) - 1, start + 1, -1):
            for _, account in index.live(index.names.keys.get("@" + ".".join(labels[start:end]))):
                return account
    return None


def _matches(index: Index, name: Name, said: str, accents: str) -> Iterator[_Match | None]:
    """Official names in a name; None for the name of another unit."""
    text, length = name.skeleton, len(name.skeleton)
    covered = []
    for body in parse.denoted(text, index.places):
        covered.append((body.start, body.end))
        account = _of_the_unit(index, body, said, accents)
        score = 0.8 + 0.17 * (body.end - body.start) / length
        yield _Match(name, body.start, body.end, account, score, "same-unit") if account else None
    for start, end, account in _contained(index, name):
        if any(first <= start and end <= last for first, last in covered):
            continue
        whole = start == 0 and end == length
        score = 0.97 if whole else 0.7 + 0.25 * (end - start) / length
        yield _Match(name, start, end, account, score, "same-name" if whole else "combined-name")
    yield from _claiming_government(index, name)


def _of_the_unit(index: Index, body: parse.Denoted, said: str, accents: str) -> Known | None:
    """The account of the authority and place that a name denotes.

    None when it may as well denote a unit without an account: that unit's own page must not be called a fake.
    """
    accounts = [account for _, account in index.live(index.names.keys.get(body.key))]
    enrolled = {unit.code for account in accounts if (unit := index.unit(account.agency_code))}
    meant = _meant(index, body, said, accents)
    if any(unit.code not in enrolled for unit in meant) and enrolled:
        return None
    codes = {unit.code for unit in meant}
    fitting = [a for a in accounts if (unit := index.unit(a.agency_code)) is None or unit.code in codes]
    return min(fitting, key=lambda account: len(account.url), default=None)


def _meant(index: Index, body: parse.Denoted, said: str, accents: str) -> list[Unit]:
    """The units that a name can denote: each thing that is said narrows them down, unless it fits none."""
    units = index.places.by_name[body.place]
    levels = {unit.level for unit in units if unit.in_force}
    if not body.level or body.level in levels:
        units = [unit for unit in units if unit.in_force] or units
    provinces = {
        code
        for province, codes in index.places.provinces.items()
        if province != body.place and province in said
        for code in codes
    }
    for fits in (
        lambda unit: unit.level == body.level,
        lambda unit: unit.province in provinces,
        lambda unit: unit.accented in accents,
    ):
        units = [unit for unit in units if fits(unit)] or units
    return units


def _contained(index: Index, name: Name) -> Iterator[tuple[int, int, Known]]:
    """Official names that stand in a name where they cannot be by chance."""
    text, names = name.skeleton, index.names
    length = len(text)
    for start in range(length - SHORTEST + 1):
        if not names.begins(text[start : start + 4]):
            continue
        longest = min(length, start + names.longest)
        if start + 8 > length or not names.begins(text[start : start + 8]):
            longest = min(longest, start + 7)
        for end in range(start + SHORTEST, longest + 1):
            numbers = names.keys.get(text[start:end])
            if numbers and _stands_out(name, start, end) and (account := _first(index, numbers)):
                yield start, end, account
    if length > LONGEST and (account := _first(index, names.keys.get(text))):
        yield 0, length, account


def _first(index: Index, numbers: Sequence[int]) -> Known | None:
    """Of the accounts with a name the one with the shortest address: a site before the sites below it."""
    accounts = (account for _, account in index.live(numbers[:MAX_NAMESAKES]))
    return min(accounts, key=lambda account: len(account.url), default=None)


def _stands_out(name: Name, start: int, end: int) -> bool:
    """Whether letters in a name are a word of their own; the fewer they are, the clearer that must be."""
    if end - start >= _SURE_FROM:
        return True
    text = name.skeleton
    before = max(cut for cut in name.cuts if cut <= start)
    after = min(cut for cut in name.cuts if cut >= end)
    left = parse.is_edge(name, start) or parse.segments(text[before:start]) is not None
    right = parse.is_edge(name, end) or parse.segments(text[end:after]) is not None
    return left and right if end - start < FUZZY_FROM else left or right


def _claiming_government(index: Index, name: Name) -> Iterator[_Match]:
    """The name of a government's site before "gov": "hanoi-gov", "bca gov vn"."""
    at = name.skeleton.find("gov")
    for cut in name.cuts:
        if cut + _GOVERNMENT_NAME_FROM > at:
            break
        if account := _first(index, index.names.keys.get(f"gov|{name.skeleton[cut:at]}")):
            yield _Match(name, cut, at + 3, account, 0.9, "government-claim")


def _misspelt(index: Index, found: Iterable[Name]) -> Iterator[_Match]:
    """Official names an edit or two away from a name, from what it is without its additions, or from a word of it."""
    left = MAX_CANDIDATES
    for name in found:
        for form in _forms(index, name):
            for number, distance in _near(index, form, left):
                left -= 1
                for _, account in index.live([number]):
                    score = 0.9 - 0.4 * distance / len(form)
                    start = name.skeleton.find(form)
                    yield _Match(name, start, start + len(form), account, score, "near-name")


def _forms(index: Index, name: Name) -> Iterator[str]:
    text, cuts = name.skeleton, name.cuts
    words = [text[first:last] for first, last in zip(cuts, cuts[1:], strict=False)]
    forms = dict.fromkeys((text, parse.stripped(name), *words))
    return (f for f in forms if FUZZY_FROM <= len(f) <= LONGEST and not parse.is_weak(f, index.places))


def _near(index: Index, form: str, limit: int) -> Iterator[tuple[int, int]]:
    """Names within the edits that their length allows, by a part that they share with the form."""
    names, length = index.names, len(form)
    seen: set[int] = set()
    for other in range(max(FUZZY_FROM, length - 2), length + 3):
        allowed, difference = edits(other), length - other
        # Whoever imitates a name seldom leaves out two letters of it; two brands often differ so.
        if not -1 <= difference <= allowed:
            continue
        for part, (start, end) in enumerate(bounds(other)):
            after = allowed - part
            for shift in range(max(-part, difference - after), min(part, difference + after) + 1):
                if start + shift < 0 or end + shift > length:
                    continue
                for number in names.keys.get(f"{part}~{other}~{form[start + shift : end + shift]}"):
                    if number in seen or len(seen) >= limit:
                        continue
                    seen.add(number)
                    text = names.text(number)
                    distance = OSA.distance(form, text, score_cutoff=allowed)
                    if (
                        distance > allowed
                        or parse.is_made_of_words(form)
                        or (text[0] != form[0] and len(text) < _SURE_FROM + 2 * distance)
                    ):
                        continue
                    yield number, distance


def _keeps_distance(found: Sequence[Name], match: _Match, *, has_title: bool) -> bool:
    """Whether any of the names, of which the last may be a title, speaks about whom the match names."""
    for name in found:
        start, end = (match.start, match.end) if name is match.name else (0, 0)
        if parse.speaks_about(name, start, end):
            return True
    return has_title and match.name is found[-1] and parse.is_sentence(match.name, match.start, match.end)


def _reasons(match: _Match) -> tuple[Reason, ...]:
    written = match.name.plain[match.start : match.end]
    if not written.isascii() or any(char.isdigit() for char in written):
        return match.reason, "lookalike-letters"
    return (match.reason,)
