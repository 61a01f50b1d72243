"""Exporting an audit log, and checking an export.

    python -m shared.audit export registry > registry.jsonl
    python -m shared.audit verify registry.jsonl [--head PLACE:HASH]…

`export` reads the service's environment and writes every sealed row. `verify` needs nothing but the file
and ends with 1 when the log is broken.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from shared.audit.chain import Broken, Head, verify


def main(arguments: list[str]) -> int:
    """Do what is asked; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m shared.audit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("export").add_argument("service", help="whose log; the environment must be its own")
    checking = commands.add_parser("verify")
    checking.add_argument("file", type=Path)
    checking.add_argument("--head", action="append", default=[], type=Head.parse, metavar="PLACE:HASH")
    given = parser.parse_args(arguments)
    if given.command == "verify":
        return _verify(given.file, given.head)
    from shared.audit.export import export  # noqa: PLC0415 - checking needs no database and none of its parts

    asyncio.run(export(given.service, sys.stdout.write))
    return 0


def _verify(file: Path, heads: list[Head]) -> int:
    try:
        with file.open(encoding="utf-8") as lines:
            head = verify(lines, heads)
    except Broken as broken:
        print(f"broken: {broken}")  # noqa: T201 - the answer
        return 1
    print(f"whole: {head.place} rows, head {head.place}:{head.hash}")  # noqa: T201 - the answer
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
