"""Files as request bodies: larger than what the rest of the API takes, and read only once it is known who sends.

A service names such routes in `shared.app.create_app(uploads=…)`; `shared.edge` then bounds what is received
instead of reading it, so that nobody without a token makes it hold megabytes.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request

MAX_UPLOAD_BYTES = 20 * 1024**2
"""What a setting for uploads defaults to."""


async def _upload(request: Request) -> bytes:
    return await request.body()


Upload = Annotated[bytes, Depends(_upload)]
"""A route's file. Stands behind the actor among its parameters: they are read in this order."""


def file_body(examples: Mapping[str, str]) -> dict[str, Any]:
    """`openapi_extra` of a route that takes a file: a short example by media type."""
    return {"requestBody": {"required": True, "content": _content(examples)}}


def _content(examples: Mapping[str, str]) -> dict[str, Any]:
    schema = {"type": "string", "format": "binary", "maxLength": MAX_UPLOAD_BYTES}
    return {
        media_type: {"schema": schema, "examples": {"file": {"value": example}}}
        for media_type, example in examples.items()
    }
