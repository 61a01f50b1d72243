"""Reading pages of strangers: one bounded fetch, and the `rel="me"` links of what it brought."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import urljoin

from lxml import etree

from services.registry.proofs.method import Probe
from shared.outbound.address import Blocked
from shared.outbound.client import FetchFailed, Response
from shared.urls import UnusableLink, canonicalise

MAX_PAGE_BYTES = 524_288
MAX_LINKS = 2000
_NO_PAGE = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class Unread(Exception):
    """A page could not be had; `code` is one of `failures.COMMON`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def fetch(probe: Probe, url: str, max_bytes: int = MAX_PAGE_BYTES) -> Response | None:
    """The page, or None when the site says that it has none.

    Raises:
        Unread: there was no usable answer, or one that says nothing about the page: 403, 503 …
    """
    try:
        answer = await probe.outbound.get(url, max_bytes=max_bytes, timeout=probe.timeout_seconds)
    except FetchFailed as failed:
        raise Unread(failed.fault or failed.code) from failed
    except Blocked as refused:
        raise Unread(refused.code) from refused
    if answer.status == HTTPStatus.OK:
        return answer
    if answer.status in _NO_PAGE:
        return None
    raise Unread("site-error")


async def identities_linked(page: Response, url: str) -> set[str]:
    """The identities that a page says are its own: `rel="me"` on `<a>` and `<link>` (microformats rel-me).

    What `rel="ugc"` marks was written by visitors and says nothing of the site. Beside the event loop: a hostile page
    takes a while.
    """
    return await asyncio.to_thread(lambda: set(_linked(page.body, url)))


def _linked(body: bytes, url: str) -> Iterator[str]:
    found = _read(body)
    start = _absolute(url, found.base) or url
    for rel, href in found.links:
        words = set(rel.lower().split())
        link = _absolute(start, href) if "me" in words and "ugc" not in words else None
        identity = identity_of(link) if link else None
        if identity:
            yield identity


class _Links:
    """Hears the tags of a page as they come. No tree is built: to build one of hostile tags takes for ever."""

    def __init__(self) -> None:
        self.base: str | None = None
        self.links: list[tuple[str, str]] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        href = attributes.get("href")
        if href is None:
            return
        if tag == "base" and self.base is None:
            self.base = href
        elif tag in {"a", "link"} and "rel" in attributes and len(self.links) < MAX_LINKS:
            self.links.append((attributes["rel"], href))

    def close(self) -> None:
        """The parser asks for it."""


def _read(body: bytes) -> _Links:
    links = _Links()
    with suppress(etree.LxmlError):  # an empty page, say; what came before an error counts
        etree.fromstring(body, etree.HTMLParser(target=links, no_network=True))
    return links


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
