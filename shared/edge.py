"""What every request passes before FastAPI sees it: limits, bounds, trace, metrics and the access log.

Pure ASGI: one `BaseHTTPMiddleware` would cost an empty route a third of its speed.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.limits import Limits
from shared.problems import (
    MEDIA_TYPE,
    AppError,
    BadRequest,
    HeadersTooLarge,
    InternalError,
    Text,
    TooLarge,
    UriTooLong,
    preferred_language,
)
from shared.telemetry import REQUEST_SECONDS, continue_trace, trace_id

log = logging.getLogger("access")

MAX_TARGET_BYTES = 8_192
MAX_PARAMETERS = 100
MAX_HEADERS = 100
MAX_HEADER_BYTES = 32_768
MAX_DEPTH = 32
_BACKSLASH, _QUOTE = b'\\"'
_QUIET = {"/livez", "/readyz", "/metrics"}
_CLIENT_CLOSED_REQUEST = 499  # as common proxies log it; nobody is there to be answered


class Edge:
    """ASGI middleware around the whole app."""

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, limits: Limits, uploads: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._max_body = max_body_bytes
        self._limits = limits
        self._uploads = uploads or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        method, scope = scope["method"], _as_get(scope)
        current_trace = continue_trace(_text(headers.get(b"traceparent")))
        status, started_answer = 500, False

        async def answer(message: Message) -> None:
            nonlocal status, started_answer
            if message["type"] == "http.response.start":
                status, started_answer = message["status"], True
                message["headers"] = [*message["headers"], (b"trace-id", current_trace.encode()), *_SECURITY]
            await send(message)

        limited, with_token = scope["path"] not in _QUIET, b"authorization" in headers
        try:
            if limited:
                self._limits.enter(scope, with_token=with_token)
            _require_bounded_head(scope)
            await self._app(scope, await self._body(scope, headers, receive), answer)
        except ClientDisconnect:
            status = _CLIENT_CLOSED_REQUEST
        except Exception as error:
            problem = _as_problem(error)
            if started_answer:
                raise
            await send_problem(problem, preferred_language(_text(headers.get(b"accept-language"))), answer)
        finally:
            if limited and with_token:
                self._limits.leave(scope)
            self._record(method, scope, status, time.perf_counter() - started)

    async def _body(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Receive:
        """What the app may read: a file as it comes, everything else once it is there as a whole."""
        upload = self._uploads.get(scope["path"]) if scope["method"] == "POST" else None
        if upload is not None:
            return _bounded(headers, receive, upload)
        return _replay(await self._whole_body(headers, receive), receive)

    async def _whole_body(self, headers: dict[bytes, bytes], receive: Receive) -> bytes:
        """The request's whole body.

        Raises:
            AppError: too long, or JSON nested too deep to be meant.
            ClientDisconnect: the rest of it will never come; half a request is none.
        """
        bounded = _bounded(headers, receive, self._max_body)
        chunks, more = [], True
        while more:
            message = await bounded()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        body = b"".join(chunks)
        if _depth(body) > MAX_DEPTH:
            raise BadRequest(
                Text(
                    f"JSON lồng nhau quá {MAX_DEPTH} tầng.", f"JSON nested more than {MAX_DEPTH} levels deep."
                )
            )
        return body

    @staticmethod
    def _record(method: str, scope: Scope, status: int, seconds: float) -> None:
        # The route's template, never the path or the query: what people look up is nobody's business.
        route = getattr(scope.get("route"), "path", "unmatched")
        REQUEST_SECONDS.labels(method, route, status).observe(seconds)
        if route not in _QUIET:
            log.info(
                "request",
                extra={
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1e3, 1),
                },
            )


def _as_get(scope: Scope) -> Scope:
    """HEAD is GET without the content (RFC 9110 §9.3.2), which the server leaves out by itself."""
    return {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope


def _as_problem(error: Exception) -> AppError:
    if isinstance(error, AppError):
        return error
    log.error("unhandled", exc_info=error)
    return InternalError()


def _require_bounded_head(scope: Scope) -> None:
    """Refuse addresses and headers that nobody needs.

    Raises:
        AppError: address too long, too many parameters, too many headers, or too long ones.
    """
    query = scope["query_string"]
    if len(scope["raw_path"]) + len(query) > MAX_TARGET_BYTES:
        raise UriTooLong(Text(f"Tối đa {MAX_TARGET_BYTES} byte.", f"At most {MAX_TARGET_BYTES} bytes."))
    if query.count(b"&") >= MAX_PARAMETERS:
        raise BadRequest(
            Text(f"Tối đa {MAX_PARAMETERS} tham số.", f"At most {MAX_PARAMETERS} query parameters.")
        )
    headers = scope["headers"]
    if (
        len(headers) > MAX_HEADERS
        or sum(len(name) + len(value) for name, value in headers) > MAX_HEADER_BYTES
    ):
        raise HeadersTooLarge(
            Text(
                f"Tối đa {MAX_HEADERS} tiêu đề và {MAX_HEADER_BYTES} byte.",
                f"At most {MAX_HEADERS} headers and {MAX_HEADER_BYTES} bytes.",
            )
        )


def _depth(body: bytes) -> int:
    """How deep brackets nest outside strings; only an upper bound is needed, so counting is enough."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0
    depth = deepest = 0
    in_string = escaped = False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == _BACKSLASH:
                escaped = True
            elif byte == _QUOTE:
                in_string = False
        elif byte == _QUOTE:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _bounded(headers: dict[bytes, bytes], receive: Receive, limit: int) -> Receive:
    """A `receive` that lets at most `limit` bytes through; it and this function raise TooLarge."""
    too_large = TooLarge(Text(f"Tối đa {limit} byte.", f"At most {limit} bytes."))
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared[:19]) > limit:
        raise too_large
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise too_large
        return message

    return bounded


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that hands out a body which was already read."""
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def send_problem(error: AppError, language: str, send: Send) -> None:
    """Answer with a problem document outside FastAPI."""
    body = orjson.dumps(error.body(language, trace_id()))
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"content-language", language.encode()),
        (b"cache-control", b"no-store"),
        *((name.lower().encode(), value.encode()) for name, value in error.headers.items()),
    ]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _text(value: bytes | None) -> str | None:
    return value.decode("latin-1") if value is not None else None


_SECURITY: list[tuple[bytes, Any]] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
