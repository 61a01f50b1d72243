"""The five methods, and what a proof by each counts for."""

from services.registry.proofs import backlink, dns_txt, document, profile_code, well_known
from services.registry.proofs.method import Method
from services.registry.proofs.tables import STRENGTHS, Strength

METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        well_known.METHOD,
        backlink.METHOD,
        dns_txt.METHOD,
        profile_code.METHOD,
        document.METHOD,
    )
}


def strength_of(method: Method, *, vouched: bool, secure: bool, confirmed_both_ways: bool) -> Strength:
    """What a proof that was found counts for (ADR 28).

    Args:
        method: how it was found.
        vouched: the registry or the name itself says that the site is an agency's.
        secure: what was found came by https, or from the domain's name servers.
        confirmed_both_ways: the account's own page links back to the site.
    """
    rank = STRENGTHS.index(method.strength) + confirmed_both_ways - (not vouched)
    highest = STRENGTHS.index("strong" if vouched and secure else "medium")
    return STRENGTHS[max(0, min(rank, highest))]
