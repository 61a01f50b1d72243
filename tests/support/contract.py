"""Whether an answer is one that the service's OpenAPI document announces."""

import re
from typing import Any

import httpx

from shared.problems import MEDIA_TYPE

# Answered before any operation is found.
_OF_NO_OPERATION = {"method-not-allowed"}


def unannounced(document: dict[str, Any], answer: httpx.Response) -> str | None:
    """What is wrong when an answer is a problem that its operation does not list."""
    if answer.headers.get("content-type") != MEDIA_TYPE or answer.request.method == "HEAD":
        return None
    operation = _operation(document, answer.request)
    slug = answer.json()["type"].removeprefix("/problems/")
    if operation is None or slug in _OF_NO_OPERATION:
        return None
    if slug in announced(document, operation, str(answer.status_code)):
        return None
    return f"{operation['operationId']} answers {answer.status_code} {slug} and does not say so"


def announced(document: dict[str, Any], operation: dict[str, Any], status: str) -> set[str]:
    """The problems that an operation lists for a status, by their slugs."""
    listed = operation["responses"].get(status, {})
    if "$ref" in listed:
        listed = document["components"]["responses"][listed["$ref"].rpartition("/")[2]]
    return set(listed.get("content", {}).get(MEDIA_TYPE, {}).get("examples", {}))


def _operation(document: dict[str, Any], request: httpx.Request) -> dict[str, Any] | None:
    method, path = request.method.lower(), request.url.raw_path.partition(b"?")[0].decode()
    for template, operations in document["paths"].items():
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if method in operations and re.fullmatch(pattern, path):
            operation: dict[str, Any] = operations[method]
            return operation
    return None
