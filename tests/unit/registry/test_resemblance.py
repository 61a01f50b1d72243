"""What is like an official account and what is not, on an index of a few accounts and the real gazetteer."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import resemblance as bench
from deploy.local.config import PROJECT
from services.registry.agencies.gazetteer import Unit, read_units
from services.registry.verify.index import Index
from services.registry.verify.pipeline import Likeness, resemblance
from shared.search import fold
from shared.urls import Canonical, UnusableLink, canonicalise

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


def said(index: Index, link: str, name: str | None = None) -> tuple[str, str]:
    """Whom a link resembles and why; or nobody, and why not."""
    found = resemblance(index, canonicalise(link), name)
    if isinstance(found, Likeness):
        assert 0.5 < found.score < 1
        return found.account.identity, found.reasons[-1]
    return "", found or "not-enrolled"


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


@pytest.fixture(scope="module")
def country() -> tuple[Index, list[Unit], list[object]]:
    """Every second commune and all provinces."""
    rows, missing = bench.country()
    return bench.index_of(rows, bench.agencies()), missing, rows


def test_siblings_critics_and_others_are_not_accused(
    country: tuple[Index, list[Unit], list[object]],
) -> None:
    index, missing, rows = country
    siblings = bench.alarms(index, bench.siblings(index, missing, rows))
    assert siblings.total > 1000
    assert siblings.share <= 0.01, siblings.wrong
    critics = bench.alarms(index, bench.critics())
    assert critics.total >= 800
    assert critics.share <= 0.005, critics.wrong
    bodies = bench.alarms(index, bench.bodies())
    assert bodies.total > 600
    assert bodies.share <= 0.01, bodies.wrong


def test_impostors_of_state_bodies_are_found(country: tuple[Index, list[Unit], list[object]]) -> None:
    missed, other = bench.claims(country[0])
    assert missed.total > 500
    assert missed.share <= 0.03, missed.wrong
    assert other.share <= 0.05, other.wrong


PAGE = "https://www.facebook.com/1234567890"


@pytest.mark.parametrize(
    ("link", "name"),
    [
        # Ministries and the like, by a name of which each word is common.
        ("botaichinh.com", "website:mof.gov.vn"),
        ("nganhangnhanuoc-hotro.com", "website:sbv.gov.vn"),
        ("https://www.facebook.com/cucantoanthongtin.vn", "website:ais.gov.vn"),
        ("bogiaoducdaotao.com", "website:moet.gov.vn"),
        # A site below gov.vn that is called by common words.
        ("dang-ky-kinh-doanh.net", "website:dangkykinhdoanh.gov.vn"),
        ("thuedientu.vip", "website:thuedientu.gdt.gov.vn"),
        # A hospital of the province in one of its towns; an abbreviation beside a word that no list has.
        ("benhviendakhoasadec.com", "facebook:@benhviendakhoasadec"),
        ("qwgplx.com", "website:gplx.gov.vn"),
    ],
)
def test_state_bodies_are_known_by_their_whole_names(
    country: tuple[Index, list[Unit], list[object]], link: str, name: str
) -> None:
    assert said(country[0], link)[0] == name


@pytest.mark.parametrize(
    ("link", "name", "target"),
    [
        # Set apart, a name is claimed, whatever stands beside it; accents tell "for" from "market".
        (PAGE, "Bộ Công an - Tiếp nhận trình báo lừa đảo", "facebook:@bocongan"),
        (PAGE, "Bộ Công an | Hỗ trợ nạn nhân bị lừa", "facebook:@bocongan"),
        (PAGE, "Hỗ trợ cho người dân: VNeID", "website:vneid.gov.vn"),
        (PAGE, "Bệnh viện Bạch Mai - Khám chữa bệnh", "website:bachmai.gov.vn"),
        (PAGE, "Bộ Công an 2026", "facebook:@bocongan"),
        # Who leaves accents out, or borrows letters, means the official name.
        (PAGE, "Bộ Cong An", "facebook:@bocongan"),
        (PAGE, "Bộ Công \u0430n", "facebook:@bocongan"),
        (PAGE, "Cục CSGT - Tra cứu phạt nguội", "website:csgt.vn"),
        (PAGE, "Hỗ trợ VNeID phường Bến Nghé", "website:vneid.gov.vn"),
        # The tone of a word has two places, and words that differ in accents alone may stand in one name.
        (PAGE, "Toà án nhân dân tối cao", "website:toaan.gov.vn"),
        (PAGE, "Cổng Dịch Vụ Công Quốc Gia", "website:dichvucong.gov.vn"),
        # Who takes complaints speaks as the authority.
        (PAGE, "Cổng tiếp nhận đơn tố cáo Bộ Công an", "facebook:@bocongan"),
        (PAGE, "Bộ Công an hỗ trợ lấy lại tiền bị lừa đảo", "facebook:@bocongan"),
        # What offices and paperwork are called is no talk, in either language.
        ("vneid-recovery.com", None, "website:vneid.gov.vn"),
        ("pheduyet-vneid.net", None, "website:vneid.gov.vn"),
        ("https://www.facebook.com/boconganxulydon", None, "facebook:@bocongan"),
        # What is short for a body, or its name without its head, before "gov".
        ("bhxh-chitra.xyz", None, "website:baohiemxahoi.gov.vn"),
        ("dvcquocgia-gov.com", None, "website:dichvucong.gov.vn"),
        ("haiquan-gov.top", None, "website:customs.gov.vn"),
        ("https://t.me/nhnn_hotrothuhoi", None, "website:sbv.gov.vn"),
        # A question that is no more than a claim, and what victims are told beside a dash.
        ("https://www.facebook.com/vneid.hotro", "Quên mật khẩu VNeID?", "website:vneid.gov.vn"),
        (PAGE, "VNeID - Xác thực tài khoản bị khóa", "website:vneid.gov.vn"),
        (PAGE, "Bộ Công an | Đang tiếp nhận hồ sơ", "facebook:@bocongan"),
        # No branch of anything, and no department.
        ("vneid-cosodinhdanh.com", None, "website:vneid.gov.vn"),
        ("vuviec-bocongan.net", None, "facebook:@bocongan"),
        # A letter more.
        ("bocongann.com", None, "facebook:@bocongan"),
        # Letters of another font.
        (PAGE, "\U0001d5e9\U0001d5e1\U0001d5f2\U0001d5dc\U0001d5d7 hỗ trợ", "website:vneid.gov.vn"),
        # A department that is registered, and one that nobody has.
        (PAGE, "Cục Thuế - Bộ Tài chính", "website:mof.gov.vn"),
        ("cuc-canhsat-bocongan.net", None, "facebook:@bocongan"),
        # Whoever names two official sites talks of neither.
        ("dichvucong.dancuquocgia.com", None, "website:dancuquocgia.gov.vn"),
        (PAGE, "Dịch vụ công quốc gia tỉnh Bình Dương", "website:dichvucong.gov.vn"),
        (PAGE, "Tòa án nhân dân tối cao - Tiếp nhận đơn khởi kiện", "website:toaan.gov.vn"),
        # A syllable could go on, and a word of the lists begins: "chinh phu online", no "phuon".
        ("chinhphuonline.com", None, "website:chinhphu.vn"),
        # Abbreviations of titles.
        (PAGE, "Bệnh viện Nhi TW", "website:benhviennhitrunguong.gov.vn"),
        (PAGE, "Sở Xây dựng TP.HCM", "website:soxaydung.hochiminhcity.gov.vn"),
        (PAGE, "Bộ GD&ĐT", "website:moet.gov.vn"),
        # A place's name ends with its last syllable: a hospital of Chợ Rã is another.
        (PAGE, "Bệnh viện Chợ Rẫy - Đặt lịch khám", "website:choray.vn"),
    ],
)
def test_a_title_that_claims_is_no_talk(
    country: tuple[Index, list[Unit], list[object]], link: str, name: str | None, target: str
) -> None:
    assert said(country[0], link, name)[0] == target


@pytest.mark.parametrize(
    ("link", "name"),
    [
        # Talk without a word of any list.
        (PAGE, "Dịch vụ công sao khó thế"),
        (PAGE, "Nói thẳng về Bộ Công an"),
        (PAGE, "Tổng cục Thuế ơi"),
        (PAGE, "Quán cơm Bệnh viện Bạch Mai"),
        (PAGE, "Phượt thủ và Hải quan Việt Nam"),
        ("https://www.facebook.com/dankeudichvucong", None),
        ("https://www.facebook.com/ubndxatramysaochamthe", None),
        ("https://www.tiktok.com/@goc_nhin_bo_cong_an", None),
        ("thanphienvevneid.net", None),
        ("tuthiencungbocongan.com", None),
        ("https://www.facebook.com/logisticsvahaiquanvietnam", None),
        ("https://www.facebook.com/lop12a1thptlapvo1", None),
        ("https://www.facebook.com/k15thptlapvo1", None),
        # Not the commune of Đại An.
        (PAGE, "Cục Đăng kiểm Việt Nam đại án"),
        # The handle claims, the title tells.
        ("https://www.facebook.com/vneid.hotro", "Dân kêu trời vì VNeID"),
        # Victims speak for themselves.
        (PAGE, "Nạn nhân của Bộ Công an"),
        # A dash sets a name apart, and a sentence on its other side is still one.
        (PAGE, "Làm hồ sơ mà chạy 5 lần - Cổng Dịch vụ công quốc gia"),
        (PAGE, "Góc nhân sự - VNeID"),
        (PAGE, "Dịch vụ công: dễ hay khó?"),
        ("https://x.com/2k7_gui_vneid", None),
    ],
)
def test_talk_is_no_claim(
    country: tuple[Index, list[Unit], list[object]], link: str, name: str | None
) -> None:
    assert said(country[0], link, name) == ("", "speaks-about")


@pytest.mark.parametrize(
    ("link", "name"),
    [
        # The same school but for its number, or its place; schools share names, and no list has them all.
        ("https://www.facebook.com/thptlapvo2", None),
        (PAGE, "Trường THPT Lấp Vò 3"),
        (PAGE, "Trường Mầm non Hoa Sen Sa Đéc"),
        (PAGE, "Trường Mầm non Hoa Sen"),
        # Bodies within another, and parts of it.
        (PAGE, "Văn phòng Chính phủ"),
        (PAGE, "Đoàn Thanh niên Bộ Công an"),
        (PAGE, "Bệnh viện 199 Bộ Công an"),
        (PAGE, "Bệnh viện Công an tỉnh Nghệ An"),
        (PAGE, "CSGT Công an TP Hà Nội"),
        (PAGE, "Phòng An ninh mạng Công an tỉnh Nghệ An"),
        (PAGE, "Đội CSGT số 6"),
        ("https://www.facebook.com/phongcsgtdongthap", None),
        # A ministry's departments, and whoever else there is in a body.
        (PAGE, "Cục Công nghệ thông tin - Ngân hàng Nhà nước"),
        (PAGE, "Cục Phòng bệnh - Bộ Y tế"),
        (PAGE, "Tuổi trẻ Công an tỉnh Nghệ An"),
        # Branches.
        (PAGE, "Bệnh viện Bạch Mai cơ sở Ninh Bình"),
        ("https://www.facebook.com/benhvienchorayphnompenh", None),
        # Other countries have them too.
        (PAGE, "Bộ Y tế Lào"),
        (PAGE, "Ngân hàng Nhà nước Lào"),
        ("https://www.facebook.com/toaannhandantoicaokhuvuc3", None),
        ("https://www.facebook.com/khobacnhanuockhuvucxviii", None),
        # Another word is no misspelling.
        (PAGE, "Bệnh viện Phổi Trung ương"),
        (PAGE, "Cục Thú y"),
        ("https://www.facebook.com/cucthuy", None),
        # Without the word for what it is, a school's name is anybody's.
        ("hoasenplaza.vn", None),
        (PAGE, "Hải sản Việt Nam"),
        (PAGE, "Bồ Công Anh"),
        (PAGE, "Hải quân Việt Nam"),
        (PAGE, "Thành Trà Store"),
        # A place ends where its name does: neither Trà Cú nor Phú Hòa Đông.
        ("https://www.facebook.com/ubndphuhoadongnai", None),
        # The states of others have zones of their own.
        ("mofa.go.jp", None),
        # Letters of an official name that end within a syllable: "chinh phuc", "thanh trang".
        ("chinhphucdinhcao.com", None),
        ("chinhphuong.com", None),
        ("thanhtrang.vn", None),
        (PAGE, "Chinh phục"),
        # No "gov" stands in Gò Vấp.
        ("https://www.facebook.com/haiquangovaphcmc", None),
        ("mail.gdt.com", None),
        # Departments of other places have the same host in theirs.
        ("soyte.com.tw", None),
    ],
)
def test_namesakes_and_neighbours_are_left_alone(
    country: tuple[Index, list[Unit], list[object]], link: str, name: str | None
) -> None:
    target, reason = said(country[0], link, name)
    assert (target, reason) in {("", "names-other-unit"), ("", "not-enrolled")}


def test_a_digit_of_the_official_name_looks_like_no_letter(
    country: tuple[Index, list[Unit], list[object]],
) -> None:
    assert said(country[0], "https://www.tiktok.com/@thptlapvo1") == ("facebook:@thptlapvo1", "same-name")


def test_hosts_of_others_are_not_accused(country: tuple[Index, list[Unit], list[object]]) -> None:
    hosts = " ".join(bench.lines(Path(bench.HERE) / "genuine-hosts.txt")).split()
    links = []
    for host in hosts:
        try:
            links.append((canonicalise(host), None))
        except UnusableLink:
            continue
    score = bench.alarms(country[0], links)
    assert score.total > 250
    assert score.share <= 0.005, score.wrong
