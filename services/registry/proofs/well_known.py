"""The `well_known` method: the agency's site lists the account in its trust.txt.

trust.txt (JournalList, 2020) is a plain file of `attribute=link` lines at `/.well-known/trust.txt`,
or at `/trust.txt` on older sites; `social=` and `control=` name what the site's owner controls.
"""

from shared.outbound.address import Blocked
from shared.outbound.client import FetchFailed, Outbound
from shared.problems import Text
from shared.urls import UnusableLink, canonicalise

PATHS = ("/.well-known/trust.txt", "/trust.txt")
MAX_BYTES = 262_144
_ATTRIBUTES = frozenset({"social", "control"})
_NOT_THERE = "not-published"

FAILURES: dict[str, Text] = {
    _NOT_THERE: Text(
        "Trang không có tệp trust.txt ở các đường dẫn đã nêu.", "The site has no trust.txt at either path."
    ),
    "not-listed": Text(
        "Tệp trust.txt có nhưng chưa liệt kê tài khoản này.",
        "The trust.txt is there but does not list the account.",
    ),
    "unreadable": Text("Tệp trust.txt không phải văn bản UTF-8.", "The trust.txt is not UTF-8 text."),
    "timeout": Text("Trang không trả lời kịp thời.", "The site did not answer in time."),
    "connect": Text("Không kết nối được tới trang.", "No connection to the site."),
    "tls": Text("Chứng thư TLS của trang không hợp lệ.", "The site's TLS certificate is not valid."),
    "too-large": Text("Tệp trust.txt quá lớn.", "The trust.txt is too large."),
    "redirect": Text(
        "Trang chuyển hướng; hãy nêu địa chỉ cuối.", "The site redirects; name its final address."
    ),
    "private-address": Text("Địa chỉ của trang không công khai.", "The site's address is not a public one."),
}
_OTHERWISE = Text("Không đọc được tệp trust.txt.", "The trust.txt could not be fetched.")


def explain(code: str) -> Text:
    """What a failure code means."""
    return FAILURES.get(code, _OTHERWISE)


async def look(outbound: Outbound, site: str, identity: str, timeout_seconds: float) -> str | None:
    """Look for the account `identity` on the site. Returns None when it is listed, else a failure code."""
    for path in PATHS:
        try:
            answer = await outbound.get(site + path, max_bytes=MAX_BYTES, timeout=timeout_seconds)
        except (Blocked, FetchFailed) as refused:
            return refused.code
        if answer.status == 200:  # noqa: PLR2004 - HTTP OK
            return _listed(answer.body, identity)
    return _NOT_THERE


def _listed(body: bytes, identity: str) -> str | None:
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return "unreadable"
    for line in lines:
        attribute, equals, link = line.strip().partition("=")
        if equals and attribute.strip().lower() in _ATTRIBUTES and _identity(link) == identity:
            return None
    return "not-listed"


def _identity(link: str) -> str | None:
    try:
        return canonicalise(link).key
    except UnusableLink:
        return None
