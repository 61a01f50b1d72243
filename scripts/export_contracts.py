"""Write what others may rely on: services/*/openapi.json, shared/events/schemas/*.json, docs/safeguards.md.

    python -m scripts.export_contracts [--check]

With `--check` nothing is written: it fails when the files are not what the code says. A change that
breaks the contract of an event is refused either way: released events gain optional fields at most.
"""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import orjson

from deploy.local.config import PROJECT, SERVICES
from scripts import safeguards_document
from shared.app import create_app
from shared.events.envelope import Envelope, EventData
from shared.settings import ServiceSettings

SCHEMAS = PROJECT / "shared" / "events" / "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PROSE = {"title", "description", "examples"}


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
    return [event for service in SERVICES for event in import_module(f"shared.events.{service}").EVENTS]


def event_schema(event: type[EventData]) -> dict[str, Any]:
    """JSON Schema of an event's `data`."""
    return {"$schema": _DIALECT, "$id": event.type, **event.model_json_schema(mode="serialization")}


def breaks(released: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What would surprise those who rely on a released schema; new optional fields do not."""
    before, after = released.get("properties", {}), new.get("properties", {})
    found = [f"{name} is gone" for name in before if name not in after]
    found += [
        f"{name} means something else"
        for name in before
        if name in after and _meaning(before[name]) != _meaning(after[name])
    ]
    required_before, required_after = set(released.get("required", [])), set(new.get("required", []))
    found += [f"{name} may be missing" for name in sorted(required_before - required_after)]
    found += [f"{name} is required" for name in sorted(required_after - required_before)]
    for name, part in released.get("$defs", {}).items():
        found += [f"{name}: {problem}" for problem in breaks(part, new.get("$defs", {}).get(name, {}))]
    return found


def _meaning(schema: Any) -> Any:
    """A schema without what is only said to readers."""
    if isinstance(schema, dict):
        return {key: _meaning(part) for key, part in schema.items() if key not in _PROSE}
    if isinstance(schema, list):
        return [_meaning(part) for part in schema]
    return schema


def main(*, check: bool) -> list[str]:
    """Write the files, or only compare them; returns what is wrong."""
    expected = dict(contracts())
    wrong = [f"{path.name} belongs to no event" for path in set(SCHEMAS.glob("*.json")) - set(expected)]
    texts = {path: orjson.dumps(each, option=orjson.OPT_INDENT_2) + b"\n" for path, each in expected.items()}
    texts[safeguards_document.PATH] = safeguards_document.document().encode()
    for path, text in texts.items():
        current = path.read_bytes() if path.exists() else b""
        if current == text:
            continue
        released = path.parent == SCHEMAS and current
        if released and (problems := breaks(orjson.loads(current), expected[path])):
            wrong += [f"{path.name}: {problem}; make a new version of the event" for problem in problems]
        elif check:
            wrong.append(f"{path.relative_to(PROJECT)} is not what the code says; run `make openapi`")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text)
    return sorted(wrong)


if __name__ == "__main__":
    sys.exit("\n".join(main(check="--check" in sys.argv)) or None)
