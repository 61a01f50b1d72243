"""The gazetteer file as its reader gives it: complete, consistent, and right where it was checked by hand."""

import gzip
import re
import unicodedata
from collections import Counter
from datetime import date
from importlib import resources

import pytest

from services.registry.agencies.gazetteer import Unit, read_units

REFORM = date(2025, 7, 1)
CODE = {
    ("T", "province"): r"T(\d{2})",
    ("T", "commune"): r"T\d{2}\.X(\d{5})",
    ("L", "province"): r"L(\d{2})",
    ("L", "district"): r"L\d{2}\.H(\d{3})",
    ("L", "commune"): r"L\d{2}\.H\d{3}\.X(\d{5})",
}


@pytest.fixture(scope="module")
def units() -> list[Unit]:
    return read_units()


@pytest.fixture(scope="module")
def by_code(units: list[Unit]) -> dict[str, Unit]:
    return {unit.code: unit for unit in units}


def predecessors(units: list[Unit], code: str) -> set[str]:
    return {unit.unit_name for unit in units if unit.level == "commune" and code in unit.successors}


def test_the_numbers_of_units_are_the_official_ones(units: list[Unit]) -> None:
    assert Counter((unit.code[0], unit.level) for unit in units) == {
        ("T", "province"): 34,
        ("T", "commune"): 3321,
        ("L", "province"): 63,
        ("L", "district"): 696,
        ("L", "commune"): 10035,
    }


def test_codes_are_unique_and_end_in_the_area_code(units: list[Unit], by_code: dict[str, Unit]) -> None:
    assert len(by_code) == len(units)
    for unit in units:
        match = re.fullmatch(CODE[unit.code[0], unit.level], unit.code)
        assert match is not None, unit.code
        assert match[1] == unit.area_code


def test_parents_come_before_their_children_one_level_above(units: list[Unit]) -> None:
    level_above = {"T": {"commune": "province"}, "L": {"district": "province", "commune": "district"}}
    seen: dict[str, str] = {}
    for unit in units:
        if unit.parent_code is None:
            assert unit.level == "province"
        else:
            assert seen[unit.parent_code] == level_above[unit.code[0]][unit.level]
            assert unit.code.startswith(f"{unit.parent_code}.")
        seen[unit.code] = unit.level


def test_units_in_force_come_first_so_that_successors_are_known(units: list[Unit]) -> None:
    assert [unit.code[0] for unit in units] == sorted((unit.code[0] for unit in units), reverse=True)


def test_validity_turns_on_the_day_of_the_reform(units: list[Unit]) -> None:
    for unit in units:
        expected = (REFORM, None) if unit.code[0] == "T" else (None, REFORM)
        assert (unit.valid_from, unit.valid_to) == expected, unit.code


def test_every_former_unit_has_successors_in_force_and_no_other_has(
    units: list[Unit], by_code: dict[str, Unit]
) -> None:
    for unit in units:
        assert bool(unit.successors) == (unit.valid_to is not None), unit.code
        assert list(unit.successors) == sorted(set(unit.successors))
        successor_level = "province" if unit.level == "province" else "commune"
        for code in unit.successors:
            assert by_code[code].valid_to is None
            assert by_code[code].level == successor_level


def test_every_unit_in_force_succeeds_a_former_one_of_its_level(units: list[Unit]) -> None:
    # Five special zones grew from island districts that had no communes.
    succeeded = {(unit.level, code) for unit in units for code in unit.successors}
    without = [
        unit.code for unit in units if unit.valid_to is None and (unit.level, unit.code) not in succeeded
    ]
    assert without == ["T31.X11948", "T44.X19742", "T48.X20333", "T51.X21548", "T79.X26732"]
    assert all(("district", code) in succeeded for code in without)


def test_successors_of_a_district_are_those_of_its_communes(
    units: list[Unit], by_code: dict[str, Unit]
) -> None:
    of_communes: dict[str, set[str]] = {}
    for unit in units:
        if unit.level == "commune" and unit.parent_code and unit.valid_to:
            of_communes.setdefault(unit.parent_code, set()).update(unit.successors)
    assert len(of_communes) == 696 - 5
    for district, successors in of_communes.items():
        assert set(by_code[district].successors) == successors


def test_successors_lie_in_the_province_that_succeeds_the_old_one(
    units: list[Unit], by_code: dict[str, Unit]
) -> None:
    for unit in units:
        if unit.level != "province" and unit.valid_to:
            (province,) = by_code[unit.code.partition(".")[0]].successors
            assert {by_code[code].parent_code for code in unit.successors} == {province}


def test_area_code_91_was_kien_giang_and_is_an_giang(by_code: dict[str, Unit]) -> None:
    assert by_code["L91"].unit_name == "tỉnh Kiên Giang"
    assert by_code["T91"].unit_name == by_code["L89"].unit_name == "tỉnh An Giang"
    assert by_code["L91"].successors == by_code["L89"].successors == ("T91",)


def test_a_commune_code_can_pass_to_another_place_of_the_same_province(by_code: dict[str, Unit]) -> None:
    assert by_code["L01.H019.X00634"].unit_name == "phường Đại Mỗ"
    assert by_code["T01.X00634"].unit_name == "phường Tây Mỗ"
    assert by_code["T01.X00637"].unit_name == "phường Đại Mỗ"


def test_merged_provinces(by_code: dict[str, Unit]) -> None:
    for code in ("L82", "L87"):  # Tiền Giang, Đồng Tháp
        assert by_code[code].successors == ("T82",)
    for code in ("L74", "L77", "L79"):  # Bình Dương, Bà Rịa - Vũng Tàu, Hồ Chí Minh
        assert by_code[code].successors == ("T79",)
    assert by_code["L01"].successors == ("T01",)


