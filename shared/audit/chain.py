"""The chain of hashes, and checking an exported log. Needs no database and nothing but Python.

    hash(0) = 32 zero bytes
    hash(n) = SHA-256( hash(n-1) ‖ the row as JSON in its canonical form, RFC 8785 )

So whoever kept one published head can tell later whether everything before it still stands: nothing
can be changed, deleted, inserted or moved without every later hash becoming another one.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = bytes(32)

Entry = Mapping[str, str | int | None]


@dataclass(frozen=True)
class Head:
    """The end of the chain at some time: how many rows, and the hash of the last."""

    place: int
    hash: str
    """Hexadecimal."""

    @classmethod
    def parse(cls, text: str) -> "Head":
        """A head as `<place>:<hash>`.

        Raises:
            ValueError: it is none.
        """
        place, _, digest = text.strip().partition(":")
        if len(bytes.fromhex(digest)) != len(GENESIS):
            raise ValueError("not a SHA-256")
        return cls(int(place), digest.lower())


class Broken(Exception):
    """The log is not what was sealed. The message names the first place where it shows."""


def link(previous: bytes, entry: Entry) -> bytes:
    """The hash of a row that follows one with the hash `previous`."""
    # For strings, whole numbers and null this is the canonical form of RFC 8785.
    canonical = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + canonical.encode()).digest()


def verify(lines: Iterable[str], heads: Iterable[Head] = ()) -> Head:
    """Check an export, one JSON object a line as `python -m shared.audit export` writes it.

    Args:
        lines: `{"place": …, "hash": …, "entry": {…}}` each, in the order of places.
        heads: heads that were published at any time. Without one, rows missing at the end and a
            chain that was made anew as a whole do not show.

    Returns:
        The head of what was read.

    Raises:
        Broken: at the first place that is wrong.
    """
    published = {0: GENESIS.hex()}
    for head in heads:
        if published.setdefault(head.place, head.hash) != head.hash:
            raise Broken(f"place {head.place}: another head was published for it, so there were two logs")
    place, current = 0, GENESIS
    for line in lines:
        place += 1
        current = _checked(line, place, current)
        if published.get(place, current.hex()) != current.hex():
            raise Broken(
                f"place {place}: the log is whole in itself, but not the one whose head was published"
            )
    if max(published) > place:
        raise Broken(f"place {place + 1}: missing; a head was published for place {max(published)}")
    return Head(place, current.hex())


def _checked(line: str, place: int, previous: bytes) -> bytes:
    try:
        row: dict[str, Any] = json.loads(line)
        found, digest, entry = row["place"], row["hash"], row["entry"]
    except (ValueError, KeyError, TypeError) as error:
        raise Broken(f"place {place}: not a row of an export") from error
    if found != place:
        raise Broken(f"place {place}: missing or moved; place {found} stands here")
    if not isinstance(entry, dict):
        raise Broken(f"place {place}: the sealed row is gone")
    expected = link(previous, entry)
    if digest != expected.hex():
        raise Broken(f"place {place}: changed since it was sealed, or what was before it")
    return expected
