"""`/v1/harms`: what can be reported, and what is refused."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from services.reports.harms.catalogue import HARMS, Harm, ImpersonationFacts, TakeoverFacts
from services.reports.policy import POLICY
from shared.auth import Actor
from shared.pagination import Page
from shared.problems import Language
from shared.schemas import Schema

router = APIRouter(prefix="/v1/harms", tags=["harms"])

_FACTS: dict[str, type[Schema]] = {
    "impersonation_agency": ImpersonationFacts,
    "account_takeover": TakeoverFacts,
}


class HarmRead(Schema):
    """One entry of the closed list."""

    code: str = Field(examples=["impersonation_agency"])
    name: str = Field(examples=["Giả mạo cơ quan"])
    must_be_shown: str = Field(examples=["Lời tự nhận là cơ quan (trích nguyên văn) và một hành vi lừa dối."])
    refused: str = Field(
        examples=["Trang châm biếm ghi rõ, phê bình, phản ánh, trang người hâm mộ, báo chí, cộng đồng."]
    )
    example: str = Field(examples=["Trang tự xưng “Công an xã …” yêu cầu chuyển tiền để cấp định danh."])
    counter_example: str = Field(examples=["Nhóm “Phản ánh của người dân xã …” chê trách việc sửa đường."])
    answer_within_hours: int = Field(description="Hours from receipt to triage.", examples=[24])
    what_to_do_now: list[str] = Field(
        examples=[["Đừng nhắn tin, chuyển tiền hay cung cấp thông tin cho trang đó."]]
    )
    facts: dict[str, object] = Field(
        description="JSON Schema of `facts` in a report of this harm.",
        examples=[ImpersonationFacts.model_json_schema()],
    )


@router.get("", operation_id="listHarms", summary="The closed list of harms")
async def list_harms(
    _: Annotated[Actor | None, POLICY.allow("harms.list")], language: Language
) -> Page[HarmRead]:
    """Everything that can be reported here. What fits none of these is not this system's business."""
    return Page(items=[_read(harm, language) for harm in HARMS.values()], next_cursor=None)


def _read(harm: Harm, language: str) -> HarmRead:
    return HarmRead(
        code=harm.code,
        name=harm.name.in_language(language),
        must_be_shown=harm.must_be_shown.in_language(language),
        refused=harm.refused.in_language(language),
        example=harm.example.in_language(language),
        counter_example=harm.counter_example.in_language(language),
        answer_within_hours=int(harm.answer_within.total_seconds() // 3600),
        what_to_do_now=[step.in_language(language) for step in harm.what_to_do_now],
        facts=_FACTS[harm.code].model_json_schema(),
    )
