"""Looking at what an agency published, whoever asked for it: no transaction is open meanwhile."""

from dataclasses import dataclass

from services.registry.accounts.tables import Account
from services.registry.proofs import two_way
from services.registry.proofs.method import Probe, Standing, Subject
from services.registry.proofs.methods import METHODS, strength_of
from services.registry.proofs.tables import Proof, Strength


@dataclass(frozen=True)
class Finding:
    """What a look has found: why it proves nothing, or what it counts for."""

    failure: str | None
    strength: Strength | None = None
    confirmed_both_ways: bool | None = None


def subject_of(account: Account, proof: Proof) -> Subject:
    """What has to be shown, as account and proof are now."""
    return Subject(
        url=account.url,
        name=account.display_name,
        identities=frozenset(account.identities),
        agency=account.agency_code,
        site=proof.site or "",
        path=proof.path or "",
        code=proof.token or "",
    )


async def examine(probe: Probe, method_name: str, subject: Subject, standing: Standing) -> Finding:
    """Look for the account where the proof says; by a method of machines."""
    method = METHODS[method_name]
    if standing.refused or method.look is None:
        return Finding(standing.refused or "expired")
    failure = await method.look(probe, subject)
    if failure:
        return Finding(failure)
    back = await two_way.links_back(probe, subject)
    strength = strength_of(
        method,
        vouched=standing.vouched,
        secure=method.name == "dns_txt" or subject.site.startswith("https:"),
        confirmed_both_ways=back is True,
    )
    return Finding(None, strength, back)
