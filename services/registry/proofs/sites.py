"""Whose a site is: a proof on another's site proves nothing (ADR 28)."""

from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts.tables import Account
from services.registry.proofs import queries
from services.registry.proofs.method import Standing, host_of
from services.registry.proofs.pages import identity_of
from shared import tenancy
from shared.urls.domains import registrable

_GOVERNMENT = ".gov.vn"  # the national registry gives names below it to state agencies alone


async def standing(session: AsyncSession, account: Account, site: str) -> Standing:
    """Whose a site is, as far as the registry and the name itself say.

    A name below a registered one belongs to the same holder, unless it is registered itself.
    """
    host = host_of(site)
    own = urlsplit(site).netloc.removeprefix("www.")
    if account.platform == "website" and account.handle in (host, own):
        return Standing(vouched=True)
    if _is_platform(site):
        return Standing(refused="not-a-site")
    names = [own, *_with_parents(host)]
    held = await queries.site_holders(session, [f"website:{name}" for name in names])
    by_name = {holder.identity.removeprefix("website:"): holder for holder in held}
    holder = next((by_name[name] for name in names if name in by_name), None)
    if holder is None:
        return Standing(vouched=host.endswith(_GOVERNMENT))
    if not await tenancy.reaches(session, holder.agency_code, account.agency_code):
        return Standing(refused="site-of-other-agency", holder=holder.agency_code)
    if holder.state == "suspended":
        return Standing(refused="site-suspended")  # whoever has taken it over can put anything there
    return Standing(vouched=holder.state == "active" or host.endswith(_GOVERNMENT))


def _is_platform(site: str) -> bool:
    """Whether the address is that of a platform, a shortener or a host of many tenants (`shared.urls`)."""
    identity = identity_of(site)
    return identity is None or not identity.startswith("website:")


def _with_parents(host: str) -> list[str]:
    """A host and those above it, up to the one that somebody registered."""
    end, names = registrable(host) or host, [host]
    while names[-1] != end:
        names.append(names[-1].partition(".")[2])
    return names
