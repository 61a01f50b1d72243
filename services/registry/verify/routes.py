"""`/v1/verify`: is this page real? Open to everybody, remembered by nobody."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.registry.policy import POLICY
from services.registry.verify import service
from services.registry.verify.schemas import Verification, Verifications, VerifyItem, VerifyRequest
from shared.auth import Actor
from shared.db import Session
from shared.problems import Invalid, Language, responses
from shared.schemas import Link

router = APIRouter(prefix="/v1/verify", tags=["verify"], responses=responses(Invalid))


@router.get("", operation_id="verifyLink", summary="Verify a link")
async def verify_link(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("verify.one")],
    language: Language,
    response: Response,
    url: Annotated[
        Link, Query(description="The link as found.", examples=["https://m.facebook.com/ubndxalapvo/"])
    ],
) -> Verification:
    """Whether a link is an agency's official account. The link is neither stored nor logged."""
    response.headers["Cache-Control"] = "no-store"
    return (await service.verify(session, [url], language))[0]


@router.post("", operation_id="verifyLinks", summary="Verify many links")
async def verify_links(
    body: VerifyRequest,
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("verify.many")],
    language: Language,
    response: Response,
) -> Verifications:
    """Up to 1,000 links, answered in their order. One that names no account is `unknown`, no more."""
    response.headers["Cache-Control"] = "no-store"
    links = [item.url if isinstance(item, VerifyItem) else item for item in body.items]
    return Verifications(items=await service.verify(session, links, language))
