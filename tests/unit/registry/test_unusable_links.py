"""What people are told of a link that names no account."""

from typing import get_args

import pytest

from services.registry.accounts.links import WHY_UNUSABLE
from services.registry.verify.explain import advice
from shared.urls.links import Code


@pytest.mark.parametrize("code", get_args(Code))
def test_nobody_is_told_that_what_cannot_be_read_is_not_enrolled(code: str) -> None:
    told = advice("unknown", code)
    assert told != advice("unknown", "not-enrolled")
    for text in (told, WHY_UNUSABLE[code]):
        assert text.vi.strip()
        assert text.en.strip()
        assert text.vi != text.en
