"""Links that registries and block-lists of others took for one another, or for a platform's, and must not be."""

from itertools import combinations

import pytest

from shared.urls import UnusableLink, canonicalise
from shared.urls.domains import registrable

UC_ONE, UC_OTHER = "UCGdrLQbt1PYDTPsampx4t1A", "UCgdrLQbt1PYDTPsampx4t1A"

# Each line: links of which no two denote the same account.
DIFFERENT = [
    # What carries the account in the query, or after a fixed first segment.
    ["https://www.facebook.com/profile.php?id=1", "https://www.facebook.com/profile.php?id=2"],
    ["https://www.facebook.com/people/Lap-Vo/1", "https://www.facebook.com/people/Lap-Vo/2"],
    ["https://www.facebook.com/pages/Lap-Vo/1", "https://www.facebook.com/pages/Lap-Vo/2"],
    ["https://www.facebook.com/p/Lap-Vo-1", "https://www.facebook.com/p/Lap-Vo-2"],
    ["https://www.facebook.com/profile/1", "https://www.facebook.com/profile/2"],
    ["https://www.facebook.com/watch/lapvo", "https://www.facebook.com/watch/laivung"],
    [f"https://www.youtube.com/channel/{UC_ONE}", f"https://www.youtube.com/channel/{UC_OTHER}"],
    ["https://www.linkedin.com/company/lapvo", "https://www.linkedin.com/company/laivung"],
    ["https://x.com/i/user/1", "https://x.com/i/user/2"],
    ["https://mastodon.social/web/@lapvo", "https://mastodon.social/web/@laivung", "https://mastodon.social"],
    [
        "https://play.google.com/store/apps/details?id=vn.gov.a",
        "https://play.google.com/store/apps/details?id=vn.gov.b",
    ],
    ["https://sites.google.com/view/lapvo", "https://sites.google.com/view/laivung"],
    ["https://linktr.ee/lapvo", "https://linktr.ee/laivung"],
    # One name in several spaces.
    [
        "https://www.facebook.com/123456789",
        "https://www.facebook.com/groups/123456789",
        "https://zalo.me/123456789",
        "https://x.com/123456789",
        "https://x.com/i/user/123456789",
    ],
    [
        "https://www.youtube.com/@lapvo",
        "https://www.youtube.com/c/lapvo",
        "https://www.youtube.com/user/lapvo",
    ],
    [
        "https://www.linkedin.com/company/lapvo",
        "https://www.linkedin.com/school/lapvo",
        "https://www.linkedin.com/in/lapvo",
    ],
    ["https://www.facebook.com/lapvo", "https://www.facebook.com/groups/lapvo"],
    # A name that is another with something more or less.
    ["https://www.facebook.com/lapvo", "https://www.facebook.com/lapvo1", "https://www.facebook.com/lap-vo"],
    ["https://www.tiktok.com/@lapvo", "https://www.tiktok.com/@lap.vo", "https://www.tiktok.com/@lapvo_"],
    ["https://t.me/+AbCdEf", "https://t.me/+abcdef", "https://t.me/abcdef"],
    ["https://a@mastodon.social/@lapvo", "https://mastodon.online/@lapvo"],
    # Hosts.
    [
        "https://dongthap.gov.vn",
        "https://dongthap.gov.vn:8443",
        "https://lapvo.dongthap.gov.vn",
        "https://dongthap-gov.vn",
        "https://dongthap.gov.vn.verify-id.top",
        "https://dongthap.gov.vn@verify-id.top",
        "https://đồngtháp.gov.vn",
    ],
]


@pytest.mark.parametrize("links", DIFFERENT, ids=[links[0] for links in DIFFERENT])
def test_links_to_different_accounts_are_kept_apart(links: list[str]) -> None:
    identities = {link: canonicalise(link) for link in links}
    for one, other in combinations(links, 2):
        assert identities[one].key != identities[other].key, (one, other)
        assert identities[one].url != identities[other].url, (one, other)


# What a Facebook page's link is worked into, so that a careless reader sees the page.
DISGUISES = [
    "https://evil.example/?u=https://facebook.com/lapvo",
    "https://evil.example/l.php?u=https://facebook.com/lapvo",
    "https://evil.example/facebook.com/lapvo",
    "https://evil.example/https://www.facebook.com/lapvo",
    "https://evil.example#https://facebook.com/lapvo",
    "https://facebook.com@evil.example/lapvo",
    "https://www.facebook.com%40evil.example/lapvo",
    "https://www.facebook.com:lapvo@evil.example/",
    "https://www.facebook.com%2Flapvo@evil.example",
    "https://fakefacebook.com/lapvo",
    "https://facebook.com.vn/lapvo",
    "https://facebook.com-lapvo.example/",
    "https://facebook.evil.example/lapvo",
    "https://www-facebook.com/lapvo",
    "https://facebook.co/lapvo",
    "https://l.facebook.com.evil.example/l.php?u=https://facebook.com/lapvo",
    "https://l.facebook.com/l.php?u=https://evil.example/?https://facebook.com/lapvo",
    "https://l.facebook.com/l.php?u=https://evil.example&u=https://facebook.com/lapvo",
    "https://www.google.com/url?q=evil.example%2Ffacebook.com%2Flapvo",
    "https://evil.example\\@facebook.com/lapvo",
    "https://evil.example\\.facebook.com/lapvo",
    "https://evil.example⁄facebook.com/lapvo",
    "https://fаcebook.com/lapvo",  # a Cyrillic letter
    "https://faceboоk.com/lapvo",
    "https://facebook.com.\u200b.evil.example/lapvo",
    "https://facebook\u2024com.evil.example/lapvo",
    "https://bit.ly/facebook.com/lapvo",
    "https://fb.me/1LapVo",
    "https://vm.tiktok.com/lapvo",
]


@pytest.mark.parametrize("link", DISGUISES, ids=ascii)
def test_no_disguise_makes_a_link_a_platforms(link: str) -> None:
    try:
        identity = canonicalise(link)
    except UnusableLink:
        return
    assert identity.platform == "website"
    assert registrable(identity.handle or "") != "facebook.com"


def test_a_name_that_cannot_be_read_is_never_an_empty_one() -> None:
    """An identity without handle and id would be found by every record that lacks one."""
    for link in (
        "https://www.facebook.com/@",
        "https://www.tiktok.com/@",
        "https://x.com/%20",
        "https://t.me//",
    ):
        with pytest.raises(UnusableLink):
            canonicalise(link)
