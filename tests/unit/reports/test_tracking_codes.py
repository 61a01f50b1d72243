"""Tracking codes survive being said, typed and mistyped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reports.tracking.codes import ALPHABET, new_code, normalise
from shared.problems import Invalid

SYMBOLS = 16


def test_a_code_is_read_however_it_was_written() -> None:
    code = new_code()
    bare = code.replace("-", "")
    assert normalise(code) == normalise(code.lower()) == normalise(f"  {bare} ") == bare
    assert len(bare) == SYMBOLS + 1


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    while not {"0", "1"} <= set(code := new_code()):
        pass
    assert normalise(code.replace("0", "o").replace("1", "l")) == code.replace("-", "")


@given(place=st.integers(0, SYMBOLS), other=st.sampled_from(ALPHABET))
def test_every_single_wrong_symbol_is_noticed(place: int, other: str) -> None:
    bare = new_code().replace("-", "")
    if bare[place] == other:
        return
    with pytest.raises(Invalid):
        normalise(bare[:place] + other + bare[place + 1 :])


@pytest.mark.parametrize("junk", ["", "x", "-" * 40, "0" * 16, "0" * 18, "Ắ" * 17, "!" * 17])
def test_junk_is_refused(junk: str) -> None:
    with pytest.raises(Invalid):
        normalise(junk)


def test_codes_do_not_repeat() -> None:
    assert len({new_code() for _ in range(1000)}) == 1000
