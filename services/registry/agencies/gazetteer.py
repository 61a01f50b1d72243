"""The gazetteer: the People's Committees of Vietnam's administrative units, in force and former.

`scripts/build_gazetteer.py` makes the data file; docs/gazetteer.md names its sources and its limits.
"""

import csv
import gzip
from dataclasses import dataclass
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable

_FULL, _SHORT = "Ủy ban nhân dân", "UBND"


@dataclass(frozen=True, slots=True)
class Unit:
    """One administrative unit, standing for its People's Committee.

    `code` is `T<2>` or `T<2>.X<5>` for a unit in force and `L<2>`, `L<2>.H<3>` or `L<2>.H<3>.X<5>` for a
    former one; `area_code` is the statistical code alone (2, 3 or 5 digits), which was reused and means
    nothing without the letter. `level` is `province`, `district` or `commune`. `valid_from` is None where
    the sources do not tell; `valid_to` is exclusive. `successors` are the codes, sorted, of the units in
    force that took the territory. `former_unit_name` was borne until the day before `renamed_on`.
    """

    code: str
    level: str
    parent_code: str | None
    area_code: str
    unit_name: str
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...]
    former_unit_name: str | None
    renamed_on: date | None

    @property
    def name(self) -> str:
        """The agency's full name, as in "Ủy ban nhân dân xã Lấp Vò"."""
        return f"{_FULL} {self.unit_name}"

    @property
    def short_name(self) -> str:
        """The agency's name as it is usually shortened, as in "UBND xã Lấp Vò"."""
        return f"{_SHORT} {self.unit_name}"

    @property
    def former_name(self) -> str:
        """Its full name until `renamed_on`."""
        return f"{_FULL} {self.former_unit_name}"

    @property
    def former_short_name(self) -> str:
        """Its shortened name until `renamed_on`."""
        return f"{_SHORT} {self.former_unit_name}"


@dataclass(frozen=True, slots=True)
class Act:
    """A resolution, by number, day of signature and issuer."""

    number: str
    date: date
    issuer: str


_REFORM = date(2025, 7, 1)
_REFORM_ACTS = {
    "province": Act("202/2025/QH15", date(2025, 6, 12), "Quốc hội"),
    "district": Act("203/2025/QH15", date(2025, 6, 16), "Quốc hội"),
}


def reform_act(level: str, ended_on: date) -> Act | None:
    """By which act the units of a level ended with the reform of 2025.

    Communes ended by a resolution for each province, which the sources do not carry.
    """
    return _REFORM_ACTS.get(level) if ended_on == _REFORM else None


def data() -> Traversable:
    """The data file."""
    return resources.files("services.registry.agencies").joinpath("gazetteer.csv.gz")


def read_units() -> list[Unit]:
    """Every unit, those in force before the former ones and each parent before its children."""
    with data().open("rb") as raw, gzip.open(raw, "rt", encoding="utf-8", newline="") as text:
        rows = csv.DictReader(line for line in text if not line.startswith("#"))
        return [_unit(row) for row in rows]


def _unit(row: dict[str, str]) -> Unit:
    return Unit(
        code=row["code"],
        level=row["level"],
        parent_code=row["parent_code"] or None,
        area_code=row["area_code"],
        unit_name=row["unit_name"],
        valid_from=_date(row["valid_from"]),
        valid_to=_date(row["valid_to"]),
        successors=tuple(row["successors"].split()),
        former_unit_name=row["former_unit_name"] or None,
        renamed_on=_date(row["renamed_on"]),
    )


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
