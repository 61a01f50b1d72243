"""`/v1/accounts/{id}/badge.svg`, `…/qr.svg` and `…/qr.png`: signs that lead to the verification."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.registry.policy import POLICY
from services.registry.signs import badge, service
from shared.auth import Actor
from shared.conditional import UNCHANGED, IfNoneMatch, Keeping, answer
from shared.db import Session
from shared.openapi import file_answer
from shared.problems import ChosenLanguage, Invalid, Language, NotFound, responses

router = APIRouter(
    prefix="/v1/accounts/{account_id}", tags=["directory"], responses=responses(NotFound, Invalid) | UNCHANGED
)

# Asked for again each time: a badge must not vouch for a page that was hijacked a minute ago.
_NEVER_STALE = Keeping(seconds=0, vary="Accept-Language")
_DAY = Keeping(seconds=86_400)
_DAY_BY_LANGUAGE = Keeping(seconds=86_400, vary="Accept-Language")
_SVG, _PNG = "image/svg+xml", "image/png"
_NOTHING_ELSE = {"Content-Security-Policy": "default-src 'none'"}


@router.get(
    "/badge.svg",
    operation_id="readAccountBadge",
    summary="Get an account's badge",
    response_class=Response,
    responses=file_answer(_SVG, '<svg xmlns="http://www.w3.org/2000/svg">…</svg>'),
)
async def read_badge(
    account_id: UUID,
    request: Request,
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("accounts.badge")],
    language: ChosenLanguage,
    known: IfNoneMatch = None,
) -> Response:
    """What the register says of the account now, to be shown on the agency's site.

    It names account and agency, as anybody can copy a picture, and links to the verification. No script,
    nothing from elsewhere; readable on light and dark ground and by screen readers.
    """
    account = await service.account(session, account_id)
    link = service.verification(request.app.state.settings.public_base_url, account.url)
    svg, policy = badge.draw(account, language, link)
    headers = {"Content-Language": language, "Content-Security-Policy": policy}
    return answer(svg.encode(), _SVG, known, _NEVER_STALE, headers)


@router.get(
    "/qr.svg",
    operation_id="readAccountQrSvg",
    summary="Get an account's QR code as SVG",
    response_class=Response,
    responses=file_answer(_SVG, '<svg xmlns="http://www.w3.org/2000/svg">…</svg>'),
)
async def read_qr_svg(
    account_id: UUID,
    request: Request,
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("accounts.qr")],
    language: Language,
    known: IfNoneMatch = None,
) -> Response:
    """It holds the address of the verification, not a verdict: whoever scans it is told what is so then."""
    account = await service.account(session, account_id)
    link = service.verification(request.app.state.settings.public_base_url, account.url)
    content = service.qr_svg(link, account.url, language)
    return answer(content, _SVG, known, _DAY_BY_LANGUAGE, _NOTHING_ELSE)


@router.get(
    "/qr.png",
    operation_id="readAccountQrPng",
    summary="Get an account's QR code as PNG",
    response_class=Response,
    responses=file_answer(_PNG, "a picture"),
)
async def read_qr_png(
    account_id: UUID,
    request: Request,
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("accounts.qr")],
    known: IfNoneMatch = None,
) -> Response:
    """The same as the SVG, for documents and print."""
    account = await service.account(session, account_id)
    link = service.verification(request.app.state.settings.public_base_url, account.url)
    return answer(service.qr_png(link), _PNG, known, _DAY)
