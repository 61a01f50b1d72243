"""`/v1/verify`: is this page real? Open to everybody, remembered by nobody.

The answers are made from memory, without a database session, and leave as they are: checking each of them again against
its own model would cost more than finding it.
"""

import asyncio
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response

from services.registry.policy import POLICY
from services.registry.verify import service
from services.registry.verify.live import LiveIndex
from services.registry.verify.schemas import Verification, Verifications, VerifyItem, VerifyRequest
from shared.auth import Actor
from shared.problems import Invalid, Unavailable, preferred_language, responses
from shared.schemas import Link

router = APIRouter(prefix="/v1/verify", tags=["verify"], responses=responses(Invalid, Unavailable))


_SLICE = 50  # links of one request between which other requests get their turn


@router.get("", operation_id="verifyLink", summary="Verify a link", response_model=Verification)
async def verify_link(
    request: Request,
    _: Annotated[Actor | None, POLICY.allow("verify.one")],
    url: Annotated[
        Link, Query(description="The link as found.", examples=["https://m.facebook.com/ubndxalapvo/"])
    ],
) -> Response:
    """Whether a link is an agency's official account. The link is neither stored nor logged."""
    live: LiveIndex = request.app.state.verification
    index, language = await live.current(), preferred_language(request.headers.get("accept-language"))
    return _unstored(service.verify(index, url, language, live.as_of))


@router.post("", operation_id="verifyLinks", summary="Verify many links", response_model=Verifications)
async def verify_links(
    body: VerifyRequest,
    request: Request,
    _: Annotated[Actor | None, POLICY.allow("verify.many")],
) -> Response:
    """Up to 1,000 links, answered in their order. One that names no account is `unknown`, no more."""
    live: LiveIndex = request.app.state.verification
    index, language = await live.current(), preferred_language(request.headers.get("accept-language"))
    items = []
    for number, item in enumerate(body.items):
        link, shown = (item.url, item.display_name) if isinstance(item, VerifyItem) else (item, None)
        items.append(service.verify(index, link, language, live.as_of, shown))
        if number % _SLICE == _SLICE - 1:
            await asyncio.sleep(0)
    return _unstored({"items": items})


def _unstored(answer: dict[str, Any]) -> Response:
    return Response(
        orjson.dumps(answer, option=orjson.OPT_UTC_Z),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
