"""The words in which the table of platforms is written.

A row is a platform's hosts and its `rules`: for the first path segment (then the second, …) either what the
link holds or, as text, the code of why it holds nothing. The key "" stands for any other segment and for
the end of the path. Hosts match exactly, after a leading `www.` is dropped, so neither `fakefacebook.com` nor
`facebook.com.evil.example` is Facebook: this needs no public-suffix list.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, Union

from shared.urls.links import Code

DIGITS = re.compile(r"([1-9][0-9]{0,19})")
"""A number that a platform gives; one with zeros before it is none."""


@dataclass(frozen=True, slots=True)
class Form:
    """One place where a link carries an account: `span` path segments from `at`, or the query's `param`.

    `pattern` must match all of it, lower-cased first where the platform is case-insensitive (`fold`). Its
    group is the value, and `prefix` + value the handle, or the immutable id: "groups/" and "company/"
    keep apart what a platform names or numbers separately.
    """

    pattern: re.Pattern[str]
    at: int = 0
    span: int = 1
    param: str = ""
    prefix: str = ""
    is_id: bool = False
    fold: bool = True


@dataclass(frozen=True, slots=True)
class Redirect:
    """A page that only forwards to the link in one of these query parameters."""

    params: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """The host itself is what the link identifies."""


# Forms are tried in order; a code at their end says why there is nothing where none of them fits ("no-account").
Forms: TypeAlias = tuple[Form | Code, ...]
Rule: TypeAlias = Union[Code, Forms, Redirect, Site, "Rules"]
Rules: TypeAlias = Mapping[str, Rule]


@dataclass(frozen=True, slots=True)
class Platform:
    """A row of the table.

    `subdomains` are those that lead to the same accounts; any other is the platform's own and holds none.
    None: subdomains are independent sites.
    """

    name: str
    hosts: tuple[str, ...]
    rules: Rules
    base: str = ""
    id_path: str = ""  # between base and an id without a prefix
    sigil: str = ""  # before a handle without a prefix; where there is none, a leading "@" is tolerated
    insignificant: str = ""  # a character that the platform ignores in handles
    subdomains: re.Pattern[str] | None = None
    subdomain_is_account: bool = False
    unicode: bool = False  # handles may hold letters beyond ASCII


def own(pattern: str = "(?!)") -> re.Pattern[str]:
    """For `Platform.subdomains`: every subdomain is the platform's own, and these lead to accounts."""
    return re.compile(pattern)


def refuse(code: Code, words: str) -> dict[str, Rule]:
    """Rules that refuse each of the words with the same code."""
    return dict.fromkeys(words.split(), code)
