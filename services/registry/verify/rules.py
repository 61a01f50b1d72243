"""By which rules names are read: what was read by other ones has to be read anew."""

import unicodedata
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from services.registry.agencies.gazetteer import data
from shared import urls

LENGTH = 16
_FOLDERS = Path(__file__).parent, Path(urls.__file__).parent


@cache
def fingerprint() -> str:
    """A digest of all that decides under which keys a name is filed, wherever that is written.

    More goes into it than has a part in that: whoever changes a rule cannot forget to say so.
    """
    sources = sorted(path for folder in _FOLDERS for path in folder.glob("*.py"))
    versions = f"{version('publicsuffixlist')} {unicodedata.unidata_version}".encode()
    parts = [versions, data().read_bytes(), *(path.read_bytes() for path in sources)]
    return sha256(b"\0".join(parts)).hexdigest()[:LENGTH]
