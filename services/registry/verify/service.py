"""Verdicts. Nothing about the question is stored, logged or counted (docs/principles.md, 3)."""

from datetime import datetime

from services.registry.verify.accounts import Known
from services.registry.verify.explain import ADVICE, reason_detail
from services.registry.verify.index import Index
from services.registry.verify.pipeline import Likeness, resemblance
from services.registry.verify.schemas import (
    CanonicalLink,
    OfficialAccount,
    ReasonRead,
    Resemblance,
    Verdict,
    Verification,
)
from shared.urls import Canonical, UnusableLink, canonicalise


def verify(
    index: Index, url: str, language: str, as_of: datetime, display_name: str | None = None
) -> Verification:
    """What the registry knows of a link, and whom it looks like if that is nothing."""
    try:
        link = canonicalise(url)
    except UnusableLink as error:
        return _answer(None, "unknown", error.code, language, as_of)
    known = index.accounts.find(link.key)
    if known is not None:
        verdict, reason = _verdict(known)
        return _answer(link, verdict, reason, language, as_of, index=index, account=known)
    likeness = resemblance(index, link, display_name)
    if isinstance(likeness, Likeness):
        reason = likeness.reasons[0]
        return _answer(link, "resembles", reason, language, as_of, index=index, likeness=likeness)
    return _answer(link, "unknown", likeness or "not-enrolled", language, as_of)


def _verdict(known: Known) -> tuple[Verdict, str]:
    if known.state == "retired":
        return "former", str(known.reason)
    if not known.held:
        # The account lives on: under another handle, or as another agency's draft.
        return "former", "transferred" if known.state in {"draft", "submitted"} else "renamed"
    if known.state == "active":
        return "official", "active"
    if known.state == "suspended":
        return "compromised", str(known.reason)
    return "former", known.reason or known.state


def _answer(
    link: Canonical | None,
    verdict: Verdict,
    reason: str,
    language: str,
    as_of: datetime,
    *,
    index: Index | None = None,
    account: Known | None = None,
    likeness: Likeness | None = None,
) -> Verification:
    shown = _official(index, account) if index and account else None
    ended = (
        index.agencies.get(account.agency_code) if index and account and reason == "agency_ended" else None
    )
    return Verification(
        verdict=verdict,
        canonical=CanonicalLink(platform=link.platform, handle=link.handle, platform_id=link.platform_id)
        if link
        else None,
        account=shown,
        successor=shown if reason == "renamed" and account and account.state == "active" else None,
        successors=list(ended.successors) if ended else [],
        resembles=_resemblance(index, likeness, language) if index and likeness else None,
        reason=reason,
        advice=ADVICE[reason if reason in ADVICE else verdict].in_language(language),
        as_of=as_of,
    )


def _official(index: Index, known: Known) -> OfficialAccount:
    return OfficialAccount(
        id=known.id,
        agency_code=known.agency_code,
        agency_name=index.agency_name(known.agency_code),
        display_name=known.display_name,
        url=known.url,
    )


def _resemblance(index: Index, likeness: Likeness, language: str) -> Resemblance:
    return Resemblance(
        account=_official(index, likeness.account),
        score=likeness.score,
        reasons=[
            ReasonRead(code=code, detail=reason_detail(code).in_language(language))
            for code in likeness.reasons
        ],
    )
