"""How problems are explained: to programs in OpenAPI, and to people at `GET /problems/<slug>`.

A problem's `type` leads to its page (RFC 9457 §3.1.1).
"""

import json
from base64 import b64encode
from hashlib import sha256
from html import escape
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI, Request, Response

from shared.memberships import ChooseAgency, NoMembership
from shared.problems import (
    MEDIA_TYPE,
    AppError,
    BadRequest,
    Forbidden,
    HeadersTooLarge,
    InternalError,
    Invalid,
    NotFound,
    RateLimited,
    Text,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    UriTooLong,
    preferred_language,
    responses,
)

_STYLE = """
:root { color-scheme: light dark }
body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1.25rem }
header { display: flex; justify-content: space-between; gap: 1rem; font-size: .9rem }
h1 { line-height: 1.25; margin: 1.5rem 0 .25rem }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem }
.status { color: GrayText; margin: 0 }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { border: 1px solid GrayText; border-radius: .5rem; padding: 1rem; overflow-x: auto }
"""
_POLICY = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
_DAY = 86_400

_WHAT_TO_DO = Text("Vì sao, và cần làm gì", "Why, and what to do")
_EXAMPLE = Text("Ví dụ", "Example")
_OTHERS = {"vi": ("en", "English"), "en": ("vi", "Tiếng Việt")}


_ALWAYS: tuple[type[AppError], ...] = (
    BadRequest,
    Unauthenticated,  # of public operations too: a bad token is not taken for none
    TooLarge,
    UriTooLong,
    RateLimited,
    HeadersTooLarge,
    InternalError,
    Unavailable,
)
_CLOSED: tuple[type[AppError], ...] = (Forbidden,)
_KNOWN: tuple[type[AppError], ...] = (ChooseAgency, NoMembership)
_WITH_BODY: tuple[type[AppError], ...] = (UnsupportedMediaType,)


def common_responses() -> dict[str, Any]:
    """OpenAPI `components.responses`: what any operation may answer."""
    return {error.__name__: _response(error) for error in (*_ALWAYS, *_WITH_BODY)}


def complete(operation: dict[str, Any], *, closed: bool, known: bool) -> None:
    """Add to an OpenAPI operation what its route does not list; FastAPI's own error form goes.

    `closed`: a token is needed. `known`: whoever has a token is asked for whom they act.
    """
    answers = operation["responses"]
    if answers.get("422", {}).get("description") == "Validation Error":
        answers["422"] = _response(Invalid)
    for error in (*_CLOSED * closed, *_KNOWN * known):
        own = answers.setdefault(str(error.status), _response(error))
        own["content"][MEDIA_TYPE]["examples"] |= _response(error)["content"][MEDIA_TYPE]["examples"]
    for error in (*_ALWAYS, *_WITH_BODY * ("requestBody" in operation)):
        own = answers.setdefault(str(error.status), {"$ref": f"#/components/responses/{error.__name__}"})
        if "content" in own:  # the route has problems of its own with this status
            own["content"][MEDIA_TYPE]["examples"] |= _response(error)["content"][MEDIA_TYPE]["examples"]


def _response(error: type[AppError]) -> dict[str, Any]:
    return responses(error)[error.status]


def problems_of(service: str) -> dict[str, type[AppError]]:
    """Every problem that a service can answer with, by slug: those of `shared`, and its own."""
    found, waiting = {}, [AppError]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith(("shared.", f"services.{service}.")):
                found[kind.slug] = kind
    return dict(sorted(found.items()))


def add_pages(app: FastAPI, service: str) -> None:
    """Serve the pages of a service's problems: open to everybody, without scripts, cacheable for a day."""

    @app.get("/problems/{slug}", include_in_schema=False)
    async def read_problem(slug: str, request: Request, lang: Literal["vi", "en"] | None = None) -> Response:
        kind = problems_of(service).get(slug)
        if kind is None:
            raise NotFound
        language = lang or preferred_language(request.headers.get("accept-language"))
        return Response(
            page(kind, language),
            media_type="text/html",
            headers={
                "Content-Language": language,
                "Cache-Control": f"public, max-age={_DAY}",
                "Vary": "Accept-Language",
                "Content-Security-Policy": _POLICY,
            },
        )


def page(kind: type[AppError], language: str) -> str:
    """The page of one problem in `vi` or `en`."""
    other, name_of_other = _OTHERS[language]
    title = escape(kind.title.in_language(language))
    detail = kind.default_detail.in_language(language) if kind.default_detail else ""
    example = json.dumps(kind.example(language), ensure_ascii=False, indent=2)
    return f"""<!doctype html>
<html lang="{language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title} · Chính Danh</title>
<style>{_STYLE}</style>
<header><span>Chính Danh</span>
<a href="?lang={other}" hreflang="{other}" lang="{other}" rel="alternate">{name_of_other}</a></header>
<main>
<h1>{title}</h1>
<p class="status">{kind.status} {HTTPStatus(kind.status).phrase} · <code>/problems/{kind.slug}</code></p>
{f"<p>{_marked(detail)}</p>" if detail else ""}
<h2>{_WHAT_TO_DO.in_language(language)}</h2>
<p>{_marked(kind.advice.in_language(language))}</p>
<h2>{_EXAMPLE.in_language(language)}</h2>
<pre>{escape(example, quote=False)}</pre>
</main>
</html>
"""


def _marked(sentence: str) -> str:
    """Escaped, with what stands between back-quotes as code."""
    parts = escape(sentence).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
