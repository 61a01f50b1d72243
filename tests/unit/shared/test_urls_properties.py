"""What holds for every link."""

import string

from hypothesis import example, given
from hypothesis import strategies as st

from shared.urls import PLATFORMS, Canonical, UnusableLink, canonicalise
from shared.urls.canonical import ROWS

HOSTS = sorted(host for row in ROWS for host in row.hosts)
WORDS = sorted({word for row in ROWS for word in row.rules if word})
PIECES = st.one_of(
    st.sampled_from(
        [*WORDS, "..", ".", "@", "+", "%2e%2e", "%40", "%2F", "%00", "user", "video", "posts", "d", "e"]
    ),
    st.integers(0, 10**19).map(str),
    st.from_regex(r"@?[A-Za-z0-9._+-]{1,20}", fullmatch=True),
    st.text(max_size=6),
)
ANY_HOST = st.one_of(
    st.sampled_from(HOSTS),
    st.builds(
        "{}.{}".format, st.sampled_from(["m", "www", "vi-vn", "vn", "oa", "lapvo"]), st.sampled_from(HOSTS)
    ),
    st.from_regex(r"([A-Za-z0-9_đẤß。-]{1,9}\.){1,3}[a-z]{2,4}\.?(:[0-9]{1,5})?", fullmatch=True),
)
LINKS = st.builds(
    "{}{}/{}{}".format,
    st.sampled_from(["", "//", "http://", "https://", "HTTPS://", "https://a:b@", "ftp://"]),
    ANY_HOST,
    st.lists(PIECES, max_size=5).map("/".join),
    st.one_of(
        st.just(""),
        st.builds(
            "?{}={}&{}={}".format,
            st.sampled_from(["id", "u", "q", "url", "gid", "screen_name"]),
            st.one_of(PIECES, ANY_HOST),
            st.sampled_from(["x", "id"]),
            PIECES,
        ),
    ),
)


def read(link: str) -> Canonical | None:
    try:
        return canonicalise(link)
    except UnusableLink:
        return None


@given(LINKS)
@example("https://www.youtube.com/@\u0130stanbul")
@example("https://www.youtube.com/@ΟΔΟΣ")
@example("https://www.linkedin.com/in/\u1e9e")
def test_reading_the_canonical_url_gives_the_same_identity(link: str) -> None:
    identity = read(link)
    if identity is None:
        return
    assert identity.platform in PLATFORMS
    assert (identity.handle is None) != (identity.platform_id is None)
    assert identity.url.startswith("https://")
    assert identity.url.isascii()
    assert canonicalise(identity.url) == identity


@given(st.text(max_size=60))
@example("https://[")
@example("http://[::ffff:1.2.3.4]:80/")
@example("https://%")
@example("https://xn--/")
@example("https://\ud800.vn/")
def test_any_text_is_read_or_refused(text: str) -> None:
    read(text)


NAME = st.text(string.ascii_lowercase + string.digits, min_size=6, max_size=15).map("a{}".format)
UNICODE_NAME = st.text("abcđấòửñжñ中0.-_", min_size=3, max_size=20)
NUMBER = st.integers(1, 10**18).map(str)


def handles(platform: str, handle: st.SearchStrategy[str]) -> st.SearchStrategy[Canonical]:
    return handle.map(lambda value: Canonical(platform, value, None))


def ids(platform: str, platform_id: st.SearchStrategy[str]) -> st.SearchStrategy[Canonical]:
    return platform_id.map(lambda value: Canonical(platform, None, value))


ACCOUNTS = st.one_of(
    *(
        handles(platform, NAME)
        for platform in ("facebook", "tiktok", "zalo", "x", "instagram", "threads", "telegram")
    ),
    handles("facebook", NAME.map("groups/{}".format)),
    handles("youtube", UNICODE_NAME),
    handles("youtube", UNICODE_NAME.map("c/{}".format)),
    handles("youtube", UNICODE_NAME.map("user/{}".format)),
    handles("linkedin", UNICODE_NAME.map("in/{}".format)),
    handles("mastodon", NAME.map("{}@mastodon.social".format)),
    handles("website", NAME.map("{}.gov.vn".format)),
    handles("website", NAME.map("sites.google.com/view/{}".format)),
    ids("facebook", NUMBER),
    ids("facebook", NUMBER.map("groups/{}".format)),
    ids("x", NUMBER),
    ids("zalo", st.integers(10**15, 10**19).map(str)),
    ids("linkedin", NUMBER.map("company/{}".format)),
    ids("app_store", NUMBER),
    ids("google_play", NAME.map("com.{}.App".format)),
    ids(
        "youtube",
        st.text(string.ascii_letters + string.digits + "-_", min_size=22, max_size=22).map("UC{}".format),
    ),
)


@given(ACCOUNTS, ACCOUNTS)
def test_different_accounts_never_share_a_key(one: Canonical, other: Canonical) -> None:
    # Reading its own URL back proves that no two accounts share a URL either.
    assert canonicalise(one.url) == one
    assert (one.key == other.key) == (one == other)


@given(
    st.sampled_from([host for host in HOSTS if host.count(".") == 1]),
    st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8),
    st.sampled_from(["{1}{0}", "{0}.{1}.vn", "{0}-{1}.vn", "{1}-{0}", "{0}.{1}.com"]),
)
def test_a_host_that_only_contains_a_platforms_is_a_website(host: str, word: str, shape: str) -> None:
    other = shape.format(host, word)
    if other not in HOSTS and f"{word}.com" not in HOSTS:
        assert canonicalise(f"https://{other}/lapvo") == Canonical("website", other, None)
