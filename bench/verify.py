"""How fast verification answers from memory: `python -m bench.verify`.

In process, at 100,000 and a million accounts, compiled as the images run it and as plain Python, each in a process of
its own; over HTTP, beside an empty route of the same app; and beside two other ways to find look-alikes: comparing
with every name, and a list of permutations.
"""

import argparse
import asyncio
import gc
import random
import string
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice, product
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bench.load import quantile
from bench.resemblance import account, site
from deploy.local.config import PROJECT
from services.registry.agencies.gazetteer import Unit, read_units
from services.registry.verify import names, service
from services.registry.verify.accounts import Known
from services.registry.verify.index import Agency, Index
from services.registry.verify.places import Places, gazetteer
from shared import clock
from shared.search import fold
from shared.urls import Canonical, UnusableLink, canonicalise

SIZES = (100_000, 1_000_000)
QUESTIONS = 5000
_KINDS = ("exact", "unknown", "alike")
_SYLLABLES = """
    an bao binh buu cam canh cao chau chi chien chinh cuong dai dang dinh dong duc dung gia giang ha hai hanh
    hau hien hiep hoa hoai hong hung huong huy khanh khoa kien kim lam lan linh loc long luong mai minh my nam
    nga ngan nghia ngoc nguyen nhan nhat nhu oanh phat phong phu phuc phuong quan quang quoc quy quynh sang
    sinh son tai tam tan thai thang thanh thao thi thien thinh thong thu thuan thuy tien tin toan tra trang
    tri trung truong tu tuan tung tuyen uyen van viet vinh vu
""".split()  # noqa: SIM905 - a list of a hundred lines says no more
_BODIES = (
    "UBND",
    "Công an",
    "Trạm y tế",
    "Trường THPT",
    "Trường THCS",
    "Trường tiểu học",
    "Bệnh viện",
    "Ban quản lý chợ",
)
_PLATFORMS = "facebook", "tiktok", "x", "youtube"


def accounts() -> Iterator[Known]:
    """Accounts without end: of each body four handles and a site, most of them called alike."""
    chance = random.Random(1)
    units = read_units()
    serial = 0
    taken: set[str] = set()
    while True:
        body = chance.choice(_BODIES)
        unit: Unit = units[serial % len(units)]
        proper = (
            unit.unit_name
            if body in _BODIES[:3]
            else " ".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))).title()
        )
        serial += 1
        name = f"{body} {proper}"
        handle = fold(name).replace(" ", "")
        if handle in taken:
            handle += str(serial)
        taken.add(handle)
        for platform in _PLATFORMS:
            yield account(Canonical(platform, handle, None), name, unit.code)
        yield account(site(f"{handle}.edu.vn"), f"Trang thông tin điện tử {name}", unit.code)


def questions(rows: list[Known]) -> list[tuple[str, str]]:
    """Links to ask for: two in five exact, two nobody's, one like an official one."""
    chance = random.Random(2)
    found = []
    for number in range(QUESTIONS):
        row = chance.choice(rows)
        handle = (row.handle or "").partition(".")[0]
        word = "".join(chance.choices(_SYLLABLES, k=3))
        forms = {
            0: ("exact", (row.url,)),
            1: (
                "unknown",
                (f"https://www.facebook.com/{word}", f"https://{word}.com", f"https://t.me/{word}{number}"),
            ),
            2: (
                "alike",
                (
                    f"https://{handle}-hotro.com",
                    f"https://www.facebook.com/{handle[:-1]}x",
                    f"https://hotro-{handle}.vn",
                ),
            ),
        }
        kind, links = forms[(0, 0, 1, 1, 2)[number % 5]]
        found.append((kind, chance.choice(links)))
    return found


