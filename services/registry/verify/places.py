"""The gazetteer as verification needs it: which words are names of administrative units, and of which.

A name that denotes another real unit is no look-alike, and 1,200 of the 3,321 communes have a neighbour whose name
differs by two letters at most.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from services.registry.agencies.gazetteer import read_units
from services.registry.verify import texts, words
from services.registry.verify.lists import Beginnings, pattern

SHORTEST = 3
"""Letters of the shortest name that counts; those of old wards are numbers."""

_LEVELS = {texts.skeleton(k): texts.skeleton(v) for k, v in words.by_spelling(words.LEVELS).items()}
_LEVEL = re.compile(pattern(_LEVELS))


class Unit(NamedTuple):
    """One administrative unit, in force or former."""

    code: str
    province: str
    level: str
    """The word for what it is, as a skeleton: `xa`, `phuong`, `tlnh`."""
    accented: str
    """Its name without that word, in lower case with accents."""
    in_force: bool


class Places:
    """Units by the skeletons of their names."""

    def __init__(self, units: Iterable[tuple[str, str, str, bool]]) -> None:
        """Each unit is its code, its province's code, its name with the word for what it is, and whether it exists."""
        self.by_code: dict[str, Unit] = {}
        self.by_name: dict[str, list[Unit]] = {}
        for code, province, full, in_force in units:
            level, proper = _split(full)
            key = texts.name(proper).skeleton
            if len(key) < SHORTEST or proper.isdigit():
                continue
            unit = Unit(code, province, level, texts.accented(proper) or proper.lower(), in_force)
            self.by_code[code] = unit
            self.by_name.setdefault(key, []).append(unit)
        self._beginnings = Beginnings(self.by_name)
        self.provinces = {
            key: {unit.code for unit in found if unit.code == unit.province}
            for key, found in self.by_name.items()
            if any(unit.code == unit.province for unit in found)
        }

    def all_at(self, skeleton: str, start: int) -> list[str]:
        """The names of units that begin at a place in a skeleton, the longest first."""
        return self._beginnings.at(skeleton, start)

    def at(self, skeleton: str, start: int) -> str | None:
        """The longest name of a unit that begins at a place in a skeleton."""
        found = self._beginnings.at(skeleton, start)
        return found[0] if found else None


def level_at(skeleton: str, start: int) -> tuple[str, str]:
    """The word for a level at a place in a skeleton: as it is written, and as it is meant; else nothing twice."""
    found = _LEVEL.match(skeleton, start)
    return (found[0], _LEVELS[found[0]]) if found else ("", "")


@cache
def gazetteer() -> Places:
    """The units of the gazetteer, in force and former, under their present and their former names."""

    def units() -> Iterable[tuple[str, str, str, bool]]:
        for unit in read_units():
            province = unit.code.partition(".")[0]
            yield unit.code, province, unit.unit_name, unit.valid_to is None
            if unit.former_unit_name:
                yield unit.code, province, unit.former_unit_name, False

    return Places(units())


def _split(full: str) -> tuple[str, str]:
    """The word for what a unit is, and its proper name: "thị trấn Lấp Vò" → ("thltran", "Lấp Vò")."""
    parts = full.split()
    for count in (2, 1):
        level = _LEVELS.get(texts.name("".join(parts[:count])).skeleton)
        if level and len(parts) > count:
            return level, " ".join(parts[count:])
    return "", full
