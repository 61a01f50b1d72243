"""The way back: whether the account's own page links to the site that speaks for it.

Only where pages are open to machines: websites, and Mastodon, whose profiles carry `rel="me"` links. It makes a proof
stronger and never weaker: nobody is told to change their page.
"""

from services.registry.proofs.method import Probe, Subject, host_of
from services.registry.proofs.pages import Unread, fetch, identities_linked

_OPEN = ("website:", "mastodon:")


async def links_back(probe: Probe, subject: Subject) -> bool | None:
    """Whether it does; None where that cannot be seen, or where account and site are one."""
    host = host_of(subject.site)
    if not any(each.startswith(_OPEN) for each in subject.identities) or host == host_of(subject.url):
        return None
    try:
        page = await fetch(probe, subject.url)
    except Unread:
        return None
    if page is None:
        return None
    sites = (each.removeprefix("website:") for each in await identities_linked(page, subject.url))
    return any(each.partition(":")[0] == host for each in sites)
