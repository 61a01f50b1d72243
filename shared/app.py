"""The app factory: what makes every service's API the same to those who call it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from shared import problem_docs, validation
from shared.auth import Authenticator
from shared.db import Database
from shared.edge import Edge
from shared.events.envelope import EventData
from shared.http_protocol import BoundedProtocol
from shared.idempotency import Repeated
from shared.limits import Limits
from shared.messaging.changefeed import FeedWatch
from shared.openapi import COMMON_TAGS, finish, webhook
from shared.policy import PeopleOnly, permit_of
from shared.problems import (
    MEDIA_TYPE,
    AppError,
    BadRequest,
    MethodNotAllowed,
    NotFound,
    Problem,
    preferred_language,
    responses,
)
from shared.settings import ServiceSettings, read_key
from shared.tasks import stop
from shared.telemetry import configure_logging, trace_id


@dataclass(frozen=True)
class Service:
    """What distinguishes one service's API from another's."""

    name: str
    title: str
    description: str
    routers: tuple[APIRouter, ...]
    events: tuple[type[EventData], ...]
    session_info: dict[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    """What each tag of its routes stands for; the common ones are in `shared.openapi`."""


def create_app(
    service: Service,
    settings: ServiceSettings,
    *,
    resources: Sequence[AbstractAsyncContextManager[Any]] = (),
    ready: Sequence[Callable[[], object]] = (),
    uploads: Mapping[str, int] | None = None,
    **state: Any,
) -> FastAPI:
    """Build a service's API.

    `state` is put on `app.state` for its routes; `resources` are entered at start and left at stop. Each of
    `ready` raises `Unavailable` while the process should get no requests. `uploads`
    are paths whose POST takes a file, with the bytes that each may have (see `shared.uploads`).

    Raises:
        RuntimeError: a route names no policy (default deny).
    """
    app = FastAPI(
        title=service.title,
        description=service.description,
        version="1",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(service, settings, resources),
        servers=[{"url": "./", "description": "Where this document was found"}],
    )
    app.state.settings = settings
    app.state.authenticator = Authenticator(settings)
    app.state.limits = Limits(settings)
    for name, value in state.items():
        setattr(app.state, name, value)
    for router in service.routers:
        app.include_router(router)
    require_policies(service)
    _add_operations(app, ready)
    problem_docs.add_pages(app, service.name)
    _add_problem_handlers(app)
    app.openapi = lambda: openapi(app, service)  # type: ignore[method-assign]
    app.add_middleware(Edge, max_body_bytes=settings.max_body_bytes, limits=app.state.limits, uploads=uploads)
    return app


def require_policies(service: Service) -> None:
    """Refuse a service with a route that names no rule.

    Raises:
        RuntimeError: naming the routes.
    """
    bare = [
        f"{','.join(sorted(route.methods or ()))} {route.path}"
        for route in api_routes(service)
        if not any(permit_of(d.call) for d in route.dependant.dependencies)
    ]
    if bare:
        raise RuntimeError(f"routes without a policy: {bare}")


def api_routes(service: Service) -> list[APIRoute]:
    """The routes of the API proper, without the operations routes and the reference."""
    return [route for router in service.routers for route in router.routes if isinstance(route, APIRoute)]


def _lifespan(
    service: Service, settings: ServiceSettings, resources: Sequence[AbstractAsyncContextManager[Any]]
) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            app.state.digest_key = read_key(settings.digest_key_file)
            app.state.database = Database(settings, service.name, service.session_info)
            stack.push_async_callback(app.state.database.close)
            app.state.feed_watch = FeedWatch(settings, service.name)
            watching = asyncio.create_task(app.state.feed_watch.run())
            stack.push_async_callback(stop, watching)
            for resource in resources:
                await stack.enter_async_context(resource)
            yield

    return lifespan


def _add_operations(app: FastAPI, ready: Sequence[Callable[[], object]]) -> None:
    """/livez, /readyz, /metrics, and the API reference with its assets served from here."""

    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> dict[str, str]:
        async with request.app.state.database.transaction() as session:
            await session.execute(text("SELECT 1"))
        for check in ready:
            check()
        return {"status": "ready"}

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title=app.title,
            swagger_js_url="assets/swagger-ui-bundle.js",
            swagger_css_url="assets/swagger-ui.css",
            swagger_favicon_url="assets/favicon.png",
        )

    app.mount("/assets", StaticFiles(directory=_reference_assets()), name="assets")


def _reference_assets() -> Path:
    # The package patches FastAPI's docs when imported; only its files are wanted here.
    spec = find_spec("fastapi_offline")
    assert spec is not None  # noqa: S101 - a declared dependency
    assert spec.origin is not None  # noqa: S101 - it is no namespace
    return Path(spec.origin).parent / "static"


def _add_problem_handlers(app: FastAPI) -> None:
    async def on_app_error(request: Request, error: Exception) -> Response:
        assert isinstance(error, AppError)  # noqa: S101 - registered for nothing else
        language = preferred_language(request.headers.get("accept-language"))
        return _ProblemResponse(
            error.body(language, trace_id()),
            status_code=error.status,
            # Some statuses may be cached by default (RFC 9111 §4.2.2), and none of these should be.
            headers={"Content-Language": language, "Cache-Control": "no-store", **error.headers},
        )

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
        return await on_app_error(request, validation.problem(error.errors(), error.body))

    async def on_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
        kinds: dict[int, type[AppError]] = {404: NotFound, 405: MethodNotAllowed, 400: BadRequest}
        problem = kinds.get(error.status_code, BadRequest)()
        problem.headers.update(error.headers or {})
        return await on_app_error(request, problem)

    async def on_repeated(_: Request, repeated: Exception) -> Response:
        assert isinstance(repeated, Repeated)  # noqa: S101 - registered for nothing else
        return repeated.response()

    app.add_exception_handler(Repeated, on_repeated)
    app.add_exception_handler(AppError, on_app_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)


class _ProblemResponse(Response):
    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content)


def openapi(app: FastAPI, service: Service) -> dict[str, Any]:
    """The service's OpenAPI 3.1 document: paths, problems, and its events under `webhooks`."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        servers=app.servers,
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schemas["Problem"].pop("$defs", {}))
    document["components"]["responses"] = problem_docs.common_responses()
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    rules = {
        (route.path, method.lower()): permit_of(d.call)
        for route in api_routes(service)
        for method in route.methods or ()
        for d in route.dependant.dependencies
        if permit_of(d.call)
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            permit = rules[path, method]
            closed = permit is not None and not permit.rule.public
            if closed:
                operation["security"] = [{"bearer": []}]
            known = permit is not None and permit.rule.known
            problem_docs.complete(operation, closed=closed, known=closed or known)
            if permit and permit.rule.people:
                _describe(operation, PeopleOnly)
    document["webhooks"] = {event.type: webhook(event, schemas) for event in service.events}
    document["tags"] = [
        {"name": name, "description": text} for name, text in {**service.tags, **COMMON_TAGS}.items()
    ]
    finish(document)
    app.openapi_schema = document
    return document


def _describe(operation: dict[str, Any], error: type[AppError]) -> None:
    """Add a failure that follows from the route's rule to those that the route names."""
    own = operation["responses"][str(error.status)]["content"][MEDIA_TYPE]["examples"]
    own.update(responses(error)[error.status]["content"][MEDIA_TYPE]["examples"])


def serve(app: FastAPI, service: str, settings: ServiceSettings) -> None:
    """Run an API process until SIGTERM or SIGINT."""
    configure_logging(service, settings.log_level)
    uvicorn.run(
        app,
        host=settings.http_host,
        port=settings.http_port,
        http=BoundedProtocol,
        ws="none",
        # Only `shared.limits` reads X-Forwarded-For, and believes TRUSTED_PROXIES alone.
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