def in_process(size: int) -> None:
    """Print what an index of this size costs to build, to hold, and to ask."""
    places = gazetteer()
    agencies = {
        u.code: Agency(u.name, u.parent_code, u.successors, " ".join(names.of_texts([u.name], places)))
        for u in read_units()
    }
    sample = list(islice(accounts(), 0, size, max(1, size // 20_000)))
    before, reading, building = _megabytes(), 0.0, 0.0
    index = Index(agencies, size)
    rows = islice(accounts(), size)
    gc.disable()  # as the live index does while it loads
    while batch := list(islice(rows, 1000)):
        began = time.process_time()
        batch = [_read(row, places) for row in batch]  # as the worker does, before anybody starts
        reading += time.process_time() - began
        began = time.process_time()
        for row in batch:
            index.add(row)
        building += time.process_time() - began
    grown = _megabytes() - before
    gc.freeze()  # as the live index does then
    gc.enable()
    asked = questions(sample)
    now = clock.now()
    took: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    paces = []
    for number, (kind, link) in enumerate(asked):
        if number % 100 == 0:
            paces.append(_pace())
        began = time.thread_time()  # of this process alone: the machine may be shared
        service.verify(index, link, "vi", now)
        took[kind].append((time.thread_time() - began) * 1e6)
    everything = [each for kind in _KINDS for each in took[kind]]
    print(
        f"{size:>9,} accounts, {'plain Python' if service.__file__.endswith('.py') else 'compiled'}: built in "
        f"{building / size * 1e5:.2f} s of processor time per 100,000 (≤ 2), their names read ahead in "
        f"{reading / size * 1e5:.2f} s"
    )
    print(
        f"{'':<10}the index takes {grown:.0f} MB, the process {_megabytes():.0f} MB"
        + (" (≤ 400)" if size > SIZES[0] else "")
    )
    limit = "p50 ≤ 30, p99 ≤ 300 µs" if size == SIZES[0] else "p99 ≤ 1,000 µs"
    for kind, values in (("all", everything), *took.items()):
        print(
            f"{'':<10}{kind:<8} p50 {quantile(values, 0.5):7.1f}  p99 {quantile(values, 0.99):7.1f} µs"
            f"  {limit if kind == 'all' else ''}"
        )
    print(f"{'':<10}meanwhile a hundred turns of an empty loop took {min(paces):.1f} to {max(paces):.1f} µs")
    reading, _ = _timed(_readable, [link for _, link in asked])
    print(f"{'':<10}reading a link into its identity, the part that needs no index: p50 {reading:.1f} µs")
    if size == SIZES[0]:
        _peers(sample, [link for kind, link in asked if kind == "alike"])


def _read(row: Known, places: Places) -> Known:
    link = Canonical(row.platform, row.handle, row.platform_id)
    return row._replace(keys=" ".join(names.of_account(link, row.display_name, places)))


def _peers(rows: list[Known], links: list[str]) -> None:
    """What two other ways cost, for the look-alikes among the questions."""
    handles = sorted({(row.handle or "").partition(".")[0] for row in rows})
    asked = [
        link.removeprefix("https://").removeprefix("www.facebook.com/").partition(".")[0] for link in links
    ][:40]

    def brute_force(name: str) -> bool:
        return process.extractOne(name, handles, scorer=OSA.distance, score_cutoff=2) is not None

    listed = {typo for name in handles[:2000] for typo in permutations(name)}
    for what, look, note in (
        (f"comparing with each of {len(handles):,} names (rapidfuzz)", brute_force, ""),
        ("a list of permutations", listed.__contains__, f"{len(listed) / 2000:.0f} entries for each name"),
    ):
        took, found = _timed(look, asked)
        print(f"{'':<10}{what}: p50 {took:.1f} µs, finds {found:.0%} of the look-alikes {note}")


def _readable(link: str) -> bool:
    try:
        canonicalise(link)
    except UnusableLink:
        return False
    return True


def _timed(look: Callable[[str], bool], asked: list[str]) -> tuple[float, float]:
    took, found = [], 0
    for name in asked:
        began = time.perf_counter()
        found += look(name)
        took.append((time.perf_counter() - began) * 1e6)
    return quantile(took, 0.5), found / len(asked)


def permutations(name: str) -> Iterator[str]:
    """The usual misspellings of a name, as tools that list them make them: a letter out, twice, swapped, wrong."""
    for at in range(len(name)):
        yield name[:at] + name[at + 1 :]
        yield name[: at + 1] + name[at:]
        yield name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]
        yield name[:at] + "-" + name[at:]
        for letter in string.ascii_lowercase:
            yield name[:at] + letter + name[at + 1 :]


def _pace() -> float:
    """Microseconds for a hundred turns of an empty loop: some machines have two speeds, a factor of two apart."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(100):
            pass
        took.append((time.perf_counter() - began) * 1e6)
    return min(took)


def _megabytes() -> float:
    """Resident memory of this process. Linux only."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def main() -> None:
    """Print the table, or one size's part of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, help="only this many accounts, in this process")
    parser.add_argument("--http", action="store_true", help="only over HTTP")
    options = parser.parse_args()
    if options.size:
        in_process(options.size)
        return
    if options.http:
        from bench.verify_http import measure  # noqa: PLC0415 - brings a whole stack along

        asyncio.run(measure())
        return
    from scripts.compile import compiled_copy  # noqa: PLC0415 - brings a compiler along

    with compiled_copy() as copy:
        for folder, part in product((copy, PROJECT), [*(f"--size={size}" for size in SIZES), "--http"]):
            subprocess.run([sys.executable, "-m", "bench.verify", part], cwd=folder, check=True)  # noqa: S603 - ourselves


if __name__ == "__main__":
    main()
