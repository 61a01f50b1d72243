"""JSON logs, the trace id that travels through HTTP and NATS, and the metrics every process has.

Nothing here ever sees a query string, a body or a resolved path: only route templates.
"""

import logging
import re
import secrets
import sys
from contextvars import ContextVar
from typing import Any

import orjson
from prometheus_client import Counter, Gauge, Histogram

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({})))

_trace_id: ContextVar[str] = ContextVar("trace_id", default="")

REQUEST_SECONDS = Histogram(
    "http_request_seconds",
    "Time to answer a request.",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
OUTBOX_BACKLOG = Gauge("outbox_backlog", "Events committed and not yet published (at the last look).")
EVENTS_PUBLISHED = Counter("events_published", "Events acknowledged by JetStream.")
EVENTS_HANDLED = Counter("events_handled", "Events handled.", ["consumer", "outcome"])
CONSUMER_LAG = Gauge("consumer_lag", "Messages that wait for the consumer (at the last look).", ["consumer"])
CONSUMER_SILENCE = Gauge("consumer_silence_seconds", "Time since the last progress.", ["consumer"])
DEAD_LETTERS = Gauge("dead_letters", "Dead letters there are.", ["consumer"])


def trace_id() -> str:
    """The trace id of the request or message being handled: 32 hex digits, made when there is none."""
    current = _trace_id.get()
    if not current:
        current = secrets.token_hex(16)
        _trace_id.set(current)
    return current


def continue_trace(traceparent: str | None) -> str:
    """Take over the trace of a caller (W3C Trace Context), or begin one. Returns the trace id."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    current = match.group(1) if match and match.group(1).strip("0") else secrets.token_hex(16)
    _trace_id.set(current)
    return current


def traceparent() -> str:
    """The W3C `traceparent` to hand on with an event or an outgoing request."""
    return f"00-{trace_id()}-{secrets.token_hex(8)}-01"


class JsonFormatter(logging.Formatter):
    """One JSON object a line; values given as `extra=` become fields."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            "trace_id": _trace_id.get() or None,
        }
        entry.update((k, v) for k, v in vars(record).items() if k not in _STANDARD_FIELDS)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(entry, default=str).decode()


def configure_logging(service: str, level: str) -> None:
    """Send all logs of this process to standard output as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").disabled = True  # ours writes no query strings
