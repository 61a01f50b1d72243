"""What the image of the registry runs compiled (docs/adr/0035) answers as its source does."""

import subprocess
import sys
import sysconfig
from pathlib import Path
from shutil import which

import pytest

from scripts.compile import compiled_copy, sources

TESTS = (
    "tests/unit/registry/test_resemblance.py",
    "tests/unit/registry/test_resemblance_of_state_bodies.py",
    "tests/unit/registry/test_unusable_links.py",
    "tests/unit/registry/test_verify_index.py",
    "tests/unit/shared/test_domains.py",
    "tests/unit/shared/test_urls.py",
    "tests/unit/shared/test_urls_confusions.py",
    "tests/unit/shared/test_urls_forms.py",
    "tests/unit/shared/test_urls_properties.py",
)
COMPILER = (sysconfig.get_config_var("CC") or "cc").split()[0]
HEADER = Path(sysconfig.get_path("include"), "Python.h")


def run(folder: Path, *arguments: str) -> str:
    """What Python says in a copy of the project. Fails when it fails."""
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.mark.skipif(
    which(COMPILER) is None or not HEADER.exists(), reason="no C compiler here, or no headers of Python"
)
def test_what_is_compiled_passes_the_tests_of_its_source() -> None:
    names = [source.removesuffix(".py").replace("/", ".") for source in sources()]
    with compiled_copy() as copy:
        found = run(
            copy, "-c", f"import {', '.join(names)}, sys\nfor n in {names}: print(sys.modules[n].__file__)"
        )
        assert {Path(path).suffix for path in found.split()} == {".so"}
        told = run(copy, "-m", "pytest", "-q", "--noconftest", "-p", "no:cacheprovider", *TESTS)
        assert " passed" in told
