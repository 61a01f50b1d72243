"""Keyset pagination: `{"items": [...], "next_cursor": "..."|null}`, newest first unless said otherwise."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import Field

from shared.problems import Invalid, Text
from shared.schemas import Schema

Item = TypeVar("Item")
Row = TypeVar("Row")
_MOST_DIGITS = 18  # fits a bigint

Limit = Annotated[int, Query(ge=1, le=200, description="How many items to return at most.")]
CursorParameter = Annotated[
    str | None,
    Query(
        max_length=200,
        description="`next_cursor` of the page before; opaque.",
        examples=["MDE5YWE3ZjQtMWY2ZS03Y2MzLTlkMGItNWIxYzJmM2E0ZDVl"],
    ),
]


class Page(Schema, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = Field(
        description="Pass it as `cursor` for the next page; null when there is none. Behind a page that happens to "
        "be full, that may be an empty one.",
        examples=["MDE5YWE3ZjQtMWY2ZS03Y2MzLTlkMGItNWIxYzJmM2E0ZDVl"],
    )


def encode_cursor(position: str) -> str:
    """An opaque cursor for a position in the order of the list."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def following(found: Sequence[Row], limit: int, position: Callable[[Row], object]) -> str | None:
    """The cursor behind the last of these rows; None when there were fewer than asked for, so no more."""
    return encode_cursor(str(position(found[-1]))) if len(found) == limit else None


def decode_cursor(cursor: str | None) -> str | None:
    """The position in a cursor, `None` for the first page.

    Raises:
        Invalid: not a cursor this API gave out.
    """
    if cursor is None:
        return None
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise _invalid_cursor() from error
    if not position.isprintable():
        raise _invalid_cursor()
    return position


def decode_id_cursor(cursor: str | None) -> UUID | None:
    """Like `decode_cursor`, for lists in the order of their ids."""
    position = decode_cursor(cursor)
    if position is None:
        return None
    try:
        return UUID(position)
    except ValueError as error:
        raise _invalid_cursor() from error


def decode_number_cursor(cursor: str | None) -> int | None:
    """Like `decode_cursor`, for lists in the order of a number from 0 to 10¹⁸."""
    position = decode_cursor(cursor)
    if position is None:
        return None
    if not position.isascii() or not position.isdigit() or len(position) > _MOST_DIGITS:
        raise _invalid_cursor()
    return int(position)


def _invalid_cursor() -> Invalid:
    return Invalid.at(
        "/query/cursor",
        Text(
            "Con trỏ trang không hợp lệ; hãy dùng next_cursor nhận được.",
            "Not a cursor; use a next_cursor that you received.",
        ),
    )
