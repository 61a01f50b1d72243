"""Verdicts. Nothing about the question is stored, logged or counted (docs/principles.md, 3).

An answer is what `schemas.Verification` describes, as a plain dict: making and checking its models would take as long
as finding the answer.
"""

from datetime import datetime
from typing import Any

from services.registry.verify.accounts import Known
from services.registry.verify.explain import advice, reason_detail
from services.registry.verify.index import Index
from services.registry.verify.pipeline import Likeness, resemblance
from services.registry.verify.schemas import Verdict
from shared.urls import UnusableLink, canonicalise


def verify(
    index: Index, url: str, language: str, as_of: datetime, display_name: str | None = None
) -> dict[str, Any]:
    """What the registry knows of a link, and whom it looks like if that is nothing."""
    answer: dict[str, Any] = {
        "verdict": "unknown",
        "canonical": None,
        "account": None,
        "successor": None,
        "successors": (),
        "resembles": None,
        "reason": "not-enrolled",
        "advice": "",
        "as_of": as_of,
    }
    try:
        link = canonicalise(url)
    except UnusableLink as error:
        answer["reason"] = error.code
    else:
        answer["canonical"] = {
            "platform": link.platform,
            "handle": link.handle,
            "platform_id": link.platform_id,
        }
        if known := index.accounts.find(link.key):
            _tell_known(answer, index, known)
        elif found := resemblance(index, link, display_name):
            _tell_likeness(answer, index, found, language)
    answer["advice"] = advice(answer["verdict"], answer["reason"]).in_language(language)
    return answer


def _tell_known(answer: dict[str, Any], index: Index, known: Known) -> None:
    answer["verdict"], answer["reason"] = verdict, reason = _verdict(known)
    answer["account"] = _official(index, known)
    if verdict != "former":
        return
    if reason == "renamed":
        answer["successor"] = answer["account"] if known.state == "active" else None
    elif reason == "agency_ended" and (agency := index.agencies.get(known.agency_code)):
        answer["successors"] = agency.successors


def _tell_likeness(answer: dict[str, Any], index: Index, found: Likeness | str, language: str) -> None:
    if isinstance(found, str):
        answer["reason"] = found
        return
    answer["verdict"], answer["reason"] = "resembles", found.reasons[0]
    answer["resembles"] = {
        "account": _official(index, found.account),
        "score": found.score,
        "reasons": [
            {"code": code, "detail": reason_detail(code).in_language(language)} for code in found.reasons
        ],
    }


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
    if known.state in {"lapsed", "submitted"}:
        # Its holder may prove it again tomorrow: neither official nor former, and no word against it.
        return "unknown", "lapsed"
    return "former", known.reason or known.state


def _official(index: Index, known: Known) -> dict[str, Any]:
    return {
        "id": known.id,
        "agency_code": known.agency_code,
        "agency_name": index.agency_name(known.agency_code),
        "display_name": known.display_name,
        "url": known.url,
    }
