"""How long it takes to read a link, an everyday one and the worst that can be written in 2,048 characters."""

import timeit
from collections.abc import Callable, Iterator
from functools import partial

from shared.urls import UnusableLink, canonicalise
from shared.urls.canonical import ROWS
from shared.urls.domains import registrable
from shared.urls.links import MAX_LENGTH

EVERYDAY = (
    "https://www.facebook.com/ubndlapvo/posts/pfbid02abc",
    "https://www.facebook.com/profile.php?id=100064718704823&mibextid=ZbWKwL",
    "https://www.tiktok.com/@lapvo?_t=8a&_r=1",
    "https://zalo.me/2491302944280861639",
    "https://lapvo.dongthap.gov.vn/tin-tuc",
)
# Repeated to the full length; each is what some pattern or decoder could stumble over.
_FILLERS = (
    *("a", "1", "-", ".", "@", "/", "a-1", "a.a", "-111111111111", "@a.", "%41", "%2e/", "%c3%a9", "&id=1"),
    *("\u00e9", "e\u0301", "\ufdfa", "\u200b", "xn--", "xn--a.", "\u00df."),
)


def everyday_microseconds() -> float:
    """Mean over everyday links."""
    return _best(lambda: [canonicalise(link) for link in EVERYDAY], number=2000) / len(EVERYDAY) * 1e6


def registrable_microseconds() -> float:
    """The registrable domain of an everyday host."""
    return _best(lambda: registrable("lapvo.dongthap.gov.vn"), number=2000) * 1e6


def worst_milliseconds() -> float:
    """The slowest of all hostile links."""
    slow = sorted(_hostile(), key=lambda link: timeit.timeit(partial(_try, link), number=1))[-20:]
    return max(_best(partial(_try, link), number=1) for link in slow) * 1e3


def _hostile() -> Iterator[str]:
    heads = [
        "https://",
        "https://a.",
        "https://l.facebook.com/?u=https%3A%2F%2F",
        "https://a.vn/@",
        "https://a@",
    ]
    for row in ROWS:
        for host in row.hosts[:1]:
            heads += [f"https://{host}/{word}{end}" for word in row.rules for end in ("/", "?id=")]
    for head in heads:
        for filler in _FILLERS:
            yield (head + filler * MAX_LENGTH)[:MAX_LENGTH]
            yield (head + filler * MAX_LENGTH)[: MAX_LENGTH - 1] + "!"


def _try(link: str) -> None:
    try:
        canonicalise(link)
    except UnusableLink:
        return


def _best(call: Callable[[], object], number: int) -> float:
    return min(timeit.repeat(call, number=number, repeat=5)) / number
