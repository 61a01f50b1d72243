"""From a link that is nobody's to the official account that it looks like, if any.

exact (in `service`) → the same host inside another → the same authority and place → a name that contains an official
one → a name with a letter or two wrong. What names another real unit, or speaks about an authority, is left alone.
The steps are in `likeness`, with `beside` for whose a name is; who only speaks about an authority is told in `speech`.
"""

from dataclasses import dataclass
from typing import Literal

from services.registry.verify import likeness, speech, texts
from services.registry.verify.accounts import Known
from services.registry.verify.index import Index
from services.registry.verify.likeness import Match, Reason
from services.registry.verify.texts import Name
from shared.urls import Canonical

_TALK_IN_HOSTS = 4
"""Syllables outside all lists that make talk of what stands beside a brand in a host: impostors combine brands with any
words, mostly one or two of Vietnamese, while who talks in a host does so at length."""

Distance = Literal["names-other-unit", "speaks-about"]


@dataclass(frozen=True, slots=True)
class Likeness:
    """The official account that a name looks like, how much (0 to 1), and why."""

    account: Known
    score: float
    reasons: tuple[Reason, ...]


def resemblance(index: Index, link: Canonical, display_name: str | None = None) -> Likeness | Distance | None:
    """What a link that is not enrolled looks like; or why what it looks like does not count."""
    site = texts.host(link)
    if site is not None:
        host = link.handle or ""
        if site.is_government or likeness.is_below_official(index, host):
            return None
        if account := likeness.embedded(index, host):
            return Likeness(account, 0.99, ("embedded-address",))
    found = [texts.name(text) for text in texts.of_account(link, site)]
    if display_name:
        display_name = texts.spelt_out(display_name)
        found.append(texts.name(display_name))
    matches = likeness.in_names(index, found, texts.accented(display_name or ""))
    sure = [match for match in matches if match is not None]
    if not matches:
        sure = likeness.misspelt(index, found)
    shown = speech.title(display_name) if sure and display_name else None
    if shown:
        sure = [match for match in sure if match.name is not found[-1] or not _means_otherwise(match, shown)]
    if not sure:
        return "names-other-unit" if matches else None
    best = max(sure, key=lambda match: match.score)
    if _speaks_about(index, found, sure, best, shown, is_site=site is not None):
        return "speaks-about"
    return Likeness(best.account, round(best.score, 2), _reasons(best))


def _speaks_about(
    index: Index,
    found: list[Name],
    sure: list[Match],
    best: Match,
    shown: speech.Title | None,
    *,
    is_site: bool,
) -> bool:
    """Whether any of the names speaks about whom the best match names. The last name is the title, if one is shown."""
    titled = found[-1] if shown else None
    for name in found:
        own = [match for match in sure if match.name is name]
        start, end = max(own, key=lambda match: match.score)[1:3] if own else (0, 0)
        if speech.speaks_about(name, start, end, shown if name is titled else None):
            return True
    for match in sure:
        if shown and match.name is titled and speech.is_sentence(*match[:3], index.places, shown):
            return True
    unknown = _TALK_IN_HOSTS if is_site and _is_free(best.account) else 1
    return best.name is not titled and speech.is_talk(*best[:3], index.places, unknown)


def _means_otherwise(match: Match, shown: speech.Title) -> bool:
    return speech.means_otherwise(*match[:3], shown, match.account.display_name)


def _is_free(account: Known) -> bool:
    """Whether an account is a site below a suffix that is open to all: brands are combined with any word in hosts."""
    site = texts.host(Canonical(account.platform, account.handle, account.platform_id))
    return site is not None and not site.is_government


def _reasons(match: Match) -> tuple[Reason, ...]:
    written = match.name.plain[match.start : match.end]
    if written.isascii() and written.isalpha():
        return (match.reason,)
    own = (match.account.handle or "", match.account.display_name)
    if any(written in texts.name(text).plain for text in own):
        return (match.reason,)  # the official name has that digit itself
    return match.reason, "lookalike-letters"
