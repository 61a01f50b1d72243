"""All official accounts, in memory: found by any identity they hold or held.

A million of them have to fit beside a small web server, so each is one `bytes` and what many share is kept once.
"""

from struct import Struct
from typing import NamedTuple
from uuid import UUID

from services.registry.verify.postings import Postings

LIVE = frozenset({"active", "suspended"})
"""States in which an account speaks for its agency, or is in a hijacker's hands."""
_HEAD = Struct("<16sIIH")  # id, agency, time of the last change, what many share
_MARK = 16  # bytes of the id
_GONE = b""
_WORN_FROM = 1000  # rows
# What stands in a pattern for the handle, and for the id; no identity and no URL has them.
_HANDLE, _ID = "\x01", "\x02"


class Known(NamedTuple):
    """What the registry knows of one identity."""

    id: UUID
    identity: str
    held: bool
    """Whether the account answers for this identity now."""
    agency_code: str
    platform: str
    handle: str | None
    platform_id: str | None
    url: str
    display_name: str
    state: str
    reason: str | None
    changed_at: int
    """Seconds since 1970: of several former holders, the latest counts."""
    keys: str | None = None
    """What its own name is filed under, a word each, as far as that is known already (`filing`)."""


def is_live(row: Known) -> bool:
    """Whether an account speaks for its agency now, or is in a hijacker's hands: both are worth imitating."""
    return row.held and row.state in LIVE


_Shared = tuple[str, str, str | None, bool, str, str]
# What many rows have in common: platform, state, reason, held, identity and URL with the name left out.


class Accounts:
    """One row for each identity of each account. Rows are never moved: an account that changed gets new ones."""

    def __init__(self, expected: int = 0) -> None:
        self._rows: list[bytes] = []
        self._by_identity = Postings(expected)
        self._by_account = Postings(expected)
        self._shared: list[_Shared] = []
        self._shared_numbers: dict[_Shared, int] = {}
        self._dropped = 0
        self._agencies: list[str] = []
        self._agency_numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Known) -> int:
        """Enter a row as `queries.known` gives it; returns its number."""
        number, packed = len(self._rows), self.packed(row)
        self._rows.append(packed)
        self._by_identity.add(row.identity, number)
        self._by_account.add(packed[:_MARK], number)
        return number

    def drop(self, number: int) -> None:
        """Forget a row."""
        self._dropped += bool(self._rows[number])
        self._rows[number] = _GONE

    @property
    def is_worn(self) -> bool:
        """Whether more rows were forgotten than are left: their numbers and keys still take room and time."""
        return self._dropped > _WORN_FROM and self._dropped * 2 > len(self._rows)

    def of(self, account: UUID) -> list[int]:
        """The rows of an account."""
        mark = account.bytes
        return [n for n in self._by_account.get(mark) if self._rows[n].startswith(mark)]

    def packed(self, row: Known) -> bytes:
        """A row as it is kept; equal for two that say the same."""
        handle, platform_id = row.handle or "", row.platform_id or ""
        identity = _pattern(row.identity, handle, platform_id)
        url = _pattern(row.url, handle, platform_id)
        shared = (row.platform, row.state, row.reason, row.held, identity, url)
        kind = self._shared_numbers.get(shared)
        if kind is None:
            kind = self._shared_numbers[shared] = len(self._shared)
            self._shared.append(shared)
        agency = self.agency_number(row.agency_code)
        text = f"{handle}\n{platform_id}\n{row.display_name}"
        if not identity or not url:
            text = f"{text}\n{row.identity}\n{row.url}"
        return _HEAD.pack(row.id.bytes, agency, row.changed_at & 0xFFFFFFFF, kind) + text.encode()

    def is_gone(self, number: int) -> bool:
        """Whether a row was dropped."""
        return not self._rows[number]

    def raw(self, number: int) -> bytes:
        """A row as it is kept; empty for one that was dropped."""
        return self._rows[number]

    def length(self, number: int) -> int:
        """Letters of a row's handle."""
        return self._rows[number].find(b"\n", _HEAD.size) - _HEAD.size

    def agency(self, number: int) -> str | None:
        """The agency of a row, unless that was dropped."""
        packed = self._rows[number]
        return self._agencies[_HEAD.unpack_from(packed)[1]] if packed else None

    def agency_number(self, code: str) -> int:
        """The number by which rows name an agency."""
        number = self._agency_numbers.get(code)
        if number is None:
            number = self._agency_numbers[code] = len(self._agencies)
            self._agencies.append(code)
        return number

    def agency_code(self, number: int) -> str:
        """The agency that rows name by a number."""
        return self._agencies[number]

    def get(self, number: int) -> Known | None:
        """A row, unless it was dropped."""
        packed = self._rows[number]
        if not packed:
            return None
        mark, agency, changed_at, kind = _HEAD.unpack_from(packed)
        handle, platform_id, display_name, *written = packed[_HEAD.size :].decode().split("\n")
        platform, state, reason, held, identity, url = self._shared[kind]
        return Known(
            id=UUID(bytes=mark),
            identity=_filled(identity, handle, platform_id) or written[0],
            held=held,
            agency_code=self._agencies[agency],
            platform=platform,
            handle=handle or None,
            platform_id=platform_id or None,
            url=_filled(url, handle, platform_id) or written[1],
            display_name=display_name,
            state=state,
            reason=reason,
            changed_at=changed_at,
        )

    def find(self, identity: str) -> Known | None:
        """Whom an identity stands for: the present holder, else the latest former one."""
        found = None
        for number in self._by_identity.get(identity):
            known = self.get(number)
            if known is None or known.identity != identity:
                continue
            if found is None or _rank(known) > _rank(found):
                found = known
        return found


def _rank(known: Known) -> tuple[bool, bool, int]:
    return known.held and known.state != "retired", known.held, known.changed_at


def _pattern(text: str, handle: str, platform_id: str) -> str:
    """A text with the name in it left out, so that those of one platform are alike; nothing when it has no name."""
    for name, mark in ((platform_id, _ID), (handle, _HANDLE)):
        if name and (pattern := text.replace(name, mark)) != text:
            return pattern
    return ""


def _filled(pattern: str, handle: str, platform_id: str) -> str:
    return pattern.replace(_HANDLE, handle).replace(_ID, platform_id)
