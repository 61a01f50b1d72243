"""How well verification tells look-alikes from everybody else: `python -m bench.resemblance [FOLDER]`.

FOLDER holds `impersonation-hosts-dev.csv` (hosts and whom they imitate) and `official-accounts-us-congress.csv`;
`../shared/data` unless it is given. Each line shows what was measured beside its limit; `-v` also what went wrong.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import OSA

from deploy.local.config import PROJECT
from services.registry.agencies.gazetteer import Unit, read_units
from services.registry.verify.accounts import Known
from services.registry.verify.index import Agency, Index
from services.registry.verify.pipeline import Likeness, resemblance
from shared.db import new_id
from shared.search import fold
from shared.urls import Canonical, UnusableLink, canonicalise

HERE = Path(__file__).parent


@dataclass
class Score:
    """How many of how many, and which went wrong."""

    total: int
    wrong: list[str]

    @property
    def share(self) -> float:
        return len(self.wrong) / self.total


def account(link: Canonical, display_name: str, agency: str = "-") -> Known:
    """An official account."""
    return Known(
        identity=link.key,
        held=True,
        id=new_id(),
        agency_code=agency,
        platform=link.platform,
        handle=link.handle,
        platform_id=link.platform_id,
        url=link.url,
        display_name=display_name,
        state="active",
        reason=None,
        changed_at=0,
    )


def site(host: str) -> Canonical:
    """The identity of a website."""
    return Canonical("website", host, None)


def lines(path: Path) -> Iterator[str]:
    """The lines of a text file without comments."""
    return (line for line in path.read_text().splitlines() if not line.startswith("#"))


def read(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of the tables beside this file."""
    return csv.DictReader(lines(HERE / f"{name}.csv"))


def country() -> tuple[list[Known], list[Unit]]:
    """Accounts of every second commune, of all provinces and of state bodies; and the communes that have none."""
    rows = [
        account(canonicalise(row["link"]), row["display_name"], row["agency"]) for row in read("state-bodies")
    ]
    missing = []
    taken = set()
    for number, unit in enumerate(u for u in read_units() if u.code.startswith("T")):
        if unit.level == "province":
            proper = fold(unit.unit_name).removeprefix("thanh pho ").removeprefix("tinh ").replace(" ", "")
            rows.append(
                account(site(f"{proper}.gov.vn"), f"Cổng thông tin điện tử {unit.unit_name}", unit.code)
            )
            rows.append(
                account(
                    Canonical("facebook", f"congan{proper}", None), f"Công an {unit.unit_name}", unit.code
                )
            )
            continue
        handle = f"ubnd{fold(unit.unit_name).replace(' ', '')}"
        if number % 2 or handle in taken:
            missing.append(unit)
        else:
            taken.add(handle)
            rows.append(account(Canonical("facebook", handle, None), unit.short_name, unit.code))
    return rows, missing


def index_of(rows: Iterable[Known], agencies: Mapping[str, Agency] | None = None) -> Index:
    """An index of these accounts."""
    index = Index(agencies)
    for row in rows:
        index.add(row)
    return index


def agencies() -> dict[str, Agency]:
    """All agencies of the gazetteer and the state bodies, by their codes."""
    found = {u.code: Agency(u.name, u.parent_code, u.successors) for u in read_units()}
    for row in read("state-bodies"):
        found[row["agency"]] = Agency(row["agency_name"], row["parent"] or None, ())
    return found


def alarms(index: Index, asked: Iterable[tuple[Canonical, str | None]]) -> Score:
    """How many of these are said to be like something official."""
    wrong, total = [], 0
    for link, name in asked:
        total += 1
        if index.accounts.find(link.key):
            continue  # the accounts themselves
        found = resemblance(index, link, name)
        if isinstance(found, Likeness):
            wrong.append(f"{link.key} {name or ''} ~ {found.account.identity} {found.reasons}")
    return Score(total, wrong)


def impostors(index: Index, cases: list[dict[str, str]]) -> tuple[Score, Score]:
    """How many impostors are missed; and of how many found ones another target is named."""
    missed, other, found = [], [], 0
    for case in cases:
        result = resemblance(index, site(case["host"]))
        if not isinstance(result, Likeness):
            missed.append(f"{case['host']} ({case['impersonates']}): {result}")
            continue
        found += 1
        if result.account.identity != f"website:{case['impersonates']}":
            other.append(f"{case['host']} ({case['impersonates']}) ~ {result.account.identity}")
    return Score(len(cases), missed), Score(found, other)


def claims(index: Index) -> tuple[Score, Score]:
    """The same for those that imitate state bodies: any account of the right body is the right one."""
    bodies = {canonicalise(row["link"]).key: row["body"] for row in read("state-bodies")}
    missed, other, found, total = [], [], 0, 0
    for row in read("impostors"):
        link, name = canonicalise(row["link"]), row["display_name"]
        total += 1
        result = resemblance(index, link, name or None)
        if not isinstance(result, Likeness):
            missed.append(f"{link.key} {name} ({row['body']}): {result}")
            continue
        found += 1
        identity = result.account.identity
        if bodies.get(identity, identity) not in row["body"].split():
            other.append(f"{link.key} {name} ({row['body']}) ~ {identity}")
    return Score(total, missed), Score(found, other)


