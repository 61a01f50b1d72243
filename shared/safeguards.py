"""The register of every place where free text can be kept (docs/principles.md, 7), behind `GET /v1/safeguards`.

A test walks all tables and all request bodies and fails on a text, JSON or binary field that is not
listed: nobody adds a comment box about people without it being seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from shared.auth import ROLES, Actor
from shared.messaging.tables import AUDIENCES
from shared.policy import Policy
from shared.problems import Language, Text
from shared.schemas import Schema
from shared.tenancy import LEVELS


@dataclass(frozen=True)
class FreeField:
    """One kind of free text: where it stands, what for, who reads it, and when it goes."""

    places: tuple[str, ...]
    """`table.column` of storage and `Model.field` of request bodies."""
    purpose: Text
    max_length: int
    """In characters; 0 where the length is bounded by what it encloses."""
    readers: Text
    retention: Text


class FieldRead(Schema):
    """An entry of the register."""

    places: list[str] = Field(examples=[["outbox.envelope"]])
    purpose: str = Field(examples=["Sự kiện: mã và từ đóng, không có văn bản tự do"])
    max_length: int = Field(examples=[0])
    readers: str = Field(examples=["Cơ quan có quyền với sự kiện"])
    retention: str = Field(examples=["30 ngày"])


class Safeguards(Schema):
    """What this service can hold, and nothing else."""

    fields: list[FieldRead]
    lists: dict[str, list[str]] = Field(examples=[{"harms": ["impersonation_agency", "account_takeover"]}])


_EVERYBODY = Text("Mọi người", "Everybody")
_OPERATORS = Text("Chỉ hệ thống", "The system alone")
_WHILE_REGISTERED = Text("Khi còn trong sổ", "As long as it is registered")
_THIRTY_DAYS = Text("30 ngày", "30 days")

COMMON: tuple[FreeField, ...] = (
    FreeField(
        ("agencies.name", "agencies.short_name", "agencies.successors"),
        Text("Tên cơ quan và cơ quan kế thừa", "Names of agencies, and their successors"),
        255,
        _EVERYBODY,
        _WHILE_REGISTERED,
    ),
    FreeField(
        ("outbox.envelope", "outbox.state_subject"),
        Text(
            "Sự kiện: mã và từ đóng, không có văn bản tự do", "Events: ids and closed words, never free text"
        ),
        0,
        Text("Cơ quan có quyền với sự kiện", "Agencies entitled to the event"),
        _THIRTY_DAYS,
    ),
    FreeField(
        ("idempotency_keys.scope", "idempotency_keys.request", "idempotency_keys.answer"),
        Text(
            "Để yêu cầu gửi lại chỉ được thực hiện một lần; niêm phong bằng khoá của người gửi",
            "That a repeated request is done once; sealed under the sender's own key",
        ),
        0,
        _OPERATORS,
        Text("24 giờ", "24 hours"),
    ),
    FreeField(
        ("dead_letters.subject",),
        Text("Kiểu của sự kiện không xử lý được", "Type of an event that could not be handled"),
        128,
        _OPERATORS,
        _THIRTY_DAYS,
    ),
    FreeField(
        ("audit.actor_issuer", "audit.actor_subject"),
        Text(
            "Nhật ký kiểm toán: ai đã làm gì với hồ sơ nào; chỉ mã và từ đóng",
            "The audit log: who did what to which record; ids and closed words alone",
        ),
        255,
        Text(
            "Quản trị viên của cơ quan và cấp trên, từng hồ sơ một; mỗi lần xem đều được ghi",
            "Administrators of the agency and of those above it, one record at a time; each look is recorded",
        ),
        Text("Không xoá: nhật ký chỉ được ghi thêm", "Not deleted: the log is only ever added to"),
    ),
    FreeField(
        ("audit_seals.hash",),
        Text("Chuỗi băm của nhật ký kiểm toán", "The chain of hashes over the audit log"),
        0,
        Text("Mọi người, khi được công bố", "Everybody, as it is published"),
        Text("Không xoá: nhật ký chỉ được ghi thêm", "Not deleted: the log is only ever added to"),
    ),
    FreeField(
        ("memberships.roles",),
        Text("Vai trò của một thành viên trong cơ quan", "A member's roles in an agency"),
        16,
        Text(
            "Quản trị viên của cơ quan và cấp trên, và chính thành viên đó, tại registry",
            "Administrators of the agency and of those above it, and the member, in the registry",
        ),
        Text(
            "Không xoá: tư cách đã kết thúc có ngày kết thúc", "Not deleted: one that ended has its last day"
        ),
    ),
)

COMMON_LISTS: dict[str, tuple[str, ...]] = {
    "agency_levels": LEVELS,
    "audiences": AUDIENCES,
    "roles": tuple(sorted(ROLES)),
}


def router(policy: Policy, fields: Sequence[FreeField], lists: Mapping[str, Sequence[str]]) -> APIRouter:
    """The route `GET /v1/safeguards`. The service's policy needs a rule `safeguards.read`."""
    routes = APIRouter(tags=["safeguards"])

    @routes.get("/v1/safeguards", operation_id="readSafeguards", summary="What this service can hold")
    async def read_safeguards(
        _: Annotated[Actor | None, policy.allow("safeguards.read")], language: Language
    ) -> Safeguards:
        """Every place of free text with its purpose, length, readers and retention, and the closed lists."""
        return Safeguards(
            fields=[
                FieldRead(
                    places=list(field.places),
                    purpose=field.purpose.in_language(language),
                    max_length=field.max_length,
                    readers=field.readers.in_language(language),
                    retention=field.retention.in_language(language),
                )
                for field in fields
            ],
            lists={name: list(words) for name, words in lists.items()},
        )

    return routes
