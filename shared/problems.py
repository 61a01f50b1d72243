"""Expected failures, rendered as RFC 9457 `application/problem+json` in Vietnamese or English."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, NamedTuple

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


class Text(NamedTuple):
    """One sentence in the two languages of the API."""

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class FieldError(NamedTuple):
    """What is wrong with one place of a request: a JSON pointer (RFC 6901) and a sentence."""

    pointer: str
    detail: Text


class AppError(Exception):
    """A failure the caller can understand. Subclasses set `status`, `slug`, `title` and `detail`."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[Text]
    default_detail: ClassVar[Text | None] = None
    example_members: ClassVar[Mapping[str, Any]] = {}
    """What else its example in the OpenAPI document has."""

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        """`members` become extension members of the problem (RFC 9457 §3.2)."""
        super().__init__(self.slug)
        self.detail = detail or self.default_detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.members = members

    def body(self, language: str, trace_id: str) -> dict[str, Any]:
        """The problem document in `language` (`vi` or `en`)."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "title": self.title.in_language(language),
            "status": self.status,
        }
        if self.detail:
            document["detail"] = self.detail.in_language(language)
        if self.errors:
            document["errors"] = [
                {"pointer": e.pointer, "detail": e.detail.in_language(language)} for e in self.errors
            ]
        return {**document, **self.members, "trace_id": trace_id}


class BadRequest(AppError):
    status, slug = 400, "bad-request"
    title = Text("Yêu cầu không đọc được", "The request cannot be read")


class Unauthenticated(AppError):
    status, slug = 401, "unauthenticated"
    title = Text("Cần mã truy cập hợp lệ", "A valid access token is needed")

    def __init__(self, detail: Text | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(AppError):
    status, slug = 403, "forbidden"
    title = Text("Không được phép", "Not allowed")


class NotFound(AppError):
    """Also the answer to everything that belongs to somebody else: existence is not disclosed."""

    status, slug = 404, "not-found"
    title = Text("Không tìm thấy", "Not found")


class MethodNotAllowed(AppError):
    status, slug = 405, "method-not-allowed"
    title = Text("Phương thức không được hỗ trợ", "Method not allowed")


class Conflict(AppError):
    status, slug = 409, "conflict"
    title = Text("Xung đột với dữ liệu hiện có", "Conflict with what is recorded")


class IllegalTransition(AppError):
    """The resource's state does not allow the action; `allowed` names the actions that it does."""

    status, slug = 409, "illegal-transition"
    title = Text("Không thể thực hiện ở trạng thái này", "Not possible in this state")
    example_members: ClassVar[Mapping[str, Any]] = {"state": "draft", "allowed": ["submit"]}

    def __init__(self, state: str, allowed: Sequence[str]) -> None:
        super().__init__(
            Text(
                f"Trạng thái hiện tại là “{state}”; các thao tác hợp lệ được nêu trong `allowed`.",
                f"The state is “{state}”; `allowed` lists the actions it permits.",
            ),
            state=state,
            allowed=list(allowed),
        )


class TooLarge(AppError):
    status, slug = 413, "too-large"
    title = Text("Nội dung quá lớn", "The body is too large")


class UriTooLong(AppError):
    status, slug = 414, "uri-too-long"
    title = Text("Địa chỉ quá dài", "The address is too long")


class UnsupportedMediaType(AppError):
    status, slug = 415, "unsupported-media-type"
    title = Text("Kiểu nội dung không được hỗ trợ", "The content type is not supported")
    default_detail = Text(
        "Hãy gửi JSON với Content-Type: application/json.", "Send JSON with Content-Type: application/json."
    )


class Invalid(AppError):
    status, slug = 422, "invalid"
    title = Text("Dữ liệu không hợp lệ", "The data is not valid")
    example_members: ClassVar[Mapping[str, Any]] = {
        "errors": [{"pointer": "/url", "detail": "Thiếu trường bắt buộc."}]
    }

    @classmethod
    def at(cls, pointer: str, detail: Text, **members: Any) -> "Invalid":
        """One error at one place of the body."""
        return cls(detail, errors=[FieldError(pointer, detail)], **members)


class InternalError(AppError):
    status, slug = 500, "internal"
    title = Text("Lỗi hệ thống", "Internal error")
    default_detail = Text(
        "Lỗi đã được ghi lại; hãy báo trace_id cho quản trị hệ thống.",
        "The error has been recorded; give the trace_id to the operators.",
    )


class Unavailable(AppError):
    """The database is away for a moment; nothing was written, and the request can be repeated."""

    status, slug = 503, "unavailable"
    title = Text("Tạm thời gián đoạn", "Temporarily unavailable")

    def __init__(self, detail: Text | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": "1"})


class ProblemError(BaseModel):
    """One error of a problem document."""

    pointer: str = Field(
        description="JSON pointer into the body, or `/query/<name>`, `/path/<name>`.", examples=["/url"]
    )
    detail: str = Field(examples=["Tối thiểu 1 ký tự."])


class Problem(BaseModel):
    """RFC 9457 problem document."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/invalid"])
    title: str = Field(examples=["Dữ liệu không hợp lệ"])
    status: int = Field(examples=[422])
    detail: str | None = None
    errors: list[ProblemError] = []
    trace_id: str = Field(
        description="Give it to the operators when you ask about this answer.",
        examples=["4bf92f3577b34da6a3ce929d0e0e4736"],
    )


def responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI `responses` of a route for the failures it can have."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = by_status.setdefault(error.status, {"description": error.title.en, "content": {}})
        examples = entry["content"].setdefault(MEDIA_TYPE, {"schema": PROBLEM_REF, "examples": {}})[
            "examples"
        ]
        example = {"type": f"/problems/{error.slug}", "title": error.title.vi, "status": error.status}
        if error.default_detail:
            example["detail"] = error.default_detail.vi
        trace = {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"}
        examples[error.slug] = {"value": {**example, **error.example_members, **trace}}
    return by_status


PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}


def preferred_language(accept_language: str | None) -> str:
    """`en` or `vi` by an `Accept-Language` header (RFC 9110 §12.5.4); Vietnamese when it says nothing."""
    best, best_quality = "vi", 0.0
    for item in (accept_language or "")[:200].split(","):
        tag, _, parameter = item.partition(";")
        language = tag.strip().lower().partition("-")[0]
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            continue
        if language in {"vi", "en"} and quality > best_quality:
            best, best_quality = language, quality
    return best


def _request_language(request: Request) -> str:
    return preferred_language(request.headers.get("accept-language"))


Language = Annotated[str, Depends(_request_language)]
"""The language a route answers in, for texts outside problem documents."""
