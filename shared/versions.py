"""Changing what one has seen: `ETag` and `If-Match` (RFC 9110 §8.8.3, §13.1.1) over a resource's version."""

import re
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from shared.body import json_body
from shared.problems import AppError, Invalid, Text

_NOT_AN_INTEGER = Text("Phải là số nguyên.", "Must be an integer.")
_STRONG_TAG = re.compile(r'"(\d{1,9})"')


class StaleVersion(AppError):
    """The resource has changed since the caller read it; `version` is the present one."""

    status, slug = 412, "stale-version"
    title = Text("Dữ liệu đã thay đổi", "It has changed since")
    default_detail = Text(
        "Phiên bản bạn đọc không còn mới nhất; hãy đọc lại rồi quyết định.",
        "The version you read is not the latest; read it again and decide.",
    )
    advice = Text(
        "Ai đó đã thay đổi trước bạn; `version` là phiên bản hiện tại và không có gì bị ghi đè. Hãy đọc lại, xem điều "
        "gì đã khác, rồi quyết định và gửi phiên bản mới trong `If-Match`.",
        "Somebody was faster; `version` is the present one, and nothing was overwritten. Read again, see what is "
        "different, decide, and send the new version in `If-Match`.",
    )


class VersionNeeded(AppError):
    """What is approved has to be named: somebody may have put another thing in its place meanwhile (RFC 6585 §3)."""

    status, slug = 428, "version-needed"
    title = Text("Cần nêu phiên bản", "The version is needed")
    default_detail = Text(
        "Hãy gửi phiên bản bạn đã xem trong `If-Match` (hoặc `expected_version`); `*` không đủ.",
        "Send the version that you have seen in `If-Match` (or `expected_version`); `*` will not do.",
    )
    advice = Text(
        "Người đề nghị có thể đã đổi nội dung sau khi bạn xem, nên chỉ phiên bản bạn đã xem mới được duyệt. Hãy đọc "
        "lại, xem điều sẽ được duyệt, rồi gửi `ETag` vừa đọc trong `If-Match`.",
        "Whoever proposed it may have changed it since you looked, so only the version that you have seen is approved. "
        "Read it again, look at what will be approved, and send the `ETag` you read in `If-Match`.",
    )


@dataclass(frozen=True)
class Expected:
    """The versions that a change is meant for; `None` when the caller did not say, which may not do (`is_needed`)."""

    versions: frozenset[int] | None
    is_needed: bool = False

    def require(self, current: int) -> None:
        """Go on only with a version that was meant. Call it with the row locked.

        Raises:
            StaleVersion: it is another one.
            VersionNeeded: the caller did not say, and has to.
        """
        if self.versions is None and self.is_needed:
            raise VersionNeeded(version=current)
        if self.versions is not None and current not in self.versions:
            raise StaleVersion(version=current)


ANY_VERSION = Expected(None)


async def _expected(
    request: Request,
    if_match: Annotated[
        str | None,
        Header(
            max_length=255,
            description="The `ETag` you read: the change is made to that version only, else 412. "
            "`expected_version` in a JSON body does the same.",
            examples=['"3"'],
        ),
    ] = None,
) -> Expected:
    if if_match is not None:
        # What is no tag of ours matches no version; so do weak tags, which never match (RFC 9110 §13.1.1).
        tags = (_STRONG_TAG.fullmatch(each.strip()) for each in if_match.split(","))
        return (
            ANY_VERSION
            if if_match.strip() == "*"
            else Expected(frozenset(int(tag[1]) for tag in tags if tag))
        )
    document = await json_body(request)
    version = document.get("expected_version") if isinstance(document, dict) else None
    if version is None:
        return ANY_VERSION
    if type(version) is not int:
        raise Invalid.at("/expected_version", _NOT_AN_INTEGER)
    return Expected(frozenset({version}))


ExpectedVersion = Annotated[Expected, Depends(_expected)]
"""A route's precondition; hand it to the function that locks the row."""


def tag(response: Response, version: int) -> None:
    """Name the version that an answer shows."""
    response.headers["ETag"] = f'"{version}"'


async def _seen(expected: ExpectedVersion) -> Expected:
    return replace(expected, is_needed=True)


SeenVersion = Annotated[Expected, Depends(_seen)]
"""For approvals of what one person alone can change again: the caller must say which version was seen."""
