"""Single cells: days, codes without their zeros, agencies by other names, links by their parts."""

from datetime import date

import pytest

from services.registry.imports import links_meant
from services.registry.imports.agencies_meant import Known, Within
from services.registry.imports.columns import ACCOUNTS, FIELDS
from services.registry.imports.findings import SAYS, Finding
from services.registry.imports.rows import Row, as_area_code, as_date, look_over
from shared.folding import fold
from shared.urls import canonicalise


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", None),
        ("01/07/2025", date(2025, 7, 1)),
        ("1-7-2025", date(2025, 7, 1)),
        ("1.7.2025", date(2025, 7, 1)),
        ("2025-07-01", date(2025, 7, 1)),
        ("45839", date(2025, 7, 1)),
    ],
)
def test_days_are_read_as_they_are_written_here(text: str, day: date | None) -> None:
    assert as_date(text) == day


@pytest.mark.parametrize("text", ["31/02/2025", "07/31/2025", "2025", "1/7/25", "mai", "0/0/0000", "999999"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        as_date(text)


@pytest.mark.parametrize(
    ("text", "lengths", "code", "repaired"),
    [
        ("1", (2,), "01", True),
        ("82", (2, 3, 5), "82", False),
        ("875", (2, 3, 5), "875", False),
        ("1234", (2, 3, 5), "01234", True),
        ("4", (5,), "00004", True),
        ("30169", (5,), "30169", False),
    ],
)
def test_lost_zeros_come_back_where_the_length_is_known(
    text: str, lengths: tuple[int, ...], code: str, *, repaired: bool
) -> None:
    assert as_area_code(text, lengths) == (code, repaired)


@pytest.mark.parametrize("text", ["123456", "12a", "", "١٢"])
def test_what_is_no_area_code_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        as_area_code(text)


WITHIN = Within(
    [
        Known("T82.X30169", "Ủy ban nhân dân xã Lấp Vò", "UBND xã Lấp Vò", "30169"),
        Known("T82.X30178", "Ủy ban nhân dân xã Mỹ An Hưng", "UBND xã Mỹ An Hưng", "30178"),
        Known("T82.X00070", "Ủy ban nhân dân phường Hoàn Kiếm", "UBND phường Hoàn Kiếm", "00070"),
        Known("T82.A", "Trường Tiểu học số 1", "TH 1", None),
        Known("T82.B", "Trường Tiểu học số 1", "TH 1", None),
    ]
)


def test_an_agency_is_found_by_area_or_name_when_there_is_only_one() -> None:
    assert WITHIN.by_area("70") == WITHIN.by_area("00070") == WITHIN.by_name("UBND PHUONG HOAN KIEM")
    assert WITHIN.by_area("71") is WITHIN.by_area("x") is None
    assert WITHIN.by_name("Trường Tiểu học số 1") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("T82.X3016", "T82.X30169"),
        ("T82X30178", "T82.X30178"),
        ("UBND xã Lấp Vồ", "T82.X30169"),
        ("Ủy ban ND xã Mỹ An Hưn", "T82.X30178"),
        ("Bộ Ngoại giao", None),
        ("", None),
    ],
)
def test_the_nearest_agency_is_suggested(text: str, code: str | None) -> None:
    nearest = WITHIN.nearest(text)
    assert (nearest.code if nearest else None) == code


@pytest.mark.parametrize(
    ("platform", "handle", "identity"),
    [
        ("Facebook", "ubndxalapvo", "facebook:@ubndxalapvo"),
        ("twitter", "@lapvo", "x:@lapvo"),
        ("YouTube", "lapvo", "youtube:@lapvo"),
        ("youtube", "UCGdrLQbt1PYDTPsampx4t1A", "youtube:id:UCGdrLQbt1PYDTPsampx4t1A"),
        ("Zalo OA", "1234567890123456", "zalo:id:1234567890123456"),
        ("Trang thông tin điện tử", "lapvo.dongthap.gov.vn", "website:lapvo.dongthap.gov.vn"),
        ("mastodon", "lapvo@mastodon.social", "mastodon:@lapvo@mastodon.social"),
    ],
)
def test_a_platform_and_a_handle_make_a_link(platform: str, handle: str, identity: str) -> None:
    known = links_meant.platform(platform)
    assert known is not None
    link = links_meant.by_handle(known, handle)
    assert link is not None
    assert canonicalise(link).key == identity


def test_what_makes_no_link() -> None:
    assert links_meant.platform("MySpace") is None
    assert links_meant.by_handle("facebook", "@") is links_meant.by_handle("mastodon", "lapvo") is None
    assert links_meant.by_id("tiktok", "1") is links_meant.by_id("facebook", "no number") is None
    assert links_meant.by_id("facebook", "100064512345678") is not None


@pytest.mark.parametrize("value", ["=1+1", "+84 277", "-1", "@cmd", "'=1+1", "=HYPERLINK(1)"])
def test_what_begins_like_a_formula_is_an_error_at_its_cell(value: str) -> None:
    row = Row(2, {"agency_code": "T82", "display_name": value, "handle": "@lapvo"})
    look_over([row], ACCOUNTS, free=frozenset({"handle"}))
    assert [(error.code, error.field) for error in row.errors] == [("formula", "display_name")]


@pytest.mark.parametrize("value", ["UBND xã L?p Vò", "?y ban nhân dân", "xã ??ng Tháp"])
def test_letters_that_a_code_page_lacked_are_missed(value: str) -> None:
    row = Row(2, {"agency_code": "T82", "display_name": value})
    look_over([row], ACCOUNTS)
    assert [(error.code, error.field) for error in row.errors] == [("letters-lost", "display_name")]


def test_other_question_marks_are_none_of_them() -> None:
    link = "facebook.com/profile.php?id=1"
    row = Row(2, {"agency_code": "T82", "display_name": "Bạn hỏi? Xã trả lời", "url": link})
    look_over([row], ACCOUNTS)
    assert row.errors == []


def test_no_heading_means_two_fields() -> None:
    for fields in FIELDS.values():
        folded = [
            fold(heading)
            for field in fields
            for heading in (field.name, *field.heading, *field.also, *field.instead)
        ]
        assert {each for each in folded if folded.count(each) > 1} <= {fold(field.name) for field in fields}
        by_heading: dict[str, str] = {}
        for field in fields:
            for heading in (field.name, *field.heading, *field.also, *field.instead):
                assert by_heading.setdefault(fold(heading), field.name) == field.name, heading


def test_every_finding_speaks_both_languages() -> None:
    for code, text in SAYS.items():
        assert text.vi != text.en
        assert Finding(code).stored()["vi"] == text.vi
