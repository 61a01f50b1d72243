"""Names are found as people type them."""

import pytest

from shared.search import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ủy ban nhân dân xã Lấp Vò", "uy ban nhan dan xa lap vo"),
        ("UBND TỈNH ĐỒNG THÁP", "ubnd tinh dong thap"),
        ("Phường 1 – Thành phố Mỹ Tho", "phuong 1 thanh pho my tho"),
        ("Đ\u0103\u0301k L\u0103\u0301k", "dak lak"),  # typed with separate marks
        ("Kinh & Môn; (cũ)_2", "kinh mon cu 2"),
        ("ＵＢＮＤ ﬁle", "ubnd file"),
        ("' & | ! :* <->", ""),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded
