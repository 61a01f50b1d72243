"""The `well_known` method: the agency's site lists the account in its trust.txt.

trust.txt (JournalList, 2020) is a plain file of `attribute=link` lines at `/.well-known/trust.txt`,
or at `/trust.txt` on older sites; `social=` and `control=` name what the site's owner controls.
"""

import asyncio

from services.registry.proofs.method import Method, Probe, Subject
from services.registry.proofs.pages import Unread, fetch, identity_of
from shared.problems import Text

PATHS = ("/.well-known/trust.txt", "/trust.txt")
MAX_BYTES = 262_144
_OF_THE_PAGE = frozenset({"site-error", "redirect", "too-large"})
"""Faults of one page; with any other the site itself is out of reach."""
_ATTRIBUTES = frozenset({"social", "control"})


async def _look(probe: Probe, subject: Subject) -> str | None:
    """Both places count: many sites answer for a page that they do not have with one that says so."""
    failures = []
    for path in PATHS:
        try:
            page = await fetch(probe, subject.site + path, MAX_BYTES)
        except Unread as unread:
            failures.append(unread.code)
            if unread.code not in _OF_THE_PAGE:
                break
            continue
        if page is None:
            continue
        # Beside the event loop: thousands of lines take a while.
        failure = await asyncio.to_thread(_listed, page.body, subject.identities)
        if failure is None:
            return None
        failures.append(failure)
    return failures[0] if failures else "not-published"


def _listed(body: bytes, identities: frozenset[str]) -> str | None:
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return "unreadable"
    for line in lines:
        attribute, equals, link = line.strip().partition("=")
        if equals and attribute.strip().lower() in _ATTRIBUTES and identity_of(link) in identities:
            return None
    return "not-listed"


METHOD = Method(
    name="well_known",
    strength="strong",  # only who runs the whole site can put a file there
    instructions=Text(
        "Thêm dòng này vào tệp trust.txt trên trang của cơ quan, rồi cho kiểm tra.",
        "Add this line to the trust.txt of the agency's site, then have it checked.",
    ),
    places=lambda subject: [subject.site + path for path in PATHS],
    line=lambda subject: f"social={subject.url}",
    look=_look,
    failures={
        "not-published": Text(
            "Trang không có tệp trust.txt ở các đường dẫn đã nêu.",
            "The site has no trust.txt at either path.",
        ),
        "not-listed": Text(
            "Tệp trust.txt có nhưng chưa liệt kê tài khoản này.",
            "The trust.txt is there but does not list the account.",
        ),
        "unreadable": Text("Tệp trust.txt không phải văn bản UTF-8.", "The trust.txt is not UTF-8 text."),
        "too-large": Text("Tệp trust.txt quá lớn.", "The trust.txt is too large."),
    },
)
