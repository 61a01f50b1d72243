"""Expected failures, rendered as RFC 9457 `application/problem+json` in Vietnamese or English."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from shared.text import Text as Text  # noqa: PLC0414 - whoever needs problems needs it, too

MEDIA_TYPE = "application/problem+json"


_FOR_PEOPLE = frozenset({403, 409})
"""Statuses of refusals that a person has to read: their answers always have a `detail`."""


class FieldError(NamedTuple):
    """What is wrong with one place of a request: a JSON pointer (RFC 6901) and a sentence."""

    pointer: str
    detail: Text


class AppError(Exception):
    """A failure the caller can understand. Each subclass sets `status`, `slug`, `title` and `advice`."""

    status: ClassVar[int]
    slug: ClassVar[str]
    title: ClassVar[Text]
    advice: ClassVar[Text]
    """Why it happens and what to do, for the page at `/problems/<slug>`."""
    default_detail: ClassVar[Text | None] = None
    retry_after: ClassVar[bool] = False
    """Whether the answer has a `Retry-After`."""
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
        self.detail = detail or self._otherwise()
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

    @classmethod
    def _otherwise(cls) -> Text | None:
        """What is said when nobody has said more: what to do, where that is for somebody to decide."""
        return cls.default_detail or (cls.advice if cls.status in _FOR_PEOPLE else None)

    @classmethod
    def example(cls, language: str) -> dict[str, Any]:
        """A problem document of this type, as documentation shows it."""
        document = {"type": f"/problems/{cls.slug}", "title": cls.title.in_language(language)}
        otherwise = cls._otherwise()
        detail = {"detail": otherwise.in_language(language)} if otherwise else {}
        return {
            **document,
            "status": cls.status,
            **detail,
            **cls.example_members,
            "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        }


class BadRequest(AppError):
    status, slug = 400, "bad-request"
    title = Text("Yêu cầu không đọc được", "The request cannot be read")
    advice = Text(
        "Nội dung không phải JSON hợp lệ, lồng nhau quá sâu, hoặc có quá nhiều tham số; `detail` nói rõ điều nào. "
        "Hãy sửa yêu cầu: gửi lại y nguyên sẽ lại bị từ chối.",
        "The body is not valid JSON or nested too deep, or there are too many parameters; `detail` says which. "
        "Correct the request: the same one will be refused again.",
    )


class Unauthenticated(AppError):
    status, slug = 401, "unauthenticated"
    title = Text("Cần mã truy cập hợp lệ", "A valid access token is needed")
    advice = Text(
        "Thiếu mã truy cập, mã đã hết hạn hoặc không do nơi được tin cậy cấp; `detail` nói rõ điều nào. Hãy xin mã "
        "mới ở nhà cung cấp định danh rồi gửi trong tiêu đề `Authorization: Bearer <mã>`.",
        "The access token is missing, has expired, or is not from the trusted issuer; `detail` says which. Get a "
        "new one from the identity provider and send it as `Authorization: Bearer <token>`.",
    )

    def __init__(self, detail: Text | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(AppError):
    status, slug = 403, "forbidden"
    title = Text("Không được phép", "Not allowed")
    advice = Text(
        "Mã truy cập hợp lệ nhưng không đủ quyền. Nếu có `required_roles`, cần một trong các vai trò đó; nếu có "
        "`successors`, cơ quan của mã đã kết thúc và cần làm việc thay mặt cơ quan kế thừa.",
        "The token is good but does not allow this. With `required_roles`, one of those roles is needed; with "
        "`successors`, the token's agency has ended and a successor has to act.",
    )


class NotFound(AppError):
    """Also the answer to everything that belongs to somebody else: existence is not disclosed."""

    status, slug = 404, "not-found"
    title = Text("Không tìm thấy", "Not found")
    advice = Text(
        "Địa chỉ hoặc mã không tồn tại, hoặc nằm ngoài phạm vi của cơ quan bạn: hai trường hợp được trả lời như "
        "nhau. Hãy kiểm tra lại địa chỉ, mã, và mã truy cập được cấp cho cơ quan nào.",
        "The address or id does not exist, or lies outside your agency's reach: both are answered alike. Check the "
        "address, the id, and for which agency the token was issued.",
    )


class MethodNotAllowed(AppError):
    status, slug = 405, "method-not-allowed"
    title = Text("Phương thức không được hỗ trợ", "Method not allowed")
    advice = Text(
        "Địa chỉ này có, nhưng không nhận phương thức HTTP đã dùng. Tiêu đề `Allow` và tài liệu tại `/docs` cho "
        "biết các phương thức được nhận.",
        "The address exists but does not take this HTTP method. The header `Allow` and the reference at `/docs` "
        "name those it takes.",
    )


class Conflict(AppError):
    status, slug = 409, "conflict"
    title = Text("Xung đột với dữ liệu hiện có", "Conflict with what is recorded")
    advice = Text(
        "Dữ liệu hiện có không cho phép thay đổi này. Hãy đọc lại bản ghi, xem `detail`, rồi quyết định lại.",
        "What is recorded does not permit this change. Read the record again, look at `detail`, and decide anew.",
    )


class IllegalTransition(AppError):
    """The resource's state does not allow the action; `allowed` names the actions that it does."""

    status, slug = 409, "illegal-transition"
    title = Text("Không thể thực hiện ở trạng thái này", "Not possible in this state")
    advice = Text(
        "Trạng thái đã khác với khi bạn đọc, hoặc bước này chưa đến lượt. `state` là trạng thái hiện tại, `allowed` "
        "là các thao tác có thể làm; hãy đọc lại rồi chọn một trong số đó.",
        "The state is no longer what you read, or it is not yet time for this step. `state` is the present one and "
        "`allowed` lists the possible actions; read again and choose one of them.",
    )
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
    advice = Text(
        "Nội dung vượt quá số byte nêu trong `detail`. Hãy chia thành nhiều yêu cầu nhỏ hơn.",
        "The body has more bytes than `detail` permits. Split it into several smaller requests.",
    )


