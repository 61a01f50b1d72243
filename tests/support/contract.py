"""Whether an answer is one that the service's OpenAPI document announces."""

import re
from typing import Any

import httpx
from fastapi import FastAPI

from shared.problems import MEDIA_TYPE

# What is answered before any operation is found.
_OF_NO_OPERATION = {"method-not-allowed"}


def unannounced(app: FastAPI, answer: httpx.Response) -> str | None:
    """What is wrong when an answer is a problem that its operation does not list."""
    if answer.headers.get("content-type") != MEDIA_TYPE:
        return None
    document = app.openapi()
    operation = _operation(document, answer.request)
    slug = answer.json()["type"].removeprefix("/problems/")
    if operation is None or slug in _OF_NO_OPERATION:
        return None
    listed = operation["responses"].get(str(answer.status_code), {})
    if "$ref" in listed:
        listed = document["components"]["responses"][listed["$ref"].rpartition("/")[2]]
    if slug in listed.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}):
        return None
    return f"{operation['operationId']} answers {answer.status_code} {slug} and does not say so"


def _operation(document: dict[str, Any], request: httpx.Request) -> dict[str, Any] | None:
    method, path = request.method.lower(), request.url.raw_path.partition(b"?")[0].decode()
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if method in operations and re.fullmatch(pattern, path):
            operation: dict[str, Any] = operations[method]
            return operation
    return None
