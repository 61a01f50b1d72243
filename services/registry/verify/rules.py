"""By which rules names are read: what was read by other ones has to be read anew."""

import unicodedata
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from services.registry.agencies import gazetteer
from shared import urls

LENGTH = 16
_PACKAGES = "publicsuffixlist", "idna"
_FOLDERS = Path(__file__).parent, Path(urls.__file__).parent


@cache
def fingerprint() -> str:
    """A digest of all that decides under which keys a name is filed, wherever that is written.

    More goes into it than has a part in that: whoever changes a rule cannot forget to say so.
    """
    sources = sorted(path for folder in _FOLDERS for path in folder.glob("*.py"))
    sources.append(Path(gazetteer.__file__))
    versions = [version(package) for package in _PACKAGES] + [unicodedata.unidata_version]
    parts = [" ".join(versions).encode(), gazetteer.data().read_bytes(), *map(Path.read_bytes, sources)]
    return sha256(b"\0".join(parts)).hexdigest()[:LENGTH]