class UriTooLong(AppError):
    status, slug = 414, "uri-too-long"
    title = Text("Địa chỉ quá dài", "The address is too long")
    advice = Text(
        "Đường dẫn cùng tham số vượt quá giới hạn. Để kiểm tra liên kết dài, hãy gửi trong nội dung của "
        "`POST /v1/verify`.",
        "Path and query together are longer than the limit. To verify long links send them in the body of "
        "`POST /v1/verify`.",
    )


class UnsupportedMediaType(AppError):
    status, slug = 415, "unsupported-media-type"
    title = Text("Kiểu nội dung không được hỗ trợ", "The content type is not supported")
    advice = Text(
        "Thêm tiêu đề `Content-Type: application/json` và gửi nội dung JSON bằng UTF-8.",
        "Add the header `Content-Type: application/json` and send JSON in UTF-8.",
    )
    default_detail = Text(
        "Hãy gửi JSON với Content-Type: application/json.", "Send JSON with Content-Type: application/json."
    )


class Invalid(AppError):
    status, slug = 422, "invalid"
    title = Text("Dữ liệu không hợp lệ", "The data is not valid")
    advice = Text(
        "`errors` chỉ ra từng chỗ sai (`pointer`) và vì sao (`detail`). Hãy sửa những chỗ đó rồi gửi lại; chưa có gì "
        "được ghi.",
        "`errors` names each wrong place (`pointer`) and why (`detail`). Correct them and send again; nothing was "
        "written.",
    )
    example_members: ClassVar[Mapping[str, Any]] = {
        "errors": [{"pointer": "/url", "detail": "A required field is missing."}]
    }

    @classmethod
    def at(cls, pointer: str, detail: Text, **members: Any) -> "Invalid":
        """One error at one place of the body."""
        return cls(detail, errors=[FieldError(pointer, detail)], **members)


