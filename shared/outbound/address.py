"""Where a URL given by an outsider may lead: to public addresses, and nowhere else.

A subscription or proof is checked here when it is created, and `client` asks again whenever it
opens a connection, because a name can answer differently by then.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal

from yarl import URL

MAX_URL = 2048
MAX_NAME = 253
RESOLVE_SECONDS = 5.0

BlockedCode = Literal[
    "bad-url", "bad-scheme", "userinfo", "bad-host", "bad-port", "private-address", "unresolvable"
]
Resolve = Callable[[str], Awaitable[Sequence[str]]]


class Blocked(Exception):
    """The URL may not be requested. Carries a closed word only, never a part of the URL."""

    def __init__(self, code: BlockedCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Policy:
    """Which URLs are acceptable.

    `allow_loopback` is the local stack's one exception: 127.0.0.0/8 and ::1 (nothing else that is
    private), there over plain http too. `schemes` is widened to http for proofs, which are read
    from whatever site an agency has.
    """

    allow_loopback: bool = False
    schemes: frozenset[str] = frozenset({"https"})


_LOOPBACK = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))

# The IANA special-purpose address registries (RFC 6890 and its updates), read strictly: a block is
# refused even where the registry calls it globally reachable, since no web server lives there.
_REFUSED4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "169.254.0.0/16",  # link-local, where clouds serve instance credentials
        "168.63.129.16/32",  # public by number, yet a host agent inside Azure
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast tunnelling
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Every form that carries an IPv4 address inside (mapped, compatible, translated, NAT64) lies
# outside 2000::/3, like the private and link-local blocks, so one rule refuses them all.
_UNICAST6 = IPv6Network("2000::/3")
_REFUSED6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)

# The last label of a name begins with a letter: that leaves no room for the numeric spellings of
# an IPv4 address (2130706433, 0x7f.1, 0177.0.0.1) that a resolver would understand.
_LABEL_END = r"(?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:[a-z0-9]{_LABEL_END}\.)*[a-z]{_LABEL_END}\.?")
# Parsers disagree about these, and a disagreement is how one host is checked and another reached.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")
_AUTHORITY_END = re.compile(r"[/?#]")
# Below 1024 listen mail, shells and databases, which can be made to act on an HTTP request.
_LOW_WEB_PORTS = frozenset({80, 443})
_FIRST_HIGH_PORT = 1024

# A pool of its own: a stranger's name server that never answers holds these threads and no others.
_RESOLVERS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="outbound-resolve")


async def system_resolve(host: str) -> list[str]:
    """Every address of `host`, of both families. Raises OSError when there is none."""
    look_up = partial(socket.getaddrinfo, host, None, type=socket.SOCK_STREAM)
    found = await asyncio.get_running_loop().run_in_executor(_RESOLVERS, look_up)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def permits(address: str, policy: Policy) -> bool:
    """Whether a connection to this numeric address may be opened."""
    ip = _numeric(address)
    if ip is None:
        return False
    if _is_loopback(ip):
        return policy.allow_loopback
    if isinstance(ip, IPv6Address):
        return ip in _UNICAST6 and ip.scope_id is None and not any(ip in block for block in _REFUSED6)
    return not any(ip in block for block in _REFUSED4)


async def resolve_permitted(host: str, policy: Policy, resolve: Resolve) -> Sequence[str]:
    """The addresses of `host`, when every one of them is permitted.

    One private address among public ones is an attack or a mistake; taking the others would leave
    the choice to chance. Raises Blocked ("private-address") or OSError (no address).
    """
    addresses = await resolve(host)
    if not addresses:
        raise OSError("no address")
    if not all(permits(address, policy) for address in addresses):
        raise Blocked("private-address")
    return addresses


@lru_cache(maxsize=4096)  # every delivery to a subscriber asks about the same URL
def admit(url: str, policy: Policy) -> URL:
    """Parse `url` and check all that can be told without resolving its name.

    The result is what has to be requested: parsing the text again could read it differently.
    Raises Blocked.
    """
    if len(url) > MAX_URL or _AMBIGUOUS.search(url):
        raise Blocked("bad-url")
    # Before the parser sees it, which stumbles over an empty host behind brackets and an "@".
    if "@" in _AUTHORITY_END.split(url.partition("//")[2], maxsplit=1)[0]:
        raise Blocked("userinfo")
    try:
        parsed = URL(url)
        host = parsed.raw_host
    except ValueError:
        raise Blocked("bad-url") from None
    if not host or not parsed.scheme:
        raise Blocked("bad-url")
    ip = _numeric(host)
    if ip is None and (len(host) > MAX_NAME or not _NAME.fullmatch(host)):
        raise Blocked("bad-host")
    if ip is not None and not permits(host, policy):
        raise Blocked("private-address")
    local = policy.allow_loopback and (host == "localhost" if ip is None else _is_loopback(ip))
    if parsed.scheme not in policy.schemes and not (local and parsed.scheme == "http"):
        raise Blocked("bad-scheme")
    port = parsed.port
    if port is None or (port < _FIRST_HIGH_PORT and port not in _LOW_WEB_PORTS):
        raise Blocked("bad-port")
    return parsed


async def check(url: str, policy: Policy, *, resolve: Resolve = system_resolve) -> None:
    """Refuse a URL at the moment somebody registers it. Raises Blocked."""
    host = admit(url, policy).raw_host or ""
    if _numeric(host):
        return
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            await resolve_permitted(host, policy, resolve)
    except OSError:
        raise Blocked("unresolvable") from None


def _numeric(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_loopback(ip: IPv4Address | IPv6Address) -> bool:
    return any(ip in block for block in _LOOPBACK)
