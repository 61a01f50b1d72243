"""Vietnamese from before Unicode is told from Unicode, and from the two ways apart."""

import subprocess
import unicodedata
from shutil import which

import pytest

from services.registry.agencies.gazetteer import read_units
from services.registry.imports.reading.legacy import from_tcvn3, from_vni, is_syllable, recognise

CASES = [
    ("Ủy ban nhân dân xã Lấp Vò", "ñy ban nh©n d©n x· LÊp Vß", "UÛy ban nhaân daân xaõ Laáp Voø"),
    ("Sở Giáo dục và Đào tạo tỉnh Đồng Tháp", "Së Gi¸o dôc vµ §µo t¹o tØnh §ång Th¸p", None),
    ("Đồng Tháp", "§ång Th¸p", "Ñoàng Thaùp"),
    ("phường Mỹ Trà", "ph­êng Mü Trµ", "phöôøng Myõ Traø"),
    ("thị xã Tịnh Biên", "thÞ x· TÞnh Biªn", "thò xaõ Tònh Bieân"),
    ("Người phụ trách quỹ", "Ng­êi phô tr¸ch quü", "Ngöôøi phuï traùch quyõ"),
]


@pytest.mark.parametrize(("text", "tcvn3", "vni"), CASES)
def test_what_was_meant_is_read(text: str, tcvn3: str, vni: str | None) -> None:
    assert from_tcvn3(tcvn3).lower() == text.lower()
    assert recognise([tcvn3]) == "tcvn3"
    if vni:
        assert from_vni(vni) == text
        assert recognise([vni]) == "vni"
    assert recognise([text]) is None


@pytest.mark.parametrize(
    ("vni", "text"),
    [("LAÁP VOØ", "LẤP VÒ"), ("ÑOÀNG THAÙP", "ĐỒNG THÁP"), ("Ñaêk Laék", "Đăk Lắk"), ("Kyø Sôn", "Kỳ Sơn")],
)
def test_vni_keeps_capitals(vni: str, text: str) -> None:
    assert from_vni(vni) == text


def test_tcvn3_in_a_font_of_capitals_is_read_as_capitals() -> None:
    assert from_tcvn3("TH¸P m­êi") == "THÁP mười"


def test_an_ambiguous_word_goes_with_its_column() -> None:
    assert recognise(["sè", "mét"]) is None
    assert recognise(["sè", "mét", "x· LÊp Vß"]) == "tcvn3"
    assert recognise(["số một", "xã Lấp Vò", "sè"]) is None


def test_foreign_names_are_left_alone() -> None:
    assert recognise(["Café de Flore", "Zürich", "Škoda", "Ærø", "Ångström"]) is None
    assert recognise([]) is None
    assert recognise(["UBND xa Lap Vo"]) is None


def test_names_of_real_units_are_vietnamese() -> None:
    """Names of other peoples' places aside, whoever is in the gazetteer is spelled in syllables."""
    names = [unit.unit_name for unit in read_units()]
    assert recognise(names) is None
    words = [word for name in names for word in name.replace("-", " ").split() if not word.isascii()]
    assert sum(is_syllable(word) for word in words) > 0.99 * len(words)
    for letters in range(20):
        assert recognise(names[letters * 500 : letters * 500 + 3]) is None


@pytest.mark.skipif(which("iconv") is None, reason="iconv is not there")
def test_the_table_of_tcvn3_agrees_with_another() -> None:
    letters = "\n".join(chr(code) for code in range(0xA1, 0x100) if from_tcvn3(chr(code)) != chr(code))
    command = ["iconv", "-f", "TCVN", "-t", "UTF-8"]
    done = subprocess.run(  # noqa: S603 - what is run is written here
        command, input=letters.encode("latin-1"), capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this iconv does not know TCVN")
    # It makes letters of two code points of some.
    assert unicodedata.normalize("NFC", done.stdout.decode()) == from_tcvn3(letters)
    assert len(letters.split()) == 73  # of 74: ý has kept its place
