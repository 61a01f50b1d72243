"""The other process of a service: its relay, its consumers, its schedules, and a small health port."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import uvicorn
from nats.aio.client import Client
from nats.js.api import StreamConfig
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.db import Database
from shared.messaging import dead_letters
from shared.messaging.bus import Consumer, Work, connected
from shared.messaging.relay import Relay
from shared.retention import MESSAGING, Rule, forget
from shared.settings import ServiceSettings
from shared.tasks import stop as stop_tasks
from shared.telemetry import CONSUMER_SILENCE, configure_logging

log = logging.getLogger(__name__)

S = TypeVar("S", bound=ServiceSettings)
Job = Callable[[Database, S], Coroutine[Any, Any, None]]


def run(
    service: str,
    settings: S,
    *,
    session_info: dict[str, Any],
    streams: Sequence[StreamConfig],
    consumers: Sequence[Work],
    jobs: Sequence[Job[S]] = (),
    retention: Sequence[Rule] = (),
) -> None:
    """Run a worker process until SIGTERM or SIGINT. `retention` is what it forgets beside its events.

    It is ready while its relay has published the backlog that it found, and its consumers have caught
    up and make progress. A task that ends takes the process with it: the supervisor starts a
    fresh one.
    """
    configure_logging(f"{service}-worker", settings.log_level)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_main(service, settings, session_info, streams, consumers, jobs, retention))


async def _main(
    service: str,
    settings: S,
    session_info: dict[str, Any],
    streams: Sequence[StreamConfig],
    subscriptions: Sequence[Work],
    jobs: Sequence[Job[S]],
    retention: Sequence[Rule],
) -> None:
    database = Database(settings, service, session_info)
    client = Client()
    relay = Relay(settings, service, client, streams)
    consumers = [Consumer(client.jetstream(), client, database, work) for work in subscriptions]

    talking: list[asyncio.Task[None]] = []

    async def talk() -> None:
        """What needs the bus; everything else goes on while it is away."""
        async with connected(client, settings, f"{service}-worker"):
            talking.append(asyncio.create_task(relay.run(), name="relay"))
            talking.extend(asyncio.create_task(each.run(), name=each.work.durable) for each in consumers)
            try:
                await _until_first(talking)
            finally:
                await stop_tasks(*talking)

    health = _health_server(settings, health_app(client, database, relay, consumers))
    tasks = [
        asyncio.create_task(work, name=name)
        for name, work in (
            ("health", health.serve()),
            ("bus", talk()),
            ("retention", forget(database, [*MESSAGING, *retention])),
            *((job.__name__, job(database, settings)) for job in jobs),
        )
    ]
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await _until_first([*tasks, asyncio.create_task(stop.wait())])
    await stop_tasks(*tasks)
    await database.close()
    ended = [t for t in [*talking, *tasks] if not t.cancelled() and t.exception()]
    if ended and not stop.is_set():
        raise SystemExit(f"{ended[0].get_name()} ended: {ended[0].exception()!r}")


async def _until_first(tasks: Sequence["asyncio.Task[Any]"]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


def health_app(client: Client, database: Database, relay: Relay, consumers: Sequence[Consumer]) -> Starlette:
    """`/livez`, `/readyz` (which names what it waits for) and `/metrics`."""

    async def livez(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def readyz(_: Request) -> Response:
        waiting = [] if client.is_connected else ["nats"]
        waiting += [] if relay.caught_up.is_set() else ["relay"]
        waiting += [c.work.durable for c in consumers if c.is_stale or not c.caught_up.is_set()]
        if waiting:
            return JSONResponse({"status": "not ready", "waiting_for": waiting}, 503)
        return JSONResponse({"status": "ready"})

    async def metrics(_: Request) -> Response:
        for consumer in consumers:
            CONSUMER_SILENCE.labels(consumer.work.durable).set(consumer.silence)
        await dead_letters.measure(database, [consumer.work.durable for consumer in consumers])
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    routes: list[tuple[str, Callable[[Request], Awaitable[Response]]]] = [
        ("/livez", livez),
        ("/readyz", readyz),
        ("/metrics", metrics),
    ]
    return Starlette(routes=[Route(path, handler) for path, handler in routes])


def _health_server(settings: ServiceSettings, app: Starlette) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        host=settings.http_host,
        port=settings.worker_port,
        access_log=False,
        log_config=None,
        lifespan="off",
    )
    return _HealthServer(config)


class _HealthServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the worker."""
        yield


def _loop_factory() -> Any:
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop
