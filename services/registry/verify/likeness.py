"""The steps of the pipeline: each finds official accounts that a name looks like, in its own way."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from services.registry.verify import beside, parse, speech
from services.registry.verify.accounts import Known
from services.registry.verify.index import Index
from services.registry.verify.names import FUZZY_FROM, LONGEST, SURE_FROM, WHOLE_FROM
from services.registry.verify.places import Unit
from services.registry.verify.texts import Name, read_as

Reason = Literal[
    "embedded-address",
    "government-claim",
    "same-unit",
    "same-name",
    "combined-name",
    "near-name",
    "lookalike-letters",
]

_GOVERNMENT_NAME_FROM = 2  # letters of the shortest name in front of ".gov"
_MAX_DIGITS = 2  # of the number of a school


class Match(NamedTuple):
    """An official account that a stretch of a name looks like."""

    name: Name
    start: int
    end: int
    account: Known
    score: float
    reason: Reason


def is_below_official(index: Index, host: str) -> bool:
    """Whether the host lies below an official one: whoever has that gave it out."""
    dot = host.find(".")
    while dot > 0:
        if index.first(f"@{host[dot + 1 :]}"):
            return True
        dot = host.find(".", dot + 1)
    return False


def embedded(index: Index, host: str) -> Known | None:
    """An official host inside another: "bocongan.gov.vn.verify-id.top", "bocongan-gov-vn.com"."""
    labels = host.replace("-", ".").split(".")
    for start in range(len(labels) - 2):
        for end in range(len(labels) - 1, start + 1, -1):
            if account := index.first("@" + ".".join(labels[start:end])):
                return account
    return None


def in_names(index: Index, found: Sequence[Name], accents: str) -> list[Match | None]:
    """Official names in the names of one link; None for the name of another unit."""
    said = " ".join([name.skeleton for name in found])
    return [match for name in found for match in _matches(index, name, said, accents)]


def _matches(index: Index, name: Name, said: str, accents: str) -> Iterator[Match | None]:
    length = len(name.skeleton)
    if length >= WHOLE_FROM and (titled := index.first(f"={name.skeleton}")):
        yield Match(name, 0, length, titled, 0.97, "same-name")
    covered = []
    for body in parse.denoted(name.skeleton, index.places):
        covered.append((body.start, body.end))
        another = beside.is_inner(name, body.start, body.authority) or beside.is_branch(index, name, body.end)
        account = None if another else _of_the_unit(index, body, said, accents)
        score = 0.8 + 0.17 * (body.end - body.start) / length
        yield Match(name, body.start, body.end, account, score, "same-unit") if account else None
    for start, end, account in _contained(index, name, covered):
        whole = start == 0 and end == length
        score = 0.97 if whole else 0.7 + 0.25 * (end - start) / length
        reason: Reason = "same-name" if whole else "combined-name"
        yield Match(name, start, end, account, score, reason) if account else None
    yield from _claiming_government(index, name)
    yield from _called_like_a_site(index, name)


def _of_the_unit(index: Index, body: parse.Denoted, said: str, accents: str) -> Known | None:
    """The account of the authority and place that a name denotes.

    None when it may as well denote a unit without an account: that unit's own page must not be called a fake.
    """
    accounts = [
        (row, _places_of(index, index.unit(agency), body.place))
        for row, agency in index.agencies_of(body.key)
    ]
    enrolled = {code for _, codes in accounts for code in codes}
    meant = {unit.code for unit in _meant(index, body, said, accents)} if enrolled else set()
    if not meant <= enrolled:
        return None
    return index.shortest(row for row, codes in accounts if not codes or codes & meant)


def _places_of(index: Index, unit: Unit | None, place: str) -> set[str]:
    """The units of a name that an account of some unit can mean: itself, or for a province those that lie in it."""
    if unit is None:
        return set()
    called = index.places.by_name[place]
    return {unit.code} if unit in called else {each.code for each in called if each.province == unit.province}


def _meant(index: Index, body: parse.Denoted, said: str, accents: str) -> list[Unit]:
    """The units that a name can denote: each thing that is said narrows them down, unless it fits none."""
    units = index.places.by_name[body.place]
    if not body.level or any(unit.in_force and unit.level == body.level for unit in units):
        units = [unit for unit in units if unit.in_force] or units
    if len(units) == 1:
        return units
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


def _contained(
    index: Index, name: Name, covered: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, Known | None]]:
    """The longest official name in a name, where it cannot stand by chance; nobody's when it is another body's."""
    text = name.skeleton
    for start, end in sorted(index.names.within(text), key=lambda hit: hit[0] - hit[1]):
        if any(first <= start and end <= last for first, last in covered) or not beside.stands_out(
            name, start, end
        ):
            continue
        if account := index.first(text[start:end]):
            yield start, end, None if beside.is_another(index, name, start, end, account) else account
            return


def _claiming_government(index: Index, name: Name) -> Iterator[Match]:
    """The name of a government's site before "gov": "hanoi-gov", "bca gov vn"."""
    at = name.skeleton.find("gov")
    if at < 0 or any(at < cut < at + len("gov") for cut in name.cuts):
        return
    if at not in name.cuts and index.places.at(name.skeleton, at):
        return  # Gò Vấp
    for cut in name.cuts:
        if cut + _GOVERNMENT_NAME_FROM > at:
            break
        text = name.skeleton[cut:at]
        sites = [f"gov|{each}" for each in (text, *parse.also_called(text))]
        for key in (*sites, *parse.with_heads(text)):
            if account := index.first(key):
                yield Match(name, cut, at + len("gov"), account, 0.9, "government-claim")
                break


