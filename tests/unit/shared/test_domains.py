"""Which part of a host somebody registered."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.urls import Canonical, UnusableLink, canonicalise
from shared.urls.domains import registrable, suffix

# A host, what somebody registered of it, and below what.
HOSTS = [
    ("lapvo.dongthap.gov.vn", "dongthap.gov.vn", "gov.vn"),
    ("dongthap.gov.vn", "dongthap.gov.vn", "gov.vn"),
    ("c3lapvo1.edu.vn", "c3lapvo1.edu.vn", "edu.vn"),
    ("mail.vnpt.com.vn", "vnpt.com.vn", "com.vn"),
    ("nguyenvana.name.vn", "nguyenvana.name.vn", "name.vn"),
    ("lapvo.id.vn", "lapvo.id.vn", "id.vn"),
    ("lapvo.io.vn", "lapvo.io.vn", "io.vn"),
    ("benhvien.health.vn", "benhvien.health.vn", "health.vn"),
    ("www.chinhphu.vn", "chinhphu.vn", "vn"),
    # VNNIC gives names below provinces, those that have been merged included.
    ("lapvo.dongthap.vn", "lapvo.dongthap.vn", "dongthap.vn"),
    ("a.b.tiengiang.vn", "b.tiengiang.vn", "tiengiang.vn"),
    # Not below gov.vn, however it looks.
    ("bocongan.gov.vn.verify-id.top", "verify-id.top", "top"),
    ("gplx-gov.vn", "gplx-gov.vn", "vn"),
    ("dongthap.gov.com.vn", "gov.com.vn", "com.vn"),
    # Tenants.
    ("ubndlapvo.blogspot.com", "ubndlapvo.blogspot.com", "blogspot.com"),
    ("a.ubndlapvo.github.io", "ubndlapvo.github.io", "github.io"),
    ("vneid.vercel.app", "vneid.vercel.app", "vercel.app"),
    ("lapvo.pages.dev", "lapvo.pages.dev", "pages.dev"),
    # Wildcards, and exceptions to them.
    ("a.b.c.kobe.jp", "b.c.kobe.jp", "c.kobe.jp"),
    ("a.city.kobe.jp", "city.kobe.jp", "kobe.jp"),
    # In other scripts, as they travel.
    ("www.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn", "xn--55qx5d.cn"),
    ("xn--lpv-ena6219a.vn", "xn--lpv-ena6219a.vn", "vn"),
    ("a.b.example", "b.example", "example"),
    # Websites' handles.
    ("lapvo.dongthap.gov.vn:8443", "dongthap.gov.vn", "gov.vn"),
    ("sites.google.com/view/lapvo", "google.com", "com"),
    # A suffix itself is nobody's.
    ("gov.vn", None, "gov.vn"),
    ("dongthap.vn", None, "dongthap.vn"),
    ("vercel.app", None, "vercel.app"),
    ("kobe.jp", None, "kobe.jp"),
    # No domain names.
    *((host, None, None) for host in ("vn", "localhost", "localhost:8000", "127.0.0.1", "127.0.0.1:80")),
    *((host, None, None) for host in ("[::1]", "[2001:db8::1]:8000", "")),
]


@pytest.mark.parametrize(("host", "own", "public"), HOSTS, ids=[host for host, _, _ in HOSTS])
def test_what_was_registered_of_a_host(host: str, own: str | None, public: str | None) -> None:
    assert (registrable(host), suffix(host)) == (own, public)


LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=5)
NAMES = st.builds(
    "{}.{}".format,
    st.lists(LABEL, min_size=1, max_size=4).map(".".join),
    st.sampled_from(["vn", "gov.vn", "dongthap.vn", "com", "github.io", "kobe.jp", "ck", "example", "1.1"]),
)


@given(NAMES)
def test_a_registrable_domain_is_its_own_and_one_label_longer_than_its_suffix(name: str) -> None:
    own, public = registrable(name), suffix(name)
    if own is None or public is None:
        assert name.endswith(".1.1") or (own, public) == (None, name)
        return
    assert f".{name}".endswith(f".{own}")
    assert own.partition(".")[2] == public
    assert registrable(own) == own
    assert registrable(public) is None
    assert suffix(f"www.{name}") == public


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_website_has_an_answer(one: str, other: str) -> None:
    try:
        identity = canonicalise(f"https://{one}.{other}")
    except UnusableLink:
        return
    assert isinstance(identity, Canonical)
    registrable(identity.handle or "")
