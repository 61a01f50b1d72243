"""Every account of a real registry: read, kept apart, and read back."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from shared.urls import UnusableLink, canonicalise

LIST = Path(__file__).resolve().parents[4] / "shared" / "data" / "official-accounts-us-congress.csv"


def accounts() -> list[dict[str, str]]:
    if not LIST.exists():
        pytest.skip("the list of Congress accounts is not beside this checkout")
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1734
    return rows


def links(row: dict[str, str]) -> list[str]:
    """Links to an account of the list, as its holder publishes them."""
    handle, platform_id = row["handle"], row["platform_id"]
    if row["platform"] == "mastodon":
        user, host = handle.removeprefix("@").split("@")
        return [f"https://{host}/@{user}"]
    if row["platform"] == "youtube":
        if handle.startswith("UC"):
            handle = f"channel/{handle}"
        elif handle and not handle.startswith("@"):
            handle = f"user/{handle}"
        ends = [handle, platform_id and f"channel/{platform_id}"]
        return [f"https://www.youtube.com/{end}" for end in ends if end]
    if row["platform"] == "twitter":
        ids = [f"https://x.com/i/user/{platform_id}"] if platform_id else []
        return [f"https://twitter.com/{handle}", *ids]
    return [f"https://{row['platform']}.com/{handle}"]


def test_every_account_is_read() -> None:
    refused: Counter[tuple[str, str]] = Counter()
    for row in accounts():
        for link in links(row):
            try:
                identity = canonicalise(link)
            except UnusableLink as error:
                refused[row["platform"], error.code] += 1
            else:
                assert canonicalise(identity.url) == identity
    assert refused == {}


def test_no_two_accounts_become_one() -> None:
    spellings: dict[str, set[str]] = defaultdict(set)
    holders: dict[str, set[str]] = defaultdict(set)
    for row in accounts():
        for link in links(row):
            key = canonicalise(link).key
            holders[key].add(row["holder"])
            # Everything but a channel's id is written in upper and lower case alike.
            spellings[key].add(link if "/channel/" in link else link.lower())
    assert {key: found for key, found in spellings.items() if len(found) > 1} == {}
    # The list gives this one page to two holders; a registry answers that with a conflict.
    assert [key for key, found in holders.items() if len(found) > 1] == ["facebook:@rogermarshallmd"]
    assert len(spellings) == 2307


def test_the_decorations_of_shared_links_change_nothing() -> None:
    for row in accounts():
        for link in links(row):
            key = canonicalise(link).key
            bare = link.removeprefix("https://").removeprefix("www.")
            for other in (
                f"http://{bare}/",
                f"https://www.{bare}?fbclid=x&ref=1#top",
                f" {bare}//?id",
                f"//{bare}",
            ):
                assert canonicalise(other).key == key
