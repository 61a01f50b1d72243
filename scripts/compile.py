"""Compile what verification spends its time in: `python -m scripts.compile INTO` (docs/adr/0035).

mypyc makes extension modules of typed Python, from the same source that runs as it is everywhere else. They go into
INTO as they lie in the project, and are found before the source once they are beside it. Needs a C compiler, and
takes about a minute.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stdout
from pathlib import Path

from mypyc.build import mypycify
from setuptools import Distribution

PROJECT = Path(__file__).parent.parent
MODULES = {
    "shared/urls": "links domains table canonical",
    "services/registry/verify": """
        lists places texts parse postings names accounts index beside speech likeness pipeline explain service
    """,
}
"""By folder: what a question passes through. Lists of words gain nothing, and what waits for the database little."""
_NOT_COPIED = shutil.ignore_patterns(".git", ".local", ".venv", ".*_cache", ".hypothesis", "__pycache__")


def sources() -> list[str]:
    """The files that are compiled, as they lie in the project."""
    return [f"{folder}/{name}.py" for folder, names in MODULES.items() for name in names.split()]


def compile_into(into: Path) -> None:
    """Put the extension modules where they belong below a folder.

    Raises:
        setuptools.errors.CompileError: there is no C compiler, or not what it needs of Python.
    """
    into = into.resolve()
    with tempfile.TemporaryDirectory() as scratch, redirect_stdout(sys.stderr), chdir(PROJECT):
        extensions = mypycify(sources(), debug_level="0", target_dir=scratch, group_name="verification")
        command = Distribution({"name": "chinh-danh", "ext_modules": extensions}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(into), scratch
        command.ensure_finalized()
        command.run()


@contextmanager
def compiled_copy() -> Iterator[Path]:
    """A copy of the project that runs compiled, for as long as it is wanted."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / PROJECT.name
        shutil.copytree(PROJECT, copy, ignore=_NOT_COPIED)
        compile_into(copy)
        yield copy


def main() -> None:
    """Compile into the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("into", type=Path)
    compile_into(parser.parse_args().into)


if __name__ == "__main__":
    main()
