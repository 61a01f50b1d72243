"""What is like an official account and what is not, on an index of a few accounts and the real gazetteer."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import resemblance as bench
from deploy.local.config import PROJECT
from services.registry.agencies.gazetteer import Unit, read_units
from services.registry.verify.index import Index
from services.registry.verify.pipeline import Likeness, resemblance
from shared.search import fold
from shared.urls import Canonical
from tests.support.likenesses import said

DATA = PROJECT.parent / "shared" / "data"
LAP_VO = "T82.X30169"
HOSTS = (
    "bocongan.gov.vn",
    "dichvucong.gov.vn",
    "vneid.gov.vn",
    "baohiemxahoi.gov.vn",
    "gplx.gov.vn",
    "hanoi.gov.vn",
    "bca.gov.vn",
    "vietcombank.com.vn",
    "garena.vn",
)


@pytest.fixture(scope="module")
def index() -> Index:
    """National sites, and what the commune of Lấp Vò has."""
    rows = [bench.account(bench.site(host), host) for host in HOSTS]
    rows += [
        bench.account(Canonical("facebook", "ubndxalapvo", None), "UBND xã Lấp Vò", LAP_VO),
        bench.account(bench.site("lapvo.dongthap.gov.vn"), "Trang thông tin điện tử xã Lấp Vò", LAP_VO),
        bench.account(Canonical("facebook", "congantinhdongthap", None), "Công an tỉnh Đồng Tháp", "T82"),
    ]
    return bench.index_of(rows, bench.agencies())


@pytest.mark.parametrize(
    ("link", "target", "reason"),
    [
        ("vneid.com", "vneid.gov.vn", "same-name"),
        ("vneid.example.com", "vneid.gov.vn", "same-name"),
        ("gplx-gov.vn", "gplx.gov.vn", "government-claim"),
        ("tracuugplx.vn", "gplx.gov.vn", "combined-name"),
        ("hanoi-gov.com", "hanoi.gov.vn", "government-claim"),
        ("bca-gov-vn.top", "bca.gov.vn", "embedded-address"),
        ("bocongan.gov.vn.verify-id.top", "bocongan.gov.vn", "embedded-address"),
        ("hanoi.gov.vn.dangnhap.xyz", "hanoi.gov.vn", "embedded-address"),
        ("dichvucongbaohiemxahoi.com", "baohiemxahoi.gov.vn", "combined-name"),
        ("hotro-bocongan.online", "bocongan.gov.vn", "combined-name"),
        ("vietcombank247.vip", "vietcombank.com.vn", "combined-name"),
        ("vletcornbank.com", "vietcombank.com.vn", "near-name"),
        ("vi3tc0mbank.com", "vietcombank.com.vn", "lookalike-letters"),
        ("vietc\u043embank.com", "vietcombank.com.vn", "lookalike-letters"),
        ("vietconbank.com", "vietcombank.com.vn", "near-name"),
        ("dang-nhap-vietconbank.com", "vietcombank.com.vn", "near-name"),
        ("garenna.vn", "garena.vn", "near-name"),
        ("napthegarena.vn", "garena.vn", "combined-name"),
        ("https://play.google.com/store/apps/details?id=com.vneid.app", "vneid.gov.vn", "same-name"),
        ("https://t.me/hotrovneid", "vneid.gov.vn", "combined-name"),
    ],
)
def test_an_impostor_is_likened_to_the_right_one(index: Index, link: str, target: str, reason: str) -> None:
    assert said(index, link) == (f"website:{target}", reason)


@pytest.mark.parametrize(
    "link",
    [
        "https://www.facebook.com/ubnd.xalapvo.chinhthuc",
        "https://www.tiktok.com/@uybannhandanxalapvo",
        "https://www.facebook.com/ubndlapvodongthap",
        "https://ubndxalapvo.com",
        "https://x.com/ubnd_lapvo",
        "https://lapvo-ubnd.top",
    ],
)
def test_the_authority_and_its_place_are_known_in_every_order_and_spelling(index: Index, link: str) -> None:
    target, reason = said(index, link)
    assert "lapvo" in target
    assert reason == "same-unit"


@pytest.mark.parametrize(
    ("link", "name", "reason"),
    [
        # Other real units: a neighbour, a former district, one that is called alike but for the accents.
        ("https://www.facebook.com/ubndxatankhanhtrung", None, "names-other-unit"),
        ("https://www.facebook.com/ubndhuyenlapvo", None, "names-other-unit"),
        ("https://www.facebook.com/congantinhangiang", None, "names-other-unit"),
        ("https://www.facebook.com/conganphuongcaolanh", None, "names-other-unit"),
        # A place alone names nobody.
        ("lapvo.com", None, "not-enrolled"),
        ("https://www.facebook.com/lapvo", "Lấp Vò", "not-enrolled"),
        ("dulichdongthap.vn", None, "not-enrolled"),
        ("hanoi.com", None, "not-enrolled"),
        # The state's own domain is given out by the state.
        ("vneid.dongthap.gov.vn", None, "not-enrolled"),
        ("dichvucong.cantho.gov.vn", None, "not-enrolled"),
        ("tinhnguyen.lapvo.dongthap.gov.vn", None, "not-enrolled"),
        # Who speaks about somebody is not that somebody.
        ("https://www.facebook.com/khieunaiubndxalapvo", None, "speaks-about"),
        ("https://www.facebook.com/groups/1234567890", "Nhóm phản ánh UBND xã Lấp Vò", "speaks-about"),
        ("https://www.facebook.com/1234567890", "Hội những người chờ VNeID", "speaks-about"),
        ("vneid-news.com", None, "speaks-about"),
        ("https://x.com/notvneid", None, "speaks-about"),
        ("https://x.com/vneid_parody", None, "speaks-about"),
        ("https://www.tiktok.com/@reviewvneid", None, "speaks-about"),
        ("https://www.facebook.com/1234567890", "Chế ảnh Bộ Công an", "speaks-about"),
        ("https://www.facebook.com/1234567890", "Vietcombank sao trừ tiền hoài vậy trời", "speaks-about"),
        # Short names and syllables stand in many words.
        ("arena.vn", None, "not-enrolled"),
        ("bcare.com", None, "not-enrolled"),
        ("https://www.facebook.com/baohiemxe", None, "not-enrolled"),
        ("https://zalo.me/2491302944280861639", None, "not-enrolled"),
    ],
)
def test_everybody_else_is_left_alone(index: Index, link: str, name: str | None, reason: str) -> None:
    assert said(index, link, name) == ("", reason)


def test_accents_tell_units_of_one_spelling_apart() -> None:
    alike: dict[str, list[Unit]] = {}
    for unit in read_units():
        if unit.code.startswith("T") and unit.level == "commune":
            alike.setdefault(fold(unit.unit_name), []).append(unit)
    one, other = next(
        units for units in alike.values() if len(units) == len({u.unit_name for u in units}) == 2
    )
    index = bench.index_of(
        [bench.account(Canonical("facebook", None, "1"), one.short_name, one.code)], bench.agencies()
    )
    page = Canonical("facebook", None, "2")
    own = resemblance(index, page, one.short_name)
    assert isinstance(own, Likeness)
    assert own.account.agency_code == one.code
    assert resemblance(index, page, other.short_name) == "names-other-unit"
    # Without accents it could be either, and the other one's page must not be called a fake.
    assert resemblance(index, page, fold(one.short_name)) == "names-other-unit"


def test_once_all_of_a_name_are_enrolled_it_can_only_be_imitated() -> None:
    alike: dict[str, list[Unit]] = {}
    for unit in read_units():
        if unit.code.startswith("T") and unit.level == "commune":
            alike.setdefault(unit.unit_name, []).append(unit)
    units = next(found for found in alike.values() if len(found) == 3)
    rows = [bench.account(Canonical("facebook", None, u.code), u.short_name, u.code) for u in units]
    page = Canonical("facebook", None, "2")
    some = bench.index_of(rows[:2], bench.agencies())
    assert resemblance(some, page, units[0].short_name) == "names-other-unit"
    all_of_them = bench.index_of(rows, bench.agencies())
    assert isinstance(resemblance(all_of_them, page, units[0].short_name), Likeness)
    province = next(u for u in read_units() if u.code == units[1].code[:3])
    named = resemblance(some, page, f"{units[1].short_name}, {province.unit_name}")
    assert isinstance(named, Likeness)
    assert named.account.agency_code == units[1].code


@given(st.text(max_size=90), st.text(max_size=60))
def test_no_text_is_too_strange(index: Index, handle: str, name: str) -> None:
    for link in (
        Canonical("facebook", handle, None),
        Canonical("website", f"{handle}.vn", None),
        Canonical("website", f"linktr.ee/{handle}", None),
        Canonical("mastodon", f"{handle}@example.vn", None),
    ):
        found = resemblance(index, link, name)
        assert found is None or isinstance(found, (Likeness, str))


@given(
    st.sampled_from(["a", "an", "vn", "i", "ubnd", "lapvo", "vneid", "-", "vneld", "cho", "hoi"]),
    st.integers(1, 90),
)
def test_repetition_is_no_way_to_keep_it_busy(index: Index, word: str, times: int) -> None:
    resemblance(index, Canonical("facebook", word * times, None), word * times)


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data is not here")
@pytest.mark.parametrize("half", [0, 1])
def test_impostors_of_the_wild_are_found(half: int) -> None:
    with (DATA / "impersonation-hosts-dev.csv").open() as file:
        cases = list(csv.DictReader(file))
    imitated = sorted({case["impersonates"] for case in cases})
    index = bench.index_of(bench.account(bench.site(host), host) for host in imitated)
    missed, other = bench.impostors(index, cases[half::2])
    assert missed.share <= 0.03, missed.wrong
    assert other.share <= 0.05, other.wrong
