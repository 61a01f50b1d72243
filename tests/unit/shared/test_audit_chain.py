"""Checking an exported audit log: whatever is done to it shows, and where."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.local.config import PROJECT
from shared.audit.chain import GENESIS, Broken, Entry, Head, link, verify

ROWS = 6
Lines = list[str]


def entry(number: int, **changes: Any) -> Entry:
    return {
        "id": number * 3,
        "at": f"2026-03-02T10:00:0{number}.000000+00:00",
        "actor_issuer": "https://id.example.vn",
        "actor_subject": "cán bộ 7",
        "actor_agency": "T82.X30169",
        "agency_code": "T82.X30169",
        "action": "accounts.approve",
        "object_type": "account",
        "object_id": f"019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5{number}",
        "version": number,
        "cause": None,
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        **changes,
    }


def sealed(entries: list[Entry]) -> Lines:
    """An export of these rows, chained."""
    current, lines = GENESIS, []
    for place, each in enumerate(entries, 1):
        current = link(current, each)
        lines.append(json.dumps({"place": place, "hash": current.hex(), "entry": each}))
    return lines


LOG = sealed([entry(number) for number in range(1, ROWS + 1)])
HEAD = verify(LOG)


def edited(place: int, **changes: Any) -> Lines:
    """The log with one row's entry changed."""
    row = json.loads(LOG[place - 1])
    row["entry"] |= changes
    return [*LOG[: place - 1], json.dumps(row), *LOG[place:]]


def test_an_untouched_log_is_whole() -> None:
    assert HEAD.place == ROWS
    assert verify(LOG, [HEAD, verify(LOG[:2])]) == HEAD
    assert verify([]) == Head(0, "00" * 32)


def test_the_hash_is_what_the_specification_says() -> None:
    """So that other programs can check a log too."""
    canonical = '{"a":"tên \\"x\\"\\u0001","b":1,"c":null}'
    expected = hashlib.sha256(bytes(32) + canonical.encode()).digest()
    assert link(GENESIS, {"b": 1, "a": 'tên "x"\x01', "c": None}) == expected


@pytest.mark.parametrize("name", sorted(entry(1)))
def test_a_change_of_any_field_shows(name: str) -> None:
    for place in (1, 3, ROWS):
        with pytest.raises(Broken, match=f"^place {place}: changed"):
            verify(edited(place, **{name: "another"}))


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        pytest.param(LOG[1:], 1, id="the first is gone"),
        pytest.param([*LOG[:2], *LOG[3:]], 3, id="one is gone"),
        pytest.param([*LOG[:2], LOG[3], LOG[2], *LOG[4:]], 3, id="two changed places"),
        pytest.param([*LOG[:2], LOG[1], *LOG[2:]], 3, id="one stands twice"),
        pytest.param([*LOG[:2], "", *LOG[2:]], 3, id="an empty line"),
        pytest.param([*LOG[:2], "[]", *LOG[2:]], 3, id="something else"),
        pytest.param(
            [*LOG[:2], '{"place":3,"hash":"x","entry":null}', *LOG[3:]], 3, id="the row alone is gone"
        ),
    ],
)
def test_deletion_insertion_and_reordering_show(lines: Lines, place: int) -> None:
    with pytest.raises(Broken, match=f"^place {place}: "):
        verify(lines)


def renumbered(lines: Lines) -> Lines:
    """What is left after a deletion, with places that look right."""
    rows = [json.loads(line) for line in lines]
    return [json.dumps({**row, "place": place}) for place, row in enumerate(rows, 1)]


def test_renumbering_hides_nothing() -> None:
    with pytest.raises(Broken, match=r"^place 3: changed"):
        verify(renumbered([*LOG[:2], *LOG[3:]]))
    row = json.loads(LOG[2])
    foreign = json.dumps({**row, "entry": entry(9)})
    with pytest.raises(Broken, match=r"^place 3: changed"):
        verify(renumbered([*LOG[:2], foreign, *LOG[2:]]))


def test_two_heads_of_one_place_show_although_one_of_them_fits() -> None:
    other = verify(edited(2, action="accounts.retire")[:1] + sealed([entry(1), entry(9)])[1:])
    assert other.place == 2
    with pytest.raises(Broken, match="place 2: another head"):
        verify(LOG, [other, verify(LOG[:2])])


def test_a_head_of_an_empty_log_is_checked_too() -> None:
    assert verify([], [Head(0, GENESIS.hex())]).place == 0
    with pytest.raises(Broken, match="place 0"):
        verify(LOG, [Head(0, HEAD.hash)])


def test_truncation_shows_against_a_published_head() -> None:
    assert verify(LOG[:-1]).place == ROWS - 1, "without a head nobody can tell"
    with pytest.raises(Broken, match=f"^place {ROWS}: missing"):
        verify(LOG[:-1], [HEAD])


def test_a_log_made_anew_as_a_whole_shows_against_a_published_head() -> None:
    forged = sealed([entry(number, actor_subject="somebody") for number in range(1, ROWS + 2)])
    assert verify(forged).place == ROWS + 1
    with pytest.raises(Broken, match=r"^place 2: .* published"):
        verify(forged, [HEAD, verify(LOG[:2])])


@pytest.mark.parametrize("text", ["", "7", "7:", "x:" + "00" * 32, "7:00", "7:" + "zz" * 32])
def test_what_is_no_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Head.parse(text)


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command on a log."""

    def run(lines: Lines, *heads: Head) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "log.jsonl"
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        options = [option for head in heads for option in ("--head", f"{head.place}:{head.hash}")]
        # -S: without any installed package.
        command = [sys.executable, "-S", "-m", "shared.audit", "verify", str(file), *options]
        return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603

    return run


def test_the_command_needs_nothing_but_python_and_tells_by_its_status(
    check: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    whole = check(LOG, HEAD)
    assert (whole.returncode, whole.stdout) == (0, f"whole: {ROWS} rows, head {ROWS}:{HEAD.hash}\n"), (
        whole.stderr
    )
    broken = check(edited(4, action="accounts.create"), HEAD)
    assert broken.returncode == 1
    assert broken.stdout.startswith("broken: place 4: changed")
