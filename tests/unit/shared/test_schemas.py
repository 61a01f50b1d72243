"""Text that everybody can be shown."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.schemas import Line, Paragraphs

LINE: TypeAdapter[str] = TypeAdapter(Line)
PARAGRAPHS: TypeAdapter[str] = TypeAdapter(Paragraphs)


@pytest.mark.parametrize("character", ["\0", "\x1b", "\u202e", "\ufffe", "\uffff"])
def test_what_misleads_or_cannot_be_written_is_refused(character: str) -> None:
    for adapter in (LINE, PARAGRAPHS):
        with pytest.raises(ValidationError):
            adapter.validate_python(f"Lấp{character} Vò")


def test_other_text_is_taken_and_composed() -> None:
    assert LINE.validate_python(" La\u0302\u0301p Vo\u0300 ★ ") == "Lấp Vò ★"
    assert PARAGRAPHS.validate_python("one\ntwo\u200d") == "one\ntwo\u200d"
    with pytest.raises(ValidationError):
        LINE.validate_python("one\ntwo")