def _called_like_a_site(index: Index, name: Name) -> Iterator[Match]:
    """Called as a whole as a site below "gov.vn" is, though it be by common words: "dangkykinhdoanh"."""
    for text in dict.fromkeys((name.skeleton, name.skeleton.removesuffix("vn"))):
        if len(text) < SURE_FROM or (account := index.first(f"gov|{text}")) is None:
            continue
        if not parse.is_weak(text, index.places) and not parse.is_authority(text):
            yield Match(name, 0, len(text), account, 0.95, "same-name")


def misspelt(index: Index, found: Sequence[Name]) -> list[Match]:
    """Official names an edit or two away from a name, from what it is without its additions, or from a word of it."""
    matches = []
    for name in found:
        text = name.skeleton
        words = [text[start:end] for start, end in pairwise(name.cuts)]
        for form in dict.fromkeys((text, read_as(text), parse.stripped(name), *words)):
            if not FUZZY_FROM <= len(form) <= LONGEST:
                continue
            alike = index.names.near(form)
            says_what_it_means = bool(alike) and _is_real(index, form)
            for near, distance in alike:
                is_short = near[0] != form[0] and len(near) <= SURE_FROM + 2 * distance
                if distance and (
                    says_what_it_means
                    or is_short
                    or parse.is_short_national(near)
                    or _is_numbered(name, form, near)
                    or _is_otherwise(name, form, distance)
                ):
                    continue
                if account := index.first(near):
                    start, score = max(text.find(form), 0), 0.9 - 0.4 * distance / len(form)
                    matches.append(Match(name, start, start + len(form), account, score, "near-name"))
    return matches


def _is_numbered(name: Name, form: str, near: str) -> bool:
    """Whether only the numbers at the end differ: of several schools another one."""
    start = max(name.skeleton.find(form), 0)
    stem = form[: len(name.plain[start : start + len(form)].rstrip("0123456789"))]
    return stem != form and near.startswith(stem) and len(near) - len(stem) <= _MAX_DIGITS


def _is_otherwise(name: Name, form: str, distance: int) -> bool:
    """Whether what could be a misspelling reads well itself: another word of several, or too far from the name."""
    start = name.skeleton.find(form)
    end = start + len(form)
    if start < 0:
        return False
    if distance == 1 and not any(start < cut < end for cut in name.cuts):
        return False
    return speech.is_readable(form, name.plain[start:end])


def _is_real(index: Index, form: str) -> bool:
    """Whether what could be a misspelling is a place, a common word, or made of such: then it says what it means."""
    return parse.is_weak(form, index.places) or parse.is_made_of_words(form)
