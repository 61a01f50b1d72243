"""`/v1/agencies/{code}/trust.txt` and `…/accounts.jsonld`: what an agency says is its own."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Request, Response

from services.registry.policy import POLICY
from services.registry.statements import service
from shared.auth import Actor
from shared.conditional import UNCHANGED, IfNoneMatch, Keeping, answer
from shared.db import Session
from shared.openapi import file_answer
from shared.problems import Invalid, NotFound, responses
from shared.schemas import AgencyCode

router = APIRouter(
    prefix="/v1/agencies", tags=["directory"], responses=responses(NotFound, Invalid) | UNCHANGED
)

Code = Annotated[AgencyCode, Path(description="Its code, or its official code.", examples=["T82.X30169"])]
_MINUTE = Keeping(seconds=60)
_JSON_LD = "application/ld+json"


@router.get(
    "/{code}/trust.txt",
    operation_id="readTrustTxt",
    summary="Read an agency's trust.txt",
    response_class=Response,
    responses=file_answer(
        "text/plain",
        "# Ủy ban nhân dân xã Lấp Vò (T82.X30169)\nsocial=https://www.facebook.com/ubndxalapvo\n",
    ),
)
async def read_trust_txt(
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.trust_txt")],
    code: Code,
    known: IfNoneMatch = None,
) -> Response:
    """Its official accounts as it should publish them at `/.well-known/trust.txt` of its own site.

    `social=` are its accounts, `control=` its sites and apps and the sites of the agencies directly below,
    `controlledby=` the site of the one above. An ended agency has none; its successors are named.
    """
    text = service.trust_txt(await service.statement(session, code))
    return answer(text.encode(), "text/plain", known, _MINUTE)


@router.get(
    "/{code}/accounts.jsonld",
    operation_id="readAgencyJsonLd",
    summary="Read an agency's accounts as linked data",
    response_class=Response,
    responses=file_answer(
        _JSON_LD, '{"@type":"GovernmentOrganization","sameAs":["https://www.facebook.com/ubndxalapvo"]}'
    ),
)
async def read_json_ld(
    request: Request,
    session: Session,
    _: Annotated[Actor | None, POLICY.allow("agencies.json_ld")],
    code: Code,
    known: IfNoneMatch = None,
) -> Response:
    """A schema.org GovernmentOrganization with its official accounts as `sameAs`, for the agency's site."""
    document = service.json_ld(
        await service.statement(session, code), request.app.state.settings.public_base_url
    )
    # It is put into pages between script tags, where a name must not end the script.
    content = orjson.dumps(document).replace(b"<", b"\\u003c")
    return answer(content, _JSON_LD, known, _MINUTE)
