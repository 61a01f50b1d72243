"""Successions as administrators ask for them."""

from datetime import timedelta
from typing import Any

from shared import clock


def asked(kind: str, from_: list[str], to: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    """A succession to propose, in a year's time unless `changes` or `days` say otherwise."""
    days = changes.pop("days", 365)
    return {
        "kind": kind,
        "legal_act": {"number": "1663/NQ-UBTVQH15", "date": "2025-06-16", "issuer": "Quốc hội"},
        "effective_on": (clock.today() + timedelta(days=days)).isoformat(),
        "from": from_,
        "to": to or [],
        **changes,
    }


def renaming(code: str, **changes: Any) -> dict[str, Any]:
    """A renaming to propose."""
    return asked("rename", [code], name="Trung tâm Y tế Lấp Vò", **changes)