def siblings(
    index: Index, missing: list[Unit], enrolled: Iterable[Known]
) -> Iterator[tuple[Canonical, str | None]]:
    """Communes without an account that have a neighbour with one, within two letters, in the ways they appear."""
    by_province: dict[str, list[str]] = {}
    for row in enrolled:
        place = index.places.by_code.get(row.agency_code)
        if place and place.code != place.province:
            by_province.setdefault(place.province, []).append(fold(place.accented).replace(" ", ""))
    held = {row.identity for row in enrolled}
    for unit in missing:
        parts = fold(unit.unit_name).split()
        proper = "".join(parts[1:])
        near = by_province.get(unit.code.partition(".")[0], ())
        if not any(OSA.distance(proper, other, score_cutoff=2) <= 2 for other in near):
            continue
        for handle in (f"ubnd{parts[0]}{proper}", f"ubnd.{parts[0]}.{proper}", f"congan{parts[0]}{proper}"):
            link = Canonical("facebook", handle, None)
            if link.key not in held:
                yield link, None
        yield Canonical("facebook", None, "100064000000000"), unit.short_name
        yield site(f"ubnd{proper}.vn"), None


def genuine(folder: Path) -> list[tuple[Canonical, str | None]]:
    """Hosts and handles of others: agencies, companies, members of the Congress, words."""
    found: list[tuple[Canonical, str | None]] = []
    for text in lines(HERE / "genuine-hosts.txt"):
        for host in text.split():
            try:
                found.append((canonicalise(host), None))
            except UnusableLink:
                continue  # a platform's own host names nobody
    for number, text in enumerate(" ".join(lines(HERE / "words.txt")).split()):
        found.append((site(f"{text}.{('com', 'vn', 'net', 'com.vn')[number % 4]}"), None))
    with (folder / "official-accounts-us-congress.csv").open() as file:
        for row in csv.DictReader(file):
            platform = {"twitter": "x"}.get(row["platform"], row["platform"])
            if row["handle"]:
                found.append((Canonical(platform, row["handle"].lower(), None), None))
    return found


def critics() -> list[tuple[Canonical, str | None]]:
    """Those who speak about an authority, not as it."""
    return asked("critics")


def bodies() -> list[tuple[Canonical, str | None]]:
    """Departments, schools, hospitals and courts of other places than those that have an account."""
    return asked("bodies")


def asked(name: str) -> list[tuple[Canonical, str | None]]:
    """The links and titles of a table."""
    return [(canonicalise(row["link"]), row["display_name"] or None) for row in read(name)]


def show(what: str, score: Score, limit: str, *, good: bool, verbose: bool) -> None:
    """One figure beside its limit."""
    share = 1 - score.share if good else score.share
    print(f"{what:<64}{share:8.2%}  of {score.total:<6}{limit}")
    for each in score.wrong if verbose else ():
        print(f"    {each}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=PROJECT.parent / "shared" / "data")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    if not options.folder.is_dir():
        print(f"how well look-alikes are told: not measured, for there is no data in {options.folder}")
        return
    with (options.folder / "impersonation-hosts-dev.csv").open() as file:
        cases = list(csv.DictReader(file))
    imitated = [account(site(host), host) for host in sorted({case["impersonates"] for case in cases})]
    rows, missing = country()
    held = {row.identity for row in rows}
    only, whole = (
        index_of(imitated),
        index_of([*(row for row in imitated if row.identity not in held), *rows], agencies()),
    )
    verbose = options.verbose
    for name, index in (("their targets registered", only), (f"{len(whole.accounts)} registered", whole)):
        for half, chosen in (("first half", cases[::2]), ("second half", cases[1::2])):
            missed, other = impostors(index, chosen)
            show(f"impostors found, {half}, {name}", missed, "≥ 97 %", good=True, verbose=verbose)
            show(f"  … and the right target named, {half}", other, "≥ 95 %", good=True, verbose=verbose)
        show(
            f"genuine others, {name}",
            alarms(index, genuine(options.folder)),
            "≤ 0.5 %",
            good=False,
            verbose=verbose,
        )
    missed, other = claims(whole)
    show("impostors of state bodies found", missed, "≥ 97 %", good=True, verbose=verbose)
    show("  … and the right body named", other, "≥ 95 %", good=True, verbose=verbose)
    show("other bodies without an account", alarms(whole, bodies()), "≤ 1 %", good=False, verbose=verbose)
    show(
        "siblings without an account",
        alarms(whole, siblings(whole, missing, rows)),
        "≤ 1 %",
        good=False,
        verbose=verbose,
    )
    show(
        "critics, parody, communities, press",
        alarms(whole, critics()),
        "≤ 0.5 %",
        good=False,
        verbose=verbose,
    )
    answers = (resemblance(whole, link, name) for link, name in critics())
    said = Counter("resembles" if isinstance(each, Likeness) else str(each) for each in answers)
    print(f"    what is said of them: {dict(said.most_common(4))}")


if __name__ == "__main__":
    main()
