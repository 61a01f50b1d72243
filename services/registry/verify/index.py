"""The index in memory: every account by its links, and by what it is called."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.registry.verify import names
from services.registry.verify.accounts import Accounts, Known, is_live
from services.registry.verify.names import MAX_NAMESAKES, Names
from services.registry.verify.places import Places, Unit, gazetteer
from shared.urls import Canonical
from shared.urls.links import MAX_LENGTH

_MAX_REMEMBERED = (
    10_000  # names of which the keys are remembered: most agencies call all their accounts alike
)
_MAX_ROWS = 64  # of agencies of one name, after which no further one is looked at
_UNLIKE_OTHERS = frozenset({"website", "google_play", "mastodon"})  # where the handle alone is not the name


@dataclass(frozen=True, slots=True)
class Agency:
    """What verification says of an agency."""

    name: str
    parent_code: str | None
    successors: tuple[str, ...]
    keys: str | None = None
    """What its name is filed under, a word each, as far as that is known already (`filing`)."""


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
        self._rows_of: dict[str, array[int]] = {}  # by agency, those that are found by its name
        self._keys: dict[tuple[object, ...], set[str]] = {}
        self.know_agencies(agencies or {}, agencies_mark)

    def know_agencies(self, agencies: Mapping[str, Agency], mark: tuple[int, int]) -> list[str]:
        """Take the agencies as they are now. Returns those that are filed under another name: `recall` them."""
        before, self.agencies, self.agencies_mark = self.agencies, agencies, mark
        return [code for code in self._rows_of if _name_of(before, code) != _name_of(agencies, code)]

    def recall(self, agency_code: str) -> None:
        """Find the accounts of an agency by its present name, too."""
        agency, number = self.agencies.get(agency_code), self.accounts.agency_number(agency_code)
        if agency is None:
            return
        keys = agency.keys.split() if agency.keys is not None else names.of_texts([agency.name], self.places)
        for key in keys:
            self.names.add_agency(key, number)

    def differs(self, account: UUID, rows: Sequence[Known]) -> bool:
        """Whether these are not the rows that are held of an account."""
        held = map(self.accounts.raw, self.accounts.of(account))
        return sorted(held) != sorted(map(self.accounts.packed, rows))

    def put(self, account: UUID, rows: Sequence[Known]) -> None:
        """Make these the rows of an account: all of its identities, or none."""
        if not self.differs(account, rows):
            return
        for number in self.accounts.of(account):
            self._forget(number)
        for row in rows:
            self.add(row)

    def add(self, row: Known) -> None:
        """Enter one identity of an account that is not there yet."""
        number = self.accounts.add(row)
        if is_live(row):
            self._call(number, row)

    def agency_name(self, code: str) -> str:
        return _name_of(self.agencies, code) or code

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
        return [
            (row, code)
            for row in (*self._own(key), *self._of_agencies(key))
            if (code := self.accounts.agency(row))
        ]

    def first(self, key: str) -> Known | None:
        """Of the accounts filed under a key the one to name: its own name counts before that of its agency."""
        if key not in self.names.latest:
            return None
        return self.shortest(self._own(key)) or self.shortest(self._of_agencies(key))

    def shortest(self, rows: Iterable[int]) -> Known | None:
        """Of these accounts the one with the shortest handle: a site before those below it; an app, with none, last."""
        found = min(rows, key=lambda row: self.accounts.length(row) or MAX_LENGTH, default=None)
        return None if found is None else self.accounts.get(found)

    def _own(self, key: str) -> list[int]:
        return self.names.rows(key, self.accounts.is_gone)

    def _of_agencies(self, key: str) -> list[int]:
        """The rows of the agencies filed under a key: of each the latest, and not too many."""
        found: list[int] = []
        for number in self.names.agencies(key):
            found += self._rows_of[self.accounts.agency_code(number)][-MAX_NAMESAKES:]
            if len(found) >= _MAX_ROWS:
                break
        return found

    def _call(self, number: int, row: Known) -> None:
        for key in self._read(row) if row.keys is None else row.keys.split():
            self.names.add(key, number)
        rows = self._rows_of.get(row.agency_code)
        if rows is None:
            rows = self._rows_of[row.agency_code] = array("I")
            self.recall(row.agency_code)
        rows.append(number)

    def _forget(self, number: int) -> None:
        rows = self._rows_of.get(self.accounts.agency(number) or "")
        if rows is not None and number in rows:
            rows.remove(number)
        self.accounts.drop(number)

    def _read(self, row: Known) -> set[str]:
        called = (row.display_name, row.handle, row.platform_id, row.platform in _UNLIKE_OTHERS)
        keys = self._keys.get(called)
        if keys is None:
            if len(self._keys) >= _MAX_REMEMBERED:
                self._keys.clear()
            link = Canonical(row.platform, row.handle, row.platform_id)
            keys = self._keys[called] = names.of_account(link, row.display_name, self.places)
        return keys


def _name_of(agencies: Mapping[str, Agency], code: str) -> str:
    agency = agencies.get(code)
    return agency.name if agency else ""
