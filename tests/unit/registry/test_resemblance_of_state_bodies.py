"""What is like a state body's account and what is not, on an index of the country as the benchmark has it."""

from pathlib import Path

import pytest

from bench import resemblance as bench
from services.registry.agencies.gazetteer import Unit
from services.registry.verify.accounts import Known
from services.registry.verify.index import Index
from shared.urls import UnusableLink, canonicalise
from tests.support.likenesses import said

PAGE = "https://www.facebook.com/1234567890"


@pytest.fixture(scope="module")
def country() -> tuple[Index, list[Unit], list[Known]]:
    """Every second commune and all provinces."""
    rows, missing = bench.country()
    return bench.index_of(rows, bench.agencies()), missing, rows


def test_siblings_critics_and_others_are_not_accused(
    country: tuple[Index, list[Unit], list[Known]],
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


def test_impostors_of_state_bodies_are_found(country: tuple[Index, list[Unit], list[Known]]) -> None:
    missed, other = bench.claims(country[0])
    assert missed.total > 500
    assert missed.share <= 0.03, missed.wrong
    assert other.share <= 0.05, other.wrong


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
    country: tuple[Index, list[Unit], list[Known]], link: str, name: str
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
    country: tuple[Index, list[Unit], list[Known]], link: str, name: str | None, target: str
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
    country: tuple[Index, list[Unit], list[Known]], link: str, name: str | None
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
    country: tuple[Index, list[Unit], list[Known]], link: str, name: str | None
) -> None:
    target, reason = said(country[0], link, name)
    assert (target, reason) in {("", "names-other-unit"), ("", "not-enrolled")}


def test_a_digit_of_the_official_name_looks_like_no_letter(
    country: tuple[Index, list[Unit], list[Known]],
) -> None:
    assert said(country[0], "https://www.tiktok.com/@thptlapvo1") == ("facebook:@thptlapvo1", "same-name")


def test_hosts_of_others_are_not_accused(country: tuple[Index, list[Unit], list[Known]]) -> None:
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
