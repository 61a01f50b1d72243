"""Vietnamese from before Unicode: TCVN3 (ABC fonts) and VNI, told from Unicode by what makes syllables.

Both put letters of the Western code page into the place of Vietnamese ones and leave it to the font to show
them right, so "x·" and "xaõ" are both "xã". They survive in files because copying into a Unicode document
keeps the wrong letters. A word alone can be ambiguous ("sè" is a syllable, and TCVN3 for "số"), so a whole
column is judged at once: what yields more Vietnamese syllables is what was meant.

Sources: TCVN 5712:1993 (VN3); the VNI for Windows character set.
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice, product

GRAVE, ACUTE, TILDE, HOOK, DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
CIRCUMFLEX, BREVE = "\u0302", "\u0306"
_TONES = ("", GRAVE, ACUTE, TILDE, HOOK, DOT)

_SAMPLE = 500
"""Cells of a column by which it is judged."""


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


# --- TCVN3: one byte a letter; capital letters with a tone are small ones in a font of capitals.

_TCVN3 = str.maketrans(
    dict(
        zip(
            "¡¢£¤¥¦§¨©ª«¬\u00ad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
            "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
            strict=True,
        )
    )
)
_MIXED = re.compile(r"[A-Z]{2,}")


def from_tcvn3(text: str) -> str:
    """The text that TCVN3 letters stand for."""
    return re.sub(r"\w+", _one_case, text.translate(_TCVN3))


def _one_case(word: re.Match[str]) -> str:
    # In a font of capitals "THÁP" is stored as "THáP".
    plain = "".join(char for char in word[0] if char.isascii())
    return word[0].upper() if _MIXED.fullmatch(plain) else word[0]


# --- VNI: a letter, and after it another one for its marks.

_MARKS = {
    "ø": GRAVE,
    "ù": ACUTE,
    "û": HOOK,
    "õ": TILDE,
    "ï": DOT,
    "â": CIRCUMFLEX,
    "à": CIRCUMFLEX + GRAVE,
    "á": CIRCUMFLEX + ACUTE,
    "å": CIRCUMFLEX + HOOK,
    "ã": CIRCUMFLEX + TILDE,
    "ä": CIRCUMFLEX + DOT,
    "ê": BREVE,
    "è": BREVE + GRAVE,
    "é": BREVE + ACUTE,
    "ú": BREVE + HOOK,
    "ü": BREVE + TILDE,
    "ë": BREVE + DOT,
}
_LETTERS = {"ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "ñ": "đ", "î": "ỵ"}


def _vni_table() -> dict[str, str]:
    table = dict(_LETTERS)
    for base, (letter, marks) in product("aeouyôö", _MARKS.items()):
        takes = {CIRCUMFLEX: "aeo", BREVE: "a"}.get(marks[0], "aeouyôö")
        if base in takes:
            table[base + letter] = _composed(_LETTERS.get(base, base) + marks)
    for spelled, meant in list(table.items()):
        table[spelled.upper()] = meant.upper()
        table[spelled.capitalize()] = meant.upper()
    return table


_VNI = _vni_table()
_VNI_SPELLED = re.compile("|".join(sorted(_VNI, key=len, reverse=True)))


def from_vni(text: str) -> str:
    """The text that VNI letters stand for."""
    return _VNI_SPELLED.sub(lambda found: _VNI[found[0]], _composed(text))


# --- What makes a syllable.

_ONSETS = frozenset(
    ("", *"b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split())  # noqa: SIM905
)
_BEFORE_CODA = "a ă â e ê i o ô ơ u ư y iê yê uô ươ oa oă oe uâ uê uy uyê".split()  # noqa: SIM905
_LAST = (  # noqa: SIM905
    "ia ya ua ưa uơ uya ai ao au ay âu ây eo êu iu oi ôi ơi ui ưi ưu iêu yêu oai oay oeo uôi ươi ươu uây uyu"
).split()
_CODAS = "m n ng nh".split()  # noqa: SIM905
_STOPS = "c ch p t k".split()  # noqa: SIM905
_MARKED = frozenset("ăâêôơư")


def _rhymes() -> frozenset[str]:
    found = set()
    for nucleus, tone in product((*_BEFORE_CODA, *_LAST), _TONES):
        for place in _tone_places(nucleus):
            toned = _composed(nucleus[: place + 1] + tone) + nucleus[place + 1 :]
            found.add(toned)
            if nucleus in _BEFORE_CODA:
                found.update(toned + coda for coda in _CODAS)
                if tone in (ACUTE, DOT):
                    found.update(toned + stop for stop in _STOPS)
    return frozenset(found)


def _tone_places(nucleus: str) -> Iterable[int]:
    marked = [place for place, char in enumerate(nucleus) if char in _MARKED]
    if marked:
        return marked[-1:]
    if nucleus in {"oa", "oe", "uy"}:  # hòa and hoà
        return (0, 1)
    return (max(0, len(nucleus) - 2),)


_RHYMES = _rhymes()
_LONGEST_ONSET = 3
_WORD = re.compile(r"[A-Za-z\u00a1-\u1fff]+")


def is_syllable(word: str) -> bool:
    """Whether a word can be a Vietnamese syllable, by its spelling."""
    word = _composed(word.lower())
    return any(word[:at] in _ONSETS and word[at:] in _RHYMES for at in range(_LONGEST_ONSET + 1))


def syllables(texts: Iterable[str]) -> tuple[int, int, int]:
    """How many of the words with letters beyond ASCII are syllables: as they stand, as TCVN3, as VNI."""
    plain = tcvn3 = vni = 0
    for text in texts:
        for word in _WORD.findall(text):
            if not word.isascii():
                plain += is_syllable(word)
                tcvn3 += is_syllable(from_tcvn3(word))
                vni += is_syllable(from_vni(word))
    return plain, tcvn3, vni


def recognise(texts: Iterable[str]) -> str | None:
    """`tcvn3` or `vni` when the texts make more sense that way, else None."""
    foreign = (text for text in texts if not text.isascii())
    plain, tcvn3, vni = syllables(islice(foreign, _SAMPLE))
    if max(tcvn3, vni) <= plain:
        return None
    return "tcvn3" if tcvn3 >= vni else "vni"


CONVERT = {"tcvn3": from_tcvn3, "vni": from_vni}
"""By the name of the encoding."""
