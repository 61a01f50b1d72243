"""What verification says of a link that is nobody's."""

from services.registry.verify.index import Index
from services.registry.verify.pipeline import Likeness, resemblance
from shared.urls import canonicalise


def said(index: Index, link: str, name: str | None = None) -> tuple[str, str]:
    """Whom a link resembles and why; or nobody, and why not."""
    found = resemblance(index, canonicalise(link), name)
    if isinstance(found, Likeness):
        assert 0.5 < found.score < 1
        return found.account.identity, found.reasons[-1]
    return "", found or "not-enrolled"
