"""What a method of proving control is made of; `methods` has the list, and a file each the five of them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dns.asyncresolver import Resolver

from services.registry.proofs.tables import Strength
from shared.outbound.client import Outbound
from shared.problems import Text


@dataclass(frozen=True)
class Subject:
    """What is to be shown, and where: what a method knows of an account and a proof."""

    url: str
    """The account's canonical link."""
    name: str
    """What the account shows as its name."""
    identities: frozenset[str]
    """All that the account is known by, as `shared.urls` writes them."""
    agency: str = ""
    """Code of the agency whose the account is, and the site has to be."""
    site: str = ""
    """Scheme and host of the agency's site, where the method has one."""
    path: str = ""
    """The page of that site, where the method has one."""
    code: str = ""
    """The code to show, where the method has one."""


@dataclass(frozen=True)
class Standing:
    """What a site counts for in a proof of one account.

    `refused` is a failure code, and `holder` the agency that it is registered to, when that is another one.
    """

    vouched: bool = False
    refused: str | None = None
    holder: str | None = None


@dataclass(frozen=True)
class Probe:
    """With what to look: at pages, at names, and for how long each time."""

    outbound: Outbound
    names: Resolver
    timeout_seconds: float


Look = Callable[[Probe, Subject], Awaitable[str | None]]
"""Look for the account. None when it was found, else the code of what is wrong."""


@dataclass(frozen=True)
class Method:
    """One way to show that an agency controls an account."""

    name: str
    strength: Strength
    """Of a proof with nothing to be said for or against it besides; see `methods.strength_of`."""
    instructions: Text
    """What the agency has to do."""
    places: Callable[[Subject], list[str]]
    """Where `line` is looked for, in this order."""
    line: Callable[[Subject], str]
    """What to publish there, to the letter."""
    look: Look | None
    """How a machine looks; None where people attest instead."""
    failures: Mapping[str, Text] = field(default_factory=dict)
    """Its own failure codes, explained; `failures.COMMON` has those of all."""
    has_code: bool = False
    shows_control: bool = True
    """Whether somebody who does not control site or account could not have it."""


def host_of(site: str) -> str:
    """The host of a site, without port and `www.`."""
    return (urlsplit(site).hostname or "").removeprefix("www.")
