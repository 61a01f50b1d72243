"""The text of a link, taken apart the way a browser would, or refused where programs disagree."""

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal, NamedTuple
from urllib.parse import unquote

import idna

MAX_LENGTH = 2048
MAX_HOST_LENGTH = 253
MAX_PORT = 65535

Code = Literal[
    "not-a-link",  # not the text of one link
    "unsupported-scheme",  # neither http nor https
    "too-long",  # over 2,048 characters
    "bad-host",  # the host cannot exist, or programs disagree on which one it is
    "no-account",  # a platform's link that names no account
    "reserved",  # the platform's own page
    "needs-resolving",  # only the platform knows where it leads, or whose the post or video is
    "ambiguous",  # it names two accounts
]

# Invisible characters that chats, documents and phones leave around a copied link.
_DEBRIS = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})

_LINK = re.compile(r"(?:([^/?#:]*):(?=//))?(?://)?([^/?#]+)([^?#]*)(?:\?([^#]*))?")
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+-]*:(?![0-9]*$).*", re.IGNORECASE)
# Underscores and outer hyphens are no host names by RFC 1123, yet real tenants' sites have them. A last
# label that begins with a digit makes browsers read the host as an IPv4 address.
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{1,62}")


class UnusableLink(ValueError):
    """A text from which no identity can be read; `code` says why and the text itself is never repeated."""

    def __init__(self, code: Code) -> None:
        super().__init__(code)
        self.code = code


class Link(NamedTuple):
    """A link in parts: ASCII host without `www.`, explicit port or None, decoded path segments, raw query."""

    host: str
    port: int | None
    segments: list[str]
    query: str


def parse(text: str) -> Link:
    """Take a link apart; the scheme may be missing. Raises UnusableLink."""
    parts = _LINK.match(_clean(text))
    if parts is None:
        raise UnusableLink("not-a-link")
    scheme, authority, path, query = parts.groups()
    if scheme is None:
        if _OTHER_SCHEME.match(authority):
            raise UnusableLink("unsupported-scheme")
        if "@" in authority:  # an e-mail address, not user information
            raise UnusableLink("not-a-link")
    elif scheme.lower() not in ("http", "https"):
        raise UnusableLink("unsupported-scheme")
    host, port = _split_authority(authority)
    name = _host_name(host)
    if name is None or port is None:
        raise UnusableLink("not-a-link" if scheme is None else "bad-host")
    # The scheme is no part of an identity, so the default port of either is none.
    return Link(name, port if port not in (0, 80, 443) else None, _segments(path), query or "")


def _clean(text: str) -> str:
    if len(text) > MAX_LENGTH:
        raise UnusableLink("too-long")
    text = text.strip()
    if not text.isascii():
        text = text.strip(_DEBRIS).strip()
        if any(unicodedata.category(char) in _REFUSED_CATEGORIES for char in text):
            raise UnusableLink("not-a-link")
    elif not text.isprintable():
        raise UnusableLink("not-a-link")
    # Browsers read a backslash as a slash, other programs as part of the host or of the user information.
    if not text or " " in text or "\\" in text:
        raise UnusableLink("not-a-link")
    return text


def _split_authority(authority: str) -> tuple[str, int | None]:
    """Host and port; port 0 stands for none given, None for one that cannot be."""
    host = authority.rpartition("@")[2]
    if ":" not in host or host.endswith("]"):
        return host, 0
    host, _, digits = host.rpartition(":")
    if not digits:
        return host, 0
    if not (digits.isascii() and digits.isdigit()) or not 0 < int(digits) <= MAX_PORT:
        return host, None
    return host, int(digits)


def _host_name(raw: str) -> str | None:
    """The host as lower-case ASCII without `www.`, an IP address in its canonical form, or None."""
    # Longer than any name even before it is mapped: mapping it would be wasted work.
    if len(raw) > MAX_HOST_LENGTH + 1:
        return None
    host = raw.lower()
    if not _HOST.fullmatch(host) or "xn--" in host:
        host = _unusual_host(host) or ""
    if not 0 < len(host) <= MAX_HOST_LENGTH:
        return None
    while host.startswith("www.") and host.count(".") > 1:
        host = host[4:]
    return host


def _unusual_host(host: str) -> str | None:
    """IP addresses, names of other scripts (UTS #46, non-transitional), percent-encoded and rooted names."""
    try:
        if host.startswith("["):
            return f"[{IPv6Address(host[1:-1])}]" if host.endswith("]") and "%" not in host else None
        host = unquote(host, errors="strict").lower()
        if not _HOST.fullmatch(host.removesuffix(".")) or "xn--" in host:
            host = idna.encode(host, uts46=True).decode()
        host = host.removesuffix(".")
        if _HOST.fullmatch(host) or host == "localhost":
            return host
        return str(IPv4Address(host))
    except (UnicodeError, AddressValueError):
        return None


def _segments(path: str) -> list[str]:
    segments = [segment for segment in path.split("/") if segment]
    if "%" in path:
        segments = [unquote(segment) for segment in segments]
    if "." not in segments and ".." not in segments:
        return segments
    walked: list[str] = []
    for segment in segments:
        if segment == "..":
            del walked[-1:]
        elif segment != ".":
            walked.append(segment)
    return walked
