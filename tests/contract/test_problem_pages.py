"""Every `type` of a problem leads to a page that says what to do, in either language."""

import re
from html import unescape
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.config import SERVICES
from scripts.export_contracts import openapi
from shared.problem_docs import problems_of
from shared.problems import AppError
from tests.support.answers import problem
from tests.support.apps import client_of

KINDS = [pytest.param(s, k, id=f"{s} {slug}") for s in SERVICES for slug, k in problems_of(s).items()]


async def read(client: httpx.AsyncClient, path: str, **headers: str) -> httpx.Response:
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["vary"] == "Accept-Language"
    return answer


@pytest.mark.parametrize(("service", "kind"), KINDS)
async def test_each_problem_has_a_page_in_both_languages(
    apps: dict[str, FastAPI], service: str, kind: type[AppError]
) -> None:
    assert "advice" in vars(kind), "each problem says itself what to do"
    path = f"/problems/{kind.slug}"
    async with client_of(apps[service]) as client:
        pages = {
            "vi": await read(client, path),
            "en": await read(client, path, **{"Accept-Language": "en-GB"}),
        }
        for language, other in (("vi", "en"), ("en", "vi")):
            page = pages[language]
            assert page.headers["content-language"] == language
            assert f'<html lang="{language}">' in page.text
            for text in (kind.title, kind.advice):
                plain = unescape(re.sub(r"</?code>", "`", page.text))
                assert text.in_language(language) in plain
            assert f'"type": "{path}"' in page.text
            (link,) = re.findall(r'href="(\?lang=\w+)"', page.text)
            assert (await read(client, path + link)).text == pages[other].text


@pytest.mark.parametrize("service", SERVICES)
async def test_a_page_runs_nothing_and_loads_nothing(apps: dict[str, FastAPI], service: str) -> None:
    async with client_of(apps[service]) as client:
        answer = await read(client, "/problems/not-found")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]{43}='", answer.headers["content-security-policy"]
    )
    for unwanted in ("<script", "src=", "http://", "https://", "@import", "url("):
        assert unwanted not in answer.text


@pytest.mark.parametrize("service", SERVICES)
async def test_what_is_no_problem_has_no_page(apps: dict[str, FastAPI], service: str) -> None:
    async with client_of(apps[service]) as client:
        for slug in ("nothing", "Not-Found", "not-found%00", "<b>"):
            problem(await client.get(f"/problems/{slug}"), 404, "not-found")
        problem(await client.get("/problems/not-found?lang=fr"), 422, "invalid")


def test_a_service_has_no_pages_of_another() -> None:
    assert "self-approval" in problems_of("registry")
    assert "self-approval" not in problems_of("reports")
    assert "rate-limited" in problems_of("notifications")


def named_types(part: Any) -> set[str]:
    """Every problem's `type` that stands anywhere in a document."""
    if isinstance(part, dict):
        own = part.get("type")
        found = {own} if isinstance(own, str) and own.startswith("/problems/") else set()
        return found.union(*map(named_types, part.values()))
    return set().union(*map(named_types, part)) if isinstance(part, list) else set()


@pytest.mark.parametrize("service", SERVICES)
def test_the_contract_names_problems_that_have_a_page(service: str) -> None:
    named = {each.removeprefix("/problems/") for each in named_types(openapi(service))}
    assert "rate-limited" in named
    assert named <= problems_of(service).keys()
