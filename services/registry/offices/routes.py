"""`/v1/offices`: the public offices that can have an account of their own."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from services.registry.offices.catalogue import OFFICES, OfficeCode
from services.registry.policy import POLICY
from shared.auth import Actor
from shared.pagination import Page
from shared.problems import Language
from shared.schemas import Schema

router = APIRouter(prefix="/v1/offices", tags=["offices"])


class OfficeRead(Schema):
    """One entry of the closed list."""

    code: OfficeCode = Field(examples=["commune_chair"])
    title: str = Field(examples=["Chủ tịch Ủy ban nhân dân xã"])
    levels: list[str] = Field(description="Levels of the agencies that have it.", examples=[["commune"]])


@router.get("", operation_id="listOffices", summary="The closed list of offices")
async def list_offices(
    _: Annotated[Actor | None, POLICY.allow("offices.list")], language: Language
) -> Page[OfficeRead]:
    """Whose holders can enrol an account of the office. No account is ever registered of a private person."""
    return Page(
        items=[
            OfficeRead(code=office.code, title=office.title.in_language(language), levels=list(office.levels))
            for office in OFFICES.values()
        ],
        next_cursor=None,
    )
