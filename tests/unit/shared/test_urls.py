"""Links as people, apps and impostors write them, and the one identity each denotes."""

import pytest

from shared.urls import PLATFORMS, UnusableLink, canonicalise
from shared.urls.canonical import ROWS
from tests.unit.shared.links import facebook, platforms, websites
from tests.unit.shared.links.refused import UNUSABLE

IDENTITIES = [*facebook.IDENTITIES, *platforms.IDENTITIES, *websites.IDENTITIES]


@pytest.mark.parametrize(("key", "links"), IDENTITIES, ids=[key for key, _ in IDENTITIES])
def test_every_spelling_of_a_link_denotes_one_identity(key: str, links: list[str]) -> None:
    assert {link: canonicalise(link).key for link in links} == dict.fromkeys(links, key)
    assert canonicalise(links[0]).url == links[0]
    assert all(canonicalise(canonicalise(link).url) == canonicalise(link) for link in links)


def test_the_identities_of_the_table_are_all_different() -> None:
    keys = [key for key, _ in IDENTITIES]
    urls = [canonicalise(links[0]).url for _, links in IDENTITIES]
    assert len(set(keys)) == len(keys)
    assert len(set(urls)) == len(urls)
    assert {key.partition(":")[0] for key in keys} == set(PLATFORMS)


@pytest.mark.parametrize(
    ("code", "link"),
    [(code, link) for code, links in UNUSABLE.items() for link in links],
    ids=lambda value: ascii(value)[1:60],
)
def test_what_carries_no_identity_is_refused_without_repeating_it(code: str, link: str) -> None:
    with pytest.raises(UnusableLink) as refused:
        canonicalise(link)
    assert refused.value.code == code
    assert str(refused.value) == code
    # A traceback prints chained errors too, and idna's repeat the host.
    assert refused.value.__context__ is None


def test_no_host_stands_in_two_rows() -> None:
    hosts = [host for row in ROWS for host in row.hosts]
    assert len(set(hosts)) == len(hosts)
    assert not [host for host in hosts if host.startswith("www.")]


def test_words_of_a_platform_are_refused_only_where_it_says_so() -> None:
    refused = [
        f"https://{row.hosts[0]}/{word}"
        for row in ROWS
        for word, rule in row.rules.items()
        if isinstance(rule, str) and word
    ]
    assert len(refused) > 150
    for link in refused:
        with pytest.raises(UnusableLink):
            canonicalise(link)
