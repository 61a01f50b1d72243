"""The index in memory: every account by its links, and by what it is called."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.registry.verify import names, texts
from services.registry.verify.accounts import Accounts, Known, is_live
from services.registry.verify.names import Names
from services.registry.verify.places import Places, Unit, gazetteer
from shared.urls import Canonical
from shared.urls.links import MAX_LENGTH

_MAX_REMEMBERED = (
    10_000  # names of which the keys are remembered: most agencies call all their accounts alike
)
_UNLIKE_OTHERS = frozenset({"website", "google_play", "mastodon"})  # where the handle alone is not the name


@dataclass(frozen=True, slots=True)
class Agency:
    """What verification says of an agency."""

    name: str
    parent_code: str | None
    successors: tuple[str, ...]


class Index:
    """Reads without waiting; written by one task, an account at a time, so that no reader sees half of one."""

    def __init__(
        self,
        agencies: Mapping[str, Agency] | None = None,
        expected: int = 0,
        places: Places | None = None,
        *,
        agencies_mark: tuple[int, int] = (0, 0),
    ) -> None:
        """`agencies` are all by their codes, with their mark; `expected` is how many identities there will be."""
        self.places = places or gazetteer()
        self.accounts = Accounts(expected)
        self.names = Names(expected)
        self.agencies: Mapping[str, Agency] = {}
        self.agencies_mark = agencies_mark
        # Of what is called so: its own keys, and those of its agency alone.
        self._keys: dict[tuple[Any, ...], tuple[set[str], set[str]]] = {}
        self._keys_of_agency: dict[str, set[str]] = {}
        self.know_agencies(agencies or {}, agencies_mark)

    def know_agencies(self, agencies: Mapping[str, Agency], mark: tuple[int, int]) -> set[str]:
        """Take the agencies as they are now. Returns those that were called something else before."""
        before, self.agencies_mark = self.agencies, mark
        self._keys.clear()
        self._keys_of_agency.clear()
        self.agencies = agencies
        return {code for code, old in before.items() if (new := agencies.get(code)) and new.name != old.name}

    def recall(self, numbers: Iterable[int], agencies: set[str]) -> None:
        """Find the accounts of these agencies, as far as they are among these rows, by their agency's new name too."""
        for number in numbers:
            known = self.accounts.get(number)
            if known and is_live(known) and known.agency_code in agencies:
                self._call(number, known)

    def differs(self, account: UUID, rows: Sequence[Any]) -> bool:
        """Whether these are not the rows that are held of an account."""
        held = map(self.accounts.raw, self.accounts.of(account))
        return sorted(held) != sorted(map(self.accounts.packed, rows))

    def put(self, account: UUID, rows: Sequence[Any]) -> None:
        """Make these the rows of an account: all of its identities, or none."""
        if not self.differs(account, rows):
            return
        for number in self.accounts.of(account):
            self.accounts.drop(number)
        for row in rows:
            self.add(row)

    def add(self, row: Any) -> None:
        """Enter one identity of an account that is not there yet."""
        number = self.accounts.add(row)
        if is_live(row):
            self._call(number, row)

    def agency_name(self, code: str) -> str:
        agency = self.agencies.get(code)
        return agency.name if agency else code

    def unit(self, agency_code: str) -> Unit | None:
        """The administrative unit that an agency belongs to: its own, or the nearest above."""
        code: str | None = agency_code
        for _ in range(8):
            if code is None or (unit := self.places.by_code.get(code)):
                return unit if code else None
            agency = self.agencies.get(code)
            code = agency.parent_code if agency else None
        return None

    def agencies_of(self, key: str) -> list[tuple[int, str]]:
        """The rows of the accounts filed under a key, those left out that are gone, and whose they are."""
        own, by_agency = self.names.rows(key)
        return [(row, code) for row in (*own, *by_agency) if (code := self.accounts.agency(row))]

    def first(self, key: str) -> Known | None:
        """Of the accounts filed under a key the one to name: its own name counts before that of its agency."""
        if key not in self.names.latest:
            return None
        own, by_agency = self.names.rows(key)
        return self.shortest(own) or self.shortest(by_agency)

    def shortest(self, rows: Iterable[int]) -> Known | None:
        """Of these accounts the one with the shortest handle: a site before those below it; an app, with none, last."""
        there = [row for row in rows if self.accounts.raw(row)]
        return (
            self.accounts.get(min(there, key=lambda row: self.accounts.length(row) or MAX_LENGTH))
            if there
            else None
        )

    def _call(self, number: int, row: Any) -> None:
        called = (
            row.agency_code,
            row.display_name,
            row.handle,
            row.platform_id,
            row.platform in _UNLIKE_OTHERS,
        )
        keys = self._keys.get(called)
        if keys is None:
            if len(self._keys) >= _MAX_REMEMBERED:
                self._keys.clear()
            own = self._look(row)
            keys = self._keys[called] = (own, self._look_at_agency(row.agency_code) - own)
        for key in keys[0]:
            self.names.add(key, number)
        for key in keys[1]:
            self.names.add(key, number, by_agency=True)

    def _look(self, row: Any) -> set[str]:
        link = Canonical(row.platform, row.handle, row.platform_id)
        site = texts.host(link)
        keys = names.of_texts((*texts.of_account(link, site), row.display_name), self.places)
        if site is not None:
            keys.update(names.of_host(row.handle, site))
        return keys

    def _look_at_agency(self, code: str) -> set[str]:
        keys = self._keys_of_agency.get(code)
        if keys is None:
            agency = self.agencies.get(code)
            keys = names.of_texts([agency.name] if agency else (), self.places)
            self._keys_of_agency[code] = keys
        return keys
