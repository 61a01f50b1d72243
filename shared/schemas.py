"""What every request and response body has in common."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.shapes import shaped

_REFERENCE = shaped(
    r"^[!-~]+$", "Chỉ gồm ký tự ASCII, không có dấu cách.", "ASCII characters only, without spaces."
)


class Schema(BaseModel):
    """Base of request and response bodies: unknown fields are refused."""

    # Inputs stay out of error texts, and so out of logs.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Change(Schema):
    """Base of the bodies that change something."""

    expected_version: Annotated[int, Field(ge=1, le=1_000_000_000, strict=True)] | None = Field(
        None,
        description="The `version` you read: the change is made to that one only, else 412.",
        examples=[None],
    )


class Creation(Schema):
    """Base of the bodies that create something."""

    client_reference: Annotated[str, StringConstraints(pattern=_REFERENCE, max_length=255)] | None = Field(
        None,
        description="A reference of your own, new for each request: repeating the request with it is safe. "
        "Does what the header `Idempotency-Key` does. Not kept beyond a day, and shown to nobody.",
        examples=[None],
    )


_MISLEADING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def _refuse_control(text: str, *, allowed: str = "") -> str:
    # PostgreSQL cannot hold NUL, XML neither U+FFFE nor U+FFFF (1.0 §2.2), and the other control characters (as
    # well as the characters that reorder text) only ever serve to mislead a reader.
    for character in text:
        if unicodedata.category(character) in _MISLEADING and character not in allowed:
            raise ValueError("control-character")
        if character in "\ufffe\uffff":
            raise ValueError("control-character")
    return text


def _one_line(text: str) -> str:
    return _refuse_control(unicodedata.normalize("NFC", text))


def _paragraphs(text: str) -> str:
    # U+200D joins emoji; harmless in running text.
    return _refuse_control(unicodedata.normalize("NFC", text), allowed="\n\r\t\u2028\u2029\u200d\ufeff")


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_one_line)]
"""One line of text, NFC, without control characters. Give it a `max_length` where it is used."""

Paragraphs = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_paragraphs)]
"""Text with line breaks, NFC. Give it a `max_length` where it is used."""

Link = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2048)]
"""A link as people paste it; `shared.urls` makes sense of it."""

_AGENCY_CODE = shaped(
    r"^[0-9A-Z]+(\.[0-9A-Z]+)*$",
    "Mã cơ quan gồm chữ in hoa và số, cách nhau bằng dấu chấm, như T82.X30169.",
    "An agency's code has capital letters and digits with dots between, such as T82.X30169.",
)
AgencyCode = Annotated[str, StringConstraints(pattern=_AGENCY_CODE, max_length=35)]
"""Code of an agency: dotted, opaque, at most 35 characters of `[0-9A-Z.]`."""
