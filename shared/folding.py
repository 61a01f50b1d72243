"""Text without accents and case. Imports nothing, for processes that have to start quickly."""

import re
import unicodedata

# Letters that have no decomposition into a plain one and a mark.
_STROKES = str.maketrans({"đ": "d", "ð": "d", "ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe"})
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Words in lower case without tones and marks, one space between: "Ủy ban, Xã LẤP VÒ" → "uy ban xa lap vo"."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_STROKES)
    return " ".join(_WORD.findall("".join(char for char in plain if not unicodedata.combining(char))))
