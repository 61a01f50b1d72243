"""A name as it is written, made comparable: folded, and as the eye may take it.

Both forms come from the original. Folding (no case, accents, separators) says which word it *is*; the skeleton, after
Unicode's UTS #39 but tamed, which word it *looks like*: `m` stays `m`, and digits become the letters that they stand in
for. Both have the same length, so that a place in the one is the same place in the other.
"""

import re
import unicodedata
from itertools import accumulate
from typing import NamedTuple

import idna

from shared.urls import Canonical
from shared.urls.domains import suffix

MAX_LENGTH = 80
"""Longer names are compared by their beginning: it bounds the work that a hostile one can cause."""

_STATE = frozenset({"gov", "mil", "gouv", "gob", "go", "govt", "gub", "gv"})
_WORD = re.compile(r"[^\W_]+")
# Without accents: they say no more than the abbreviation does.
_FULL = {
    "tw": "trung uong",
    "tphcm": "thanh pho Ho Chi Minh",
    "hcm": "Ho Chi Minh",
    "gddt": "giao duc va dao tao",
}
_SHORTENED = re.compile(r"\b(?:tw|(?:tp[. ]{0,2})?hcm|gd[ &-]{0,3}[đd]t)\b", re.IGNORECASE)
_STROKES = dict(zip("đðøłıßæœħŧ", "ddolisaoht", strict=True))
# Digits for letters, and the one pair of letters that no reader tells apart.
_LEET = dict(zip("013457i", "oleastl", strict=True))
# Letters of other scripts that look like these (from the confusables of UTS #39, in lower case).
_SCRIPTS = dict(
    zip(
        "авгезікмнопрстухѕјһԁԛԝӏүոօսյհցαβγεηικνορτυχωɑɡɩʟσϲϳ",
        "abreelkmhonpctyxsjhdqwlynoujhgabyenlkvoptuxwagllocj",
        strict=True,
    )
)
_PAIRS = (("rn", "m"), ("cl", "d"), ("vv", "w"))
_MARKS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]+")
_BEYOND_VIETNAMESE = re.compile(r"[^\x00-\x7f\u0300-\u036f]")
_FOLD = str.maketrans(_STROKES)
_SKELETON = str.maketrans({**_SCRIPTS, **_LEET})
_SKELETON_ASCII = bytes.maketrans("".join(_LEET).encode(), "".join(_LEET.values()).encode())


class Name(NamedTuple):
    """One name: `plain` and `skeleton` without separators, and where its words begin and end."""

    plain: str
    skeleton: str
    cuts: tuple[int, ...]


def spelt_out(title: str) -> str:
    """A title with the abbreviations that only titles have in full: "Nhi TW", "TP.HCM", "GD&ĐT"."""
    return _SHORTENED.sub(lambda found: _FULL[name(found[0]).plain], title)


def name(text: str) -> Name:
    """A name of one text: a handle, a label of a host, a display name."""
    text = text[: MAX_LENGTH * 2]
    lowered = text.lower() if text.isascii() else _folded(text)
    if lowered.isalnum() and len(lowered) <= MAX_LENGTH:  # most handles
        return Name(lowered, skeleton(lowered), (0, len(lowered)))
    plain = lowered.replace(" ", "")
    if plain.isalnum():  # most display names
        words = lowered.split()
    else:
        words = _WORD.findall(lowered)
        plain = "".join(words)
    cuts = [0, *accumulate(map(len, words))]
    if len(plain) > MAX_LENGTH:
        plain = plain[:MAX_LENGTH]
        cuts = [cut for cut in cuts if cut < MAX_LENGTH] + [MAX_LENGTH]
    return Name(plain, skeleton(plain), tuple(cuts))


def skeleton(word: str) -> str:
    """The skeleton of a word that is plain already."""
    if word.isascii():
        return word.encode().translate(_SKELETON_ASCII).decode()  # several times as fast
    return word.translate(_SKELETON)


def read_as(word: str) -> str:
    """A skeleton as hasty eyes read it, where letters that stand together look like one: "vletcornbank"."""
    for pair, letter in _PAIRS:
        word = word.replace(pair, letter)
    return word


def _folded(text: str) -> str:
    # Letters of fonts, like "𝐁", are letters only when they are decomposed.
    text = unicodedata.normalize("NFKD", text).casefold().replace("đ", "d")
    if not _BEYOND_VIETNAMESE.search(text):
        return text.encode("ascii", "ignore").decode()  # only marks are left out; twice as fast
    return _MARKS.sub("", text).translate(_FOLD)


def accented(text: str) -> str:
    """Words in lower case with their accents, one space between; empty for a text that has none."""
    if text.isascii():
        return ""
    return " ".join(_WORD.findall(unicodedata.normalize("NFC", text.casefold())))


class Host(NamedTuple):
    """A host: what is registered below its public `suffix`, from right to left, in the script in which it is shown."""

    suffix: str
    labels: list[str]

    @property
    def is_government(self) -> bool:
        """Whether only a state gives out names here: below `gov.vn`, `go.jp`, `mil`."""
        return self.suffix.partition(".")[0] in _STATE


def host(link: Canonical) -> Host | None:
    """The host of a website that has it to itself."""
    handle = link.handle
    if link.platform != "website" or handle is None or "/" in handle:
        return None
    text = handle.partition(":")[0]
    end = suffix(text) or ""
    if not end or len(end) >= len(text):
        return Host(end, [])
    found = text[: -len(end) - 1].split(".")[::-1]
    return Host(end, [_shown(label) for label in found] if "xn--" in text else found)


def of_account(link: Canonical, site: Host | None) -> list[str]:
    """The texts in a link that name somebody: the handle, or the labels of the host, alone and together."""
    if site is not None:
        # Together in the order in which they are read: an authority below the site of its place.
        return [*site.labels, " ".join(reversed(site.labels))] if len(site.labels) > 1 else site.labels
    handle = link.handle
    if handle is None:
        # Of ids only those of apps on Google Play are words.
        return (link.platform_id or "").split(".")[::-1] if link.platform == "google_play" else []
    handle = handle.rpartition("/")[2]
    return [handle.partition("@")[0] if link.platform == "mastodon" else handle]


def _shown(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return idna.decode(label)
    except UnicodeError:
        return label