class RateLimited(AppError):
    """The caller asks more often than the limits allow (`shared.limits`)."""

    status, slug, retry_after = 429, "rate-limited", True
    title = Text("Quá nhiều yêu cầu", "Too many requests")
    advice = Text(
        "Hãy chờ số giây nêu trong tiêu đề `Retry-After` rồi thử lại. Ứng dụng nên dùng mã truy cập, gộp nhiều liên "
        "kết vào một `POST /v1/verify`, và giãn cách các lần gọi. Yêu cầu bị từ chối không được tiếp nhận.",
        "Wait for the seconds in the header `Retry-After`, then try again. Applications should use a token, put "
        "many links into one `POST /v1/verify`, and space their calls. A refused request was not taken in.",
    )

    def __init__(self, seconds: int) -> None:
        """`seconds` until the next request will be taken."""
        super().__init__(
            Text(f"Hãy thử lại sau {seconds} giây.", f"Try again in {seconds} seconds."),
            headers={"Retry-After": str(max(1, seconds))},
        )


class HeadersTooLarge(AppError):
    status, slug = 431, "headers-too-large"
    title = Text("Phần tiêu đề quá lớn", "The headers are too large")
    advice = Text(
        "Yêu cầu có quá nhiều tiêu đề hoặc tiêu đề quá dài. Hãy bỏ cookie và những tiêu đề không cần: dịch vụ không "
        "đọc cookie.",
        "The request has too many headers, or too long ones. Leave out cookies and what is not needed: the service "
        "reads no cookies.",
    )


class InternalError(AppError):
    status, slug = 500, "internal"
    title = Text("Lỗi hệ thống", "Internal error")
    advice = Text(
        "Lỗi của hệ thống, không phải của bạn. Trước khi gửi lại một thay đổi, hãy đọc xem nó đã được ghi chưa. Nếu "
        "vẫn lỗi sau ít phút, hãy báo `trace_id` cho quản trị hệ thống.",
        "A fault of the system, not yours. Before you repeat a change look whether it was made. If it fails again "
        "after a few minutes give `trace_id` to the operators.",
    )
    default_detail = Text(
        "Lỗi đã được ghi lại; hãy báo trace_id cho quản trị hệ thống.",
        "The error has been recorded; give the trace_id to the operators.",
    )


class Unavailable(AppError):
    """The database is away for a moment; nothing was written, and the request can be repeated."""

    status, slug, retry_after = 503, "unavailable", True
    title = Text("Tạm thời gián đoạn", "Temporarily unavailable")
    advice = Text(
        "Hãy thử lại sau số giây nêu trong `Retry-After`. Trước khi gửi lại một thay đổi, hãy đọc xem nó đã được ghi "
        "chưa, trong trường hợp hiếm gặp là kết nối đứt đúng lúc ghi.",
        "Try again after the seconds in `Retry-After`. Before you repeat a change look whether it was made, in the "
        "rare case that the connection broke while it was being written.",
    )

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
        entry = by_status.setdefault(
            error.status,
            {"description": error.title.en, "content": {MEDIA_TYPE: {"schema": PROBLEM_REF, "examples": {}}}},
        )
        entry["content"][MEDIA_TYPE]["examples"][error.slug] = {"value": error.example("en")}
        if error.retry_after:
            entry["headers"] = {"Retry-After": _RETRY_AFTER}
    return by_status


PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
_RETRY_AFTER = {
    "description": "Seconds until it makes sense to try again.",
    "schema": {"type": "integer", "minimum": 1},
}


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


async def _request_language(request: Request) -> str:  # not plain: FastAPI would call that in a thread
    return preferred_language(request.headers.get("accept-language"))


Language = Annotated[str, Depends(_request_language)]
"""The language a route answers in, for texts outside problem documents."""


async def _chosen_language(
    language: Language,
    lang: Annotated[
        Literal["vi", "en"] | None,
        Query(
            description="The language of its words; that of `Accept-Language` when left out.",
            examples=["vi"],
        ),
    ] = None,
) -> str:
    return lang or language


ChosenLanguage = Annotated[str, Depends(_chosen_language)]
"""The same, of files that a link leads to, and links have no headers."""
