"""The `profile_code` method: the account shows a code in its profile, and a second person attests to have seen it.

Platforms show a profile to people and hide it from machines, so a person looks. Two persons: who asked for the code
could attest anything.
"""

import re
import secrets

from services.registry.proofs.method import Method
from shared.problems import Text

_PREFIX = "chinhdanh"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what is easily misread: i, l, o, 0, 1
_GROUPS, _GROUP = 4, 4


def new_code() -> str:
    """A code that nobody guesses (79 bits): four groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def same(code: str, seen: str) -> bool:
    """Whether what somebody typed off a profile is the code, however they wrote it."""
    return _plain(seen).removeprefix(_PREFIX) == _plain(code)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


METHOD = Method(
    name="profile_code",
    strength="medium",  # control of the account itself, by the word of a person
    instructions=Text(
        "Đặt mã này vào phần giới thiệu của tài khoản; sau đó một người khác của cơ quan mở trang cá nhân, xem mã và "
        "xác nhận tại …/attest. Xong thì có thể gỡ mã.",
        "Put this code into the account's description; then another person of the agency opens the profile, sees the "
        "code, and attests to it at …/attest. After that the code can be taken off.",
    ),
    places=lambda subject: [subject.url],
    line=lambda subject: f"{_PREFIX}-{subject.code}",
    look=None,
    has_code=True,
)
