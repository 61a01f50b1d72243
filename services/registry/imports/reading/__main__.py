"""Read one file in a process of its own: `python -m services.registry.imports.reading KIND < file`.

Writes JSON lines: the table without its rows, then rows, many a line; or `{"refused": code, …}`. Memory and
time are bounded by the kernel, so whatever a file does to a parser it does to this process alone.
"""

import dataclasses
import resource
import sys
from collections.abc import Iterable, Iterator

import orjson

from services.registry.imports.columns import columns_of
from services.registry.imports.reading import Refused, read

MEMORY_BYTES = 512 * 1024**2
CPU_SECONDS = 60
ROWS_A_LINE = 1000
CHARACTERS_A_LINE = 1_000_000
"""Where rows are long a line has fewer of them: who reads it has other things to keep in memory."""


def main(kind: str, named: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        table = read(sys.stdin.buffer.read(), columns_of(kind), orjson.loads(named))
    except Refused as refusal:
        _write({"refused": refusal.code, "missing": refusal.missing})
        return
    except MemoryError:
        _write({"refused": "too-large-inside", "missing": ()})
        return
    _write({**_without_rows(table)})
    for part in _parts(table.rows):
        _write(part)


def _parts(rows: Iterable[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    part, size = [], 0
    for row in rows:
        part.append(row)
        size += sum(map(len, row[1]))
        if len(part) == ROWS_A_LINE or size >= CHARACTERS_A_LINE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _without_rows(table: object) -> dict[str, object]:
    names = (field.name for field in dataclasses.fields(table) if field.name != "rows")  # type: ignore[arg-type]
    return {name: getattr(table, name) for name in names}


def _write(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
