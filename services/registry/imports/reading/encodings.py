"""From bytes to text: the encodings in which spreadsheet programs save a CSV."""

import codecs
import unicodedata

from services.registry.imports.reading import legacy
from services.registry.imports.reading.refusals import Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEAD = 4096
_MOST, _FEW = 0.3, 0.05
_SAMPLE_LINES = 500


def decode(content: bytes) -> tuple[str, str]:
    """The text and its encoding: `utf-8`, `utf-16`, `windows-1258`, or `latin-1`, which stands for a legacy
    encoding that is told by its words later (see `legacy`).

    Raises:
        Refused: none of them fits.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], encoding), encoding[:6].rstrip("-")
    wide = _utf16_without_mark(content[:_HEAD])
    if wide:
        return _strictly(content, wide), "utf-16"
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _one_byte(content)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused("unknown-encoding") from error


def _utf16_without_mark(head: bytes) -> str | None:
    """Most letters of any table are ASCII, so every second byte is mostly zero."""
    even, odd = head[0::2].count(0) / max(1, len(head) / 2), head[1::2].count(0) / max(1, len(head) / 2)
    if odd > _MOST and even < _FEW:
        return "utf-16-le"
    return "utf-16-be" if even > _MOST and odd < _FEW else None


def _one_byte(content: bytes) -> tuple[str, str]:
    """Of the one-byte encodings the one in which the words are Vietnamese syllables."""
    foreign = [line for line in content.splitlines() if not line.isascii()][:_SAMPLE_LINES]
    western = [line.decode("latin-1") for line in foreign]
    windows = [unicodedata.normalize("NFC", line.decode("cp1258", "replace")) for line in foreign]
    by_windows, _, _ = legacy.syllables(windows)
    _, tcvn3, vni = legacy.syllables(western)
    if max(by_windows, tcvn3, vni) == 0:
        raise Refused("unknown-encoding")
    if by_windows >= max(tcvn3, vni):
        return unicodedata.normalize("NFC", content.decode("cp1258", "replace")), "windows-1258"
    return content.decode("latin-1"), "latin-1"
