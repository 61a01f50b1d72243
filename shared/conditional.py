"""Answers that need not be sent twice: entity tags, `If-None-Match`, and how long an answer may be kept.

A tag is made of what was read for this very answer, never of the newest number of a counter: numbers are
taken before transactions commit, and commit in another order, so a counter can stand still over a change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any

from fastapi import Header, Response

_TAG_BYTES = 16

IfNoneMatch = Annotated[
    str | None,
    Header(
        alias="If-None-Match",
        max_length=2000,
        description="The `ETag` of what you have: when that is still so, the answer is 304 without content.",
        examples=['"9f86d081884c7d659a2feaa0c55ad015"'],
    ),
]
"""A route's parameter: the tags that the caller has."""

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "What you have is still so."}}
"""For `responses=` of routes that take `IfNoneMatch`."""


@dataclass(frozen=True)
class Keeping:
    """How long anybody may keep an answer without asking again, and which request headers it depends on."""

    seconds: int
    vary: str | None = None

    def headers(self, tag: str) -> dict[str, str]:
        """The headers of an answer, and of a 304 in its place (RFC 9110 §15.4.5)."""
        control = f"public, max-age={self.seconds}" if self.seconds else "public, no-cache"
        return {"ETag": tag, "Cache-Control": control, **({"Vary": self.vary} if self.vary else {})}


def tag_of(content: bytes) -> str:
    """The tag of a content: another one for every other content."""
    return f'"{blake2b(content, digest_size=_TAG_BYTES).hexdigest()}"'


def has(known: str | None, tag: str) -> bool:
    """Whether the caller has what the tag names; tags are compared weakly (RFC 9110 §13.1.2)."""
    tags = [each.strip().removeprefix("W/") for each in (known or "").split(",")]
    return tag.removeprefix("W/") in tags or tags == ["*"]


def unchanged(tag: str, keeping: Keeping) -> Response:
    """304: the caller has it."""
    return Response(status_code=304, headers=keeping.headers(tag))


def answer(
    content: bytes,
    media_type: str,
    known: str | None,
    keeping: Keeping,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The content with its tag, or 304 when the caller has it."""
    tag = tag_of(content)
    if has(known, tag):
        return unchanged(tag, keeping)
    return Response(content, media_type=media_type, headers={**(headers or {}), **keeping.headers(tag)})
