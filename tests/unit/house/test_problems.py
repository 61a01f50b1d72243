"""The contract announces every problem that an operation can answer; contract tests hold it to that."""

from typing import Any

import httpx
import pytest

from deploy.local.config import SERVICES
from scripts.export_contracts import openapi
from shared.problem_docs import problems_of
from shared.problems import MEDIA_TYPE, AppError, Conflict, NotFound
from tests.support.contract import announced, unannounced

ALWAYS = {
    "bad-request",
    "unauthenticated",
    "too-large",
    "uri-too-long",
    "rate-limited",
    "headers-too-large",
    "internal",
    "unavailable",
}


def operations(service: str) -> list[dict[str, Any]]:
    paths = openapi(service)["paths"]
    return [operation for methods in paths.values() for operation in methods.values()]


@pytest.mark.parametrize("service", SERVICES)
def test_what_can_happen_everywhere_is_announced_everywhere(service: str) -> None:
    document = openapi(service)
    for operation in operations(service):
        expected = {
            *ALWAYS,
            *(["forbidden"] if "security" in operation else []),
            *(["unsupported-media-type", "invalid"] if "requestBody" in operation else []),
        }
        listed = {
            slug for status in operation["responses"] for slug in announced(document, operation, status)
        }
        assert expected <= listed, operation["operationId"]


@pytest.mark.parametrize("service", SERVICES)
def test_who_is_refused_for_a_while_learns_for_how_long(service: str) -> None:
    answers = openapi(service)["components"]["responses"]
    for name in ("RateLimited", "Unavailable"):
        assert answers[name]["headers"]["Retry-After"]["schema"] == {"type": "integer", "minimum": 1}
    assert all("429" in operation["responses"] for operation in operations(service))


@pytest.mark.parametrize(
    ("method", "path", "problem", "complaint"),
    [
        ("GET", "/v1/agencies/T82", NotFound, None),
        ("GET", "/v1/agencies/T82", Conflict, "readAgency answers 409 conflict"),
        ("GET", "/v1/agencies?x=1", NotFound, "listAgencies answers 404 not-found"),
        ("GET", "/v1/nothing", Conflict, None),
    ],
)
def test_an_answer_that_is_not_announced_is_seen(
    method: str, path: str, problem: type[AppError], complaint: str | None
) -> None:
    request = httpx.Request(method, f"http://test{path}")
    headers = {"content-type": MEDIA_TYPE}
    answer = httpx.Response(problem.status, json=problem.example("en"), headers=headers, request=request)
    found = unannounced(openapi("registry"), answer)
    assert (found or "").startswith(complaint or "")
    assert bool(found) == bool(complaint)


@pytest.mark.parametrize("service", SERVICES)
def test_problems_say_it_in_both_languages_and_have_names_of_their_own(service: str) -> None:
    kinds = problems_of(service)
    for slug, kind in kinds.items():
        assert slug == kind.slug
        for text in (kind.title, kind.advice):
            assert text.vi.strip() != text.en.strip()
            assert text.vi.count("`") % 2 == text.en.count("`") % 2 == 0
            assert set(text.vi.split("`")[1::2]) == set(text.en.split("`")[1::2]) or "<" in text.vi
    titles = [kind.title for kind in kinds.values()]
    assert len(set(titles)) == len(titles)
