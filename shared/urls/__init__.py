"""Links to accounts, pages, groups, sites and apps, read into one identity each.

`links` takes the text apart; `facebook`, `platforms`, `other_hosts` and `sites` are the table of what links look like,
in the words of `table`; `canonical` reads the one by the other. Nothing here fetches anything or remembers what it was
asked.
"""

from shared.urls.canonical import Canonical, canonicalise, destination
from shared.urls.links import UnusableLink
from shared.urls.platforms import PLATFORMS

__all__ = ["PLATFORMS", "Canonical", "UnusableLink", "canonicalise", "destination"]
