"""What every answer of every service has to look like."""

from typing import Any

import httpx

PROBLEM = "application/problem+json"


def problem(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """The problem document of an answer (RFC 9457), checked for its form."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM
    document: dict[str, Any] = answer.json()
    assert document["type"] == f"/problems/{slug}"
    assert document["status"] == status
    assert document["title"]
    assert len(document["trace_id"]) == 32
    return document


def ok(answer: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The body of an answer that did what was asked."""
    assert answer.status_code == status, answer.text
    body: dict[str, Any] = answer.json()
    return body
