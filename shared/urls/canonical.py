"""One link, one identity: `canonicalise` reads a link by the table of platforms."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, unquote_plus

from shared.urls import other_hosts, platforms, sites
from shared.urls.links import Link, UnusableLink, parse
from shared.urls.table import Form, Forms, Platform, Redirect, Rule, Site

MAX_REDIRECTS = 2
# No real link comes near these; they bound the work that a hostile one can cause.
MAX_NAME_LENGTH = 256
MAX_QUERY_FIELDS = 100
# What canonical URLs show as it is; letters beyond ASCII are percent-encoded.
_PLAIN = "/@:&+~[]"

ROWS: tuple[Platform, ...] = (*platforms.ROWS, *other_hosts.ROWS, *sites.ROWS)
_BY_HOST = {host: row for row in ROWS for host in row.hosts}
_OWN_DOMAINS = {host: row for row in ROWS if row.subdomains is not None for host in row.hosts}
_BY_NAME = {row.name: row for row in platforms.ROWS}
_WEBSITE = Platform(name="website", hosts=(), rules={"": Site()})

# What comes before the user in addresses that Mastodon's own web pages show.
_MASTODON_APPS = frozenset({"web", "deck"})
# Mastodon's own identifier of an account is `/users/name`. On a host that nobody knows to be Mastodon that could be
# anything, unless a post follows.
_MASTODON_HOSTS = frozenset(
    ["fosstodon.org", "mas.to", "mastodon.online", "mastodon.social", "mastodon.world", "mstdn.social"]
)
_MASTODON_USER = re.compile(r"@([a-z0-9_]+(?:[.-]+[a-z0-9_]+)*)")


@dataclass(frozen=True, slots=True)
class Canonical:
    """Whom a link denotes.

    `handle` or `platform_id` begins with its space and a slash where a platform has several: "groups/lapvo",
    "company/1035", "user/name". A website's handle is its host (with the tenant's path on shared hosts),
    a Mastodon account's is `user@host`.
    """

    platform: str
    handle: str | None
    platform_id: str | None

    @property
    def key(self) -> str:
        """The identity as one string, equal for two links to one account; compare and store this."""
        if self.platform_id is not None:
            return f"{self.platform}:id:{self.platform_id}"
        handle = self.handle or ""
        if self.platform == "website":
            return f"website:{handle}"
        row = _BY_NAME.get(self.platform)
        if row is not None and row.insignificant and "/" not in handle:
            handle = handle.replace(row.insignificant, "")
        return f"{self.platform}:@{handle}"

    @property
    def url(self) -> str:
        """The canonical https URL; `canonicalise` reads it back into the same identity."""
        handle = self.handle or ""
        if self.platform == "website":
            return f"https://{quote(handle, safe=_PLAIN)}"
        if self.platform == "mastodon":
            user, _, host = handle.partition("@")
            return f"https://{host}/@{user}"
        row = _BY_NAME[self.platform]
        if self.platform_id is not None:
            return row.base + ("" if "/" in self.platform_id else row.id_path) + self.platform_id
        return row.base + ("" if "/" in handle else row.sigil) + quote(handle, safe=_PLAIN)


def canonicalise(link: str) -> Canonical:
    """Read a link into the identity it denotes, without fetching anything.

    A link to a post, photo or video gives the account written in it; platforms do not always check that the
    post is that account's. Known redirectors are unwrapped, at most twice.

    Raises UnusableLink, which never repeats the link.
    """
    return destination(link)[0]


def destination(link: str) -> tuple[Canonical, str]:
    """The identity that a link denotes, as `canonicalise` reads it, and the link without redirectors around it."""
    for _ in range(MAX_REDIRECTS + 1):
        identity = _read(parse(link))
        if isinstance(identity, Canonical):
            return identity, link
        link = identity
    raise UnusableLink("needs-resolving")


def _read(link: Link) -> Canonical | str:
    """The identity, or the link that a redirector carries."""
    row, subdomain = _row(link.host)
    segments = link.segments
    if row.subdomain_is_account and subdomain:
        segments = [subdomain, *segments]
    if row is not _WEBSITE:
        segments = [_plain(segment, row) for segment in segments]
        if segments and not row.sigil and row.name != "website":
            segments[0] = segments[0].removeprefix("@")
    rule = _rule(row, segments)
    if isinstance(rule, tuple):
        return _account(row, rule, segments, link.query)
    if isinstance(rule, Site):
        return _site(link)
    if isinstance(rule, Redirect) and (target := _parameter(link.query, rule.params)):
        return target
    raise UnusableLink(rule if isinstance(rule, str) else "no-account")


def _row(host: str) -> tuple[Platform, str]:
    """The row of a host, and the subdomain when it is not the row's own host."""
    row = _BY_HOST.get(host)
    if row is not None:
        return row, ""
    dot = host.find(".")
    while dot > 0:
        row = _OWN_DOMAINS.get(host[dot + 1 :])
        if row is not None and row.subdomains is not None:
            if row.subdomains.fullmatch(host[:dot]):
                return row, host[:dot]
            raise UnusableLink("reserved")
        dot = host.find(".", dot + 1)
    return _WEBSITE, ""