def test_the_district_of_lap_vo(by_code: dict[str, Unit]) -> None:
    district = by_code["L87.H875"]
    assert district.name == "Ủy ban nhân dân huyện Lấp Vò"
    assert [by_code[code].unit_name for code in district.successors] == [
        "xã Lấp Vò",
        "xã Mỹ An Hưng",
        "xã Tân Khánh Trung",
        "xã Lai Vung",  # took Định An and Định Yên
    ]


def test_a_merger(units: list[Unit], by_code: dict[str, Unit]) -> None:
    assert by_code["T82.X30169"].unit_name == "xã Lấp Vò"
    assert predecessors(units, "T82.X30169") == {
        "thị trấn Lấp Vò",
        "xã Vĩnh Thạnh",
        "xã Bình Thành",
        "xã Bình Thạnh Trung",
    }


def test_a_split(units: list[Unit], by_code: dict[str, Unit]) -> None:
    assert {by_code[code].unit_name for code in by_code["L01.H019.X00634"].successors} == {
        "phường Dương Nội",
        "phường Đại Mỗ",
        "phường Hà Đông",
        "phường Tây Mỗ",
        "phường Xuân Phương",
    }
    split = [unit for unit in units if unit.level == "commune" and len(unit.successors) > 1]
    assert len(split) == 442


def test_namesakes_of_a_new_province_do_not_share_successors(by_code: dict[str, Unit]) -> None:
    # The source matched names: each of these pairs had the successors of both.
    assert by_code["L72.H703.X25462"].unit_name == by_code["L80.H794.X27691"].unit_name == "Phường 4"
    assert by_code["L72.H703.X25462"].successors == ("T80.X25459",)  # Tân Ninh
    assert by_code["L80.H794.X27691"].successors == ("T80.X27694",)  # Long An, 90 km away
    assert by_code["L93.H937.X31480"].unit_name == by_code["L94.H946.X31669"].unit_name == "xã Long Phú"
    assert by_code["L93.H937.X31480"].successors == ("T92.X31480",)  # Long Phú 1
    assert by_code["L94.H946.X31669"].successors == ("T92.X31639",)  # Long Phú


def test_no_two_namesakes_lead_to_the_same_commune(units: list[Unit]) -> None:
    communes = [unit for unit in units if unit.level == "commune"]
    links = Counter((unit.unit_name, code) for unit in communes for code in unit.successors)
    assert [link for link, times in links.items() if times > 1] == []


def test_a_part_that_the_dataset_lacks_was_added(by_code: dict[str, Unit]) -> None:
    assert [by_code[code].unit_name for code in by_code["L01.H250.X09013"].successors] == [
        "xã Yên Lãng",
        "xã Tiến Thắng",
        "xã Mê Linh",
        "xã Ô Diên",
    ]


def test_names(by_code: dict[str, Unit]) -> None:
    names = {
        "T82.X30169": "xã Lấp Vò",
        "T82": "tỉnh Đồng Tháp",
        "T01": "thành phố Hà Nội",
        "T79": "Thành phố Hồ Chí Minh",
        "T48.X20333": "đặc khu Hoàng Sa",
        "L79.H760": "Quận 1",
        "L01.H001": "quận Ba Đình",
        "L12.H107.X03442": "xã Pa Ủ",
        "T68.X24823": "Phường 1 Bảo Lộc",
    }
    for code, unit_name in names.items():
        assert by_code[code].unit_name == unit_name
        assert by_code[code].name == f"Ủy ban nhân dân {unit_name}"
        assert by_code[code].short_name == f"UBND {unit_name}"


def test_all_text_is_nfc_and_begins_with_a_kind_of_unit(units: list[Unit]) -> None:
    kinds = {
        ("T", "province"): ("tỉnh ", "thành phố "),
        ("T", "commune"): ("xã ", "phường ", "đặc khu "),
        ("L", "province"): ("tỉnh ", "thành phố "),
        ("L", "district"): ("huyện ", "quận ", "thị xã ", "thành phố "),
        ("L", "commune"): ("xã ", "phường ", "thị trấn "),
    }
    for unit in units:
        for name in filter(None, (unit.unit_name, unit.former_unit_name)):
            assert unicodedata.is_normalized("NFC", name + unit.name + unit.short_name)
            assert name.lower().startswith(kinds[unit.code[0], unit.level]), unit.code
            assert " ".join(name.split()) == name


def test_units_renamed_since_the_reform_keep_code_and_former_name(
    units: list[Unit], by_code: dict[str, Unit]
) -> None:
    renamed = [unit for unit in units if unit.renamed_on]
    assert Counter(unit.renamed_on for unit in renamed) == {
        date(2026, 4, 30): 11,  # Đồng Nai and ten of its communes
        date(2026, 9, 1): 1,  # Quảng Ninh
        date(2026, 9, 20): 13,  # Bắc Ninh and twelve of its communes
    }
    assert [unit for unit in units if unit.former_unit_name] == renamed
    assert by_code["T75"].former_unit_name == "tỉnh Đồng Nai"
    assert by_code["T75"].unit_name == "thành phố Đồng Nai"
    assert by_code["T75.X26368"].former_unit_name == "xã Long Thành"
    assert by_code["T75.X26368"].unit_name == "phường Long Thành"


def test_the_file_is_small_reproducible_and_carries_its_licence() -> None:
    packed = resources.files("services.registry.agencies").joinpath("gazetteer.csv.gz").read_bytes()
    assert len(packed) < 400_000
    # RFC 1952: no flags (so no file name), and the modification time is zero.
    assert packed[3:8] == bytes(5)
    assert "Copyright (c) 2025 Tran Ngoc Minh Hieu" in gzip.decompress(packed).decode()
