"""The closed list of harms: harm-based, viewpoint-neutral, without an "other".

Each harm says what must be shown, what is refused, and what a reporter can do at once. Adding one
needs an ADR and changes the test that pins the list. Nothing here concerns opinions, criticism or
the sources people read, and nothing here is about a person's conduct.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from shared.problems import Text
from shared.schemas import Line, Schema

Deception = Literal["uses_name_and_emblem", "asks_money", "asks_data", "false_announcement"]
TakeoverSign = Literal["lost_access", "foreign_posts", "changed_contact"]


class ImpersonationFacts(Schema):
    """What shows that somebody claims to *be* an agency, and deceives by it."""

    claim: Annotated[
        Line,
        Field(
            max_length=500,
            description="The claim to be the agency, quoted word for word.",
            examples=["Trang chính thức của UBND xã Lấp Vò"],
        ),
    ]
    deception: Annotated[
        list[Deception],
        Field(
            min_length=1,
            max_length=4,
            description="What the impostor does with it.",
            examples=[["asks_money"]],
        ),
    ]


class TakeoverFacts(Schema):
    """What shows that an official account is in other hands."""

    signs: Annotated[list[TakeoverSign], Field(min_length=1, max_length=3, examples=[["lost_access"]])]


@dataclass(frozen=True)
class Harm:
    """One entry of the closed list."""

    code: str
    name: Text
    must_be_shown: Text
    refused: Text
    example: Text
    counter_example: Text
    answer_within: timedelta
    """From receipt to triage."""
    what_to_do_now: tuple[Text, ...]


IMPERSONATION_AGENCY = Harm(
    code="impersonation_agency",
    name=Text("Giả mạo cơ quan", "Impersonation of an agency"),
    must_be_shown=Text(
        "Lời tự nhận là cơ quan (trích nguyên văn) và một hành vi lừa dối.",
        "The quoted claim to be the agency, and a deceptive act.",
    ),
    refused=Text(
        "Trang châm biếm ghi rõ, phê bình, phản ánh, trang người hâm mộ, báo chí, cộng đồng.",
        "Labelled parody, criticism, complaints, fan pages, press and community pages.",
    ),
    example=Text(
        "Trang tự xưng “Công an xã …” yêu cầu chuyển tiền để cấp định danh.",
        "A page calling itself “Police of … commune” asks for money to issue an identity.",
    ),
    counter_example=Text(
        "Nhóm “Phản ánh của người dân xã …” chê trách việc sửa đường.",
        "A group “Complaints of residents of …” that criticises road works.",
    ),
    answer_within=timedelta(hours=24),
    what_to_do_now=(
        Text(
            "Đừng nhắn tin, chuyển tiền hay cung cấp thông tin cho trang đó.",
            "Do not message, pay or give data to that page.",
        ),
        Text(
            "Nếu đã chuyển tiền, gọi ngay ngân hàng của bạn và trình báo công an nơi gần nhất.",
            "If you have paid, call your bank at once and report to the nearest police.",
        ),
        Text(
            "Kiểm tra trang thật của cơ quan bằng công cụ xác minh trước khi liên hệ.",
            "Verify the agency's real page before you contact it.",
        ),
    ),
)

ACCOUNT_TAKEOVER = Harm(
    code="account_takeover",
    name=Text("Chiếm quyền tài khoản chính thức", "Takeover of an official account"),
    must_be_shown=Text(
        "Tài khoản có trong sổ và dấu hiệu mất quyền kiểm soát.",
        "An account of the registry, and a sign that control was lost.",
    ),
    refused=Text("Tài khoản không có trong sổ.", "Accounts that are not in the registry."),
    example=Text(
        "Trang của xã đăng bài mời đầu tư; quản trị viên không đăng nhập được.",
        "A commune's page posts an investment offer; its administrators cannot log in.",
    ),
    counter_example=Text(
        "Bài đăng của cơ quan mà người đọc không đồng tình.",
        "A post by the agency that a reader disagrees with.",
    ),
    answer_within=timedelta(hours=4),
    what_to_do_now=(
        Text(
            "Cơ quan quản lý trang: đổi mật khẩu thư điện tử quản trị và dùng kênh khôi phục của nền tảng.",
            "Holders: change the administrators' e-mail passwords and use the platform's recovery channel.",
        ),
        Text(
            "Đừng bấm liên kết hay chuyển tiền theo các bài đăng mới của trang.",
            "Do not follow links or pay because of new posts on the page.",
        ),
    ),
)

HARMS: dict[str, Harm] = {harm.code: harm for harm in (IMPERSONATION_AGENCY, ACCOUNT_TAKEOVER)}
