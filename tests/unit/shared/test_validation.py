"""What is said to whoever sends something that is not valid."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, StringConstraints, ValidationError

from shared import validation
from shared.schemas import AgencyCode


class Named(BaseModel):
    """One of two forms of the same thing."""

    name: AgencyCode


class Body(BaseModel):
    """Something to be sent."""

    code: AgencyCode = "T82"
    word: Literal["one", "two", "three"] = "one"
    alternative: Annotated[str, StringConstraints(pattern="^(one|two)$")] = "one"
    odd: Annotated[str, StringConstraints(pattern="^nobody-has-said$")] = "nobody-has-said"
    either: list[Annotated[str, StringConstraints(min_length=1)] | Named] = []
    at: AwareDatetime = datetime.fromisoformat("2026-11-01T00:00:00+07:00")


def said(**sent: Any) -> tuple[str, str]:
    """The one complaint about a body, in both languages."""
    with pytest.raises(ValidationError) as caught:
        Body.model_validate(sent)
    errors = [{**each, "loc": ("body", *each["loc"])} for each in caught.value.errors()]
    (error,) = validation.problem(errors, sent).errors
    return error.detail.vi, error.detail.en


@pytest.mark.parametrize(
    ("sent", "vi", "en"),
    [
        ({"code": "t82"}, "chữ in hoa", "such as T82.X30169"),
        ({"word": "four"}, "'one', 'two', 'three'.", "'one', 'two', 'three'."),
        ({"alternative": "three"}, "Phải là một trong: 'one', 'two'.", "Must be one of: 'one', 'two'."),
        ({"either": ["x", ""]}, "Tối thiểu 1 ký tự.", "1 or more characters."),
        ({"either": [{"name": "?"}]}, "chữ in hoa", "such as T82.X30169"),
        ({"odd": "?"}, "Không đúng dạng.", "Not of the right form."),
        ({"at": "2026-11-01"}, "múi giờ", "offset"),
        ({"at": "2026-11-01T00:00:00"}, "múi giờ", "offset"),
        ({"at": "yesterday"}, "múi giờ", "offset"),
    ],
)
def test_people_are_told_what_to_send(sent: dict[str, str], vi: str, en: str) -> None:
    told = said(**sent)
    assert vi in told[0]
    assert en in told[1]
    assert not re.search(r"[\\^$]| or ", told[0])
