"""Reading pages of strangers: one bounded fetch, and the `rel="me"` links of what it brought."""

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from services.registry.proofs.method import Probe
from shared.outbound.address import Blocked
from shared.outbound.client import FetchFailed, Response
from shared.urls import UnusableLink, canonicalise

MAX_PAGE_BYTES = 1_048_576
MAX_LINKS = 2000


class Unread(Exception):
    """A page could not be had; `code` is one of `failures.COMMON`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def fetch(probe: Probe, url: str, max_bytes: int = MAX_PAGE_BYTES) -> Response | None:
    """The page, or None when the site says that it has none.

    Raises:
        Unread: there was no usable answer.
    """
    try:
        answer = await probe.outbound.get(url, max_bytes=max_bytes, timeout=probe.timeout_seconds)
    except FetchFailed as failed:
        raise Unread(failed.fault or failed.code) from failed
    except Blocked as refused:
        raise Unread(refused.code) from refused
    return answer if answer.status == HTTPStatus.OK else None


def identities_linked(page: Response, url: str) -> Iterator[str]:
    """The identities that a page says are its own: `rel="me"` on `<a>` and `<link>` (microformats rel-me).

    What `rel="ugc"` marks was written by visitors and says nothing of the site.
    """
    tree = LexborHTMLParser(page.body)
    base = tree.css_first("base[href]")
    start = _absolute(url, base.attributes["href"] if base else None) or url
    for node in tree.css("a[rel][href], link[rel][href]")[:MAX_LINKS]:
        words = set((node.attributes["rel"] or "").lower().split())
        if "me" not in words or "ugc" in words:
            continue
        link = _absolute(start, node.attributes["href"])
        identity = identity_of(link) if link else None
        if identity:
            yield identity


def _absolute(start: str, link: str | None) -> str | None:
    try:
        return urljoin(start, (link or "").strip())
    except ValueError:  # an address that is none
        return None


def identity_of(link: str) -> str | None:
    """What a link stands for; None when that is no account."""
    try:
        return canonicalise(link).key
    except UnusableLink:
        return None