def _rule(row: Platform, segments: list[str]) -> Rule | None:
    rules = row.rules
    for segment in segments:
        rule = rules.get(segment.lower()) or rules.get("")
        if not isinstance(rule, dict):
            return rule
        rules = rule
    rule = rules.get("")
    while isinstance(rule, dict):
        rule = rule.get("")
    return rule


def _account(row: Platform, forms: Forms, segments: list[str], query: str) -> Canonical:
    for form in forms:
        if isinstance(form, str):
            raise UnusableLink(form)
        text = _plain(_parameter(query, (form.param,)), row) if form.param else _path_text(form, segments)
        if form.fold and not form.is_id and not text.islower():
            text = _plain(text.lower(), row)
        match = form.pattern.fullmatch(text)
        if match is None:
            continue
        value = form.prefix + match[1]
        if form.is_id:
            return Canonical(row.name, None, value)
        if not row.sigil and value in _BY_NAME.get(row.name, row).rules:
            raise UnusableLink("reserved")
        return Canonical(row.name, value, None)
    raise UnusableLink("no-account")


def _path_text(form: Form, segments: list[str]) -> str:
    if form.span == 1:
        return segments[form.at] if -len(segments) <= form.at < len(segments) else ""
    parts = segments[form.at : form.at + form.span]
    return "/".join(parts) if len(parts) == form.span else ""


def _plain(text: str, row: Platform) -> str:
    """One spelling of a text.

    Where handles are ASCII, compatibility characters (fullwidth, mathematical …) and invisible ones can only
    be disguise or debris. Where they are not, folding those could merge two accounts.
    """
    if text.isascii() or len(text) > MAX_NAME_LENGTH:
        return text
    if row.unicode:
        return unicodedata.normalize("NFC", text)
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", text)


def _parameter(query: str, names: tuple[str, ...]) -> str:
    """The one value of a query parameter, or nothing; servers disagree on which of two values counts."""
    if query.count("&") >= MAX_QUERY_FIELDS:
        raise UnusableLink("no-account")
    values: dict[str, str] = {}
    for field in query.split("&"):
        written, _, value = field.partition("=")
        name = unquote_plus(written).strip().lower()
        if name in names and values.setdefault(name, unquote_plus(value)) != unquote_plus(value):
            raise UnusableLink("ambiguous")
    given = set(values.values()) - {""}  # Google's results carry an empty `q` beside their `url`
    if len(given) > 1:
        raise UnusableLink("ambiguous")
    return given.pop() if given else ""


def _site(link: Link) -> Canonical:
    """A website, or a Mastodon account on it.

    No list of Mastodon servers is complete, and anybody may run one, so `/@user` on a host that the table
    does not know is a Mastodon account: a user of a server must never be taken for the server's owner.
    """
    host = link.host if link.port is None else f"{link.host}:{link.port}"
    segments = link.segments
    if segments and segments[0] in _MASTODON_APPS:
        segments = segments[1:]
    if segments[:1] == ["users"] and (host in _MASTODON_HOSTS or segments[2:3] == ["statuses"]):
        segments = [f"@{segment}" for segment in segments[1:2]]
    if not segments or not segments[0].startswith("@"):
        return Canonical("website", host, None)
    user = _MASTODON_USER.fullmatch(segments[0].lower())
    if user is None:
        raise UnusableLink("no-account")
    return Canonical("mastodon", f"{user[1]}@{host}", None)
