"""Write what others may rely on: services/*/openapi.json, shared/events/schemas/*.json, docs/safeguards.md.

    python -m scripts.export_contracts [--check | --release]

With `--check` nothing is written: it fails when the files are not what the code says. With `--release`
the events' schemas become the promise in shared/events/released/ as well. A change that breaks what was
promised is refused either way (scripts/event_compat.py).
"""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from deploy.local.config import PROJECT, SERVICES
from scripts import event_compat, safeguards_document
from shared.app import create_app
from shared.events.envelope import Envelope, EventData
from shared.settings import ServiceSettings

SCHEMAS = PROJECT / "shared" / "events" / "schemas"
RELEASED = PROJECT / "shared" / "events" / "released"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def contracts() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every contract as the code says: its file, and its content."""
    for service in SERVICES:
        yield PROJECT / "services" / service / "openapi.json", openapi(service)
    for event in event_types():
        yield SCHEMAS / f"{event.type}.json", event_schema(event)
    yield SCHEMAS / "envelope.json", {"$schema": _DIALECT, **Envelope.model_json_schema(mode="serialization")}


def openapi(service: str) -> dict[str, Any]:
    """A service's OpenAPI document; none of its parts is started."""
    nowhere = Path("/nonexistent")
    settings = ServiceSettings(
        environment="test",
        http_port=0,
        worker_port=0,
        database_url="",
        database_password_file=nowhere,
        nats_url="",
        nats_user="",
        nats_password_file=nowhere,
        auth_issuer="",
        key_file=nowhere,
        digest_key_file=nowhere,
    )
    return create_app(import_module(f"services.{service}.main").SERVICE, settings).openapi()


def event_types() -> list[type[EventData]]:
    """Every event that a service can publish."""
    modules = [import_module(f"shared.events.{service}") for service in SERVICES]
    return [event for module in modules for event in (*module.EVENTS, *getattr(module, "STATES", ()))]


def event_schema(event: type[EventData]) -> dict[str, Any]:
    """JSON Schema of an event's `data`. Who receives it is part of the promise."""
    head = {"$schema": _DIALECT, "$id": event.type, "x-audience": event.audience}
    return {**head, **event.model_json_schema(mode="serialization")}


def broken_promises(contracts: Mapping[Path, dict[str, Any]]) -> list[str]:
    """How the contracts would surprise the readers of the last release, by event and field."""
    released = {path.stem: orjson.loads(path.read_bytes()) for path in sorted(RELEASED.glob("*.json"))}
    new = {path.stem: content for path, content in contracts.items() if path.parent == SCHEMAS}
    return [f"{problem}; make a new version of the event" for problem in event_compat.broken(released, new)]


def main(*, check: bool = False, release: bool = False) -> list[str]:
    """Write the files, or only compare them; returns what is wrong. With `release`, promise them too."""
    expected = dict(contracts())
    if wrong := broken_promises(expected):
        return wrong
    wrong = [f"{path.name} belongs to no event" for path in set(SCHEMAS.glob("*.json")) - set(expected)]
    texts = {path: orjson.dumps(each, option=orjson.OPT_INDENT_2) + b"\n" for path, each in expected.items()}
    texts[safeguards_document.PATH] = safeguards_document.document().encode()
    for path, text in texts.items():
        if release and path.parent == SCHEMAS:
            (RELEASED / path.name).write_bytes(text)
        if path.exists() and path.read_bytes() == text:
            continue
        if check:
            wrong.append(f"{path.relative_to(PROJECT)} is not what the code says; run `make openapi`")
        else:
            path.write_bytes(text)
    return sorted(wrong)


if __name__ == "__main__":
    sys.exit("\n".join(main(check="--check" in sys.argv, release="--release" in sys.argv)) or None)
