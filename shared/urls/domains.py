"""Which part of a host its owner registered: `dongthap.gov.vn` in `lapvo.dongthap.gov.vn`.

By the public suffix list as its package carries it; nothing is fetched. The list's private section counts: whoever
has `lapvo.blogspot.com` or `lapvo.vercel.app` shares it with nobody. Answers are not kept: they would be a memory
of what was asked.
"""

from publicsuffixlist import PublicSuffixList

_LIST = PublicSuffixList()


def registrable(host: str) -> str | None:
    """The shortest part of a host that somebody registered: its public suffix and one label more.

    `host` is a host as `canonicalise` writes it (ASCII, lower case) or a website's handle, of which port and path
    do not count. None for a public suffix itself, an IP address and a single label such as localhost.
    """
    name = _name(host)
    return _LIST.privatesuffix(name) if name else None


def suffix(host: str) -> str | None:
    """The part of a host below which anybody may register: `gov.vn`, `github.io`; a last label that no list knows too.

    Takes what `registrable` takes. None for an IP address and a single label.
    """
    name = _name(host)
    return _LIST.publicsuffix(name) if name else None


def _name(host: str) -> str:
    """The domain name in a host, or nothing where there is none."""
    name = host.partition("/")[0].partition(":")[0]
    last = name.rpartition(".")[2]
    # A last label that begins with a digit makes an IPv4 address; of an IPv6 address only a bracket is left here.
    return name if last != name and not last[:1].isdigit() else ""
