"""From a link that is nobody's to the official account that it looks like, if any.

exact (in `service`) → the same host inside another → the same authority and place → a name that contains an official
one → a name with a letter or two wrong. What names another real unit, or speaks about an authority, is left alone.
The steps are in `likeness`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from services.registry.verify import likeness, speech, texts
from services.registry.verify.accounts import Known
from services.registry.verify.index import Index
from services.registry.verify.likeness import Match, Reason
from services.registry.verify.texts import Name
from shared.urls import Canonical

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
        found.append(texts.name(display_name))
    matches = likeness.in_names(index, found, texts.accented(display_name or ""))
    sure = [match for match in matches if match is not None] or (
        not matches and likeness.misspelt(index, found)
    )
    if not sure:
        return "names-other-unit" if matches else None
    best = max(sure, key=lambda match: match.score)
    if _keeps_distance(found, best, display_name):
        return "speaks-about"
    return Likeness(best.account, round(best.score, 2), _reasons(best))


def _keeps_distance(found: Sequence[Name], match: Match, display_name: str | None) -> bool:
    """Whether any of the names, of which the last may be a title, speaks about whom the match names."""
    shown = speech.title(display_name) if display_name else None
    for name in found:
        start, end = (match.start, match.end) if name is match.name else (0, 0)
        if speech.speaks_about(name, start, end, shown if name is found[-1] else None):
            return True
    if shown and match.name is found[-1]:
        return speech.is_sentence(match.name, match.start, match.end, shown)
    return speech.is_talk(match.name, match.start, match.end)


def _reasons(match: Match) -> tuple[Reason, ...]:
    written = match.name.plain[match.start : match.end]
    if not written.isascii() or any(char.isdigit() for char in written):
        return match.reason, "lookalike-letters"
    return (match.reason,)
