"""What stands in a request's body, for what is read there beside a route's own model."""

import json
from typing import Any

from fastapi import Request

from shared.problems import BadRequest, Text


async def json_body(request: Request) -> Any:
    """The body's JSON; None where there is none, or it is something else by its content type.

    Raises:
        BadRequest: it is not JSON in UTF-8 without a byte order mark (RFC 8259 §8.1). Python's own reader takes
            more than that, and what one of them takes and the other overlooks would be half understood.
    """
    body = await request.body()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not body or not (media_type in {"", "application/json"} or media_type.endswith("+json")):
        return None
    try:
        return json.loads(body.decode())
    except ValueError as error:
        raise BadRequest(_NOT_JSON) from error


_NOT_JSON = Text(
    "Nội dung phải là JSON hợp lệ, mã hoá UTF-8 không có BOM.",
    "The body must be valid JSON in UTF-8 without a byte order mark.",
)
