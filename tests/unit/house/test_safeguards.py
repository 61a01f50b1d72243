"""Free text stands where the register says, and nowhere else (docs/principles.md, 7); harms are pinned (1)."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from pydantic import create_model
from sqlalchemy import ARRAY, JSON, Column, Enum, LargeBinary, MetaData, String

from deploy.local.config import SERVICES
from scripts.safeguards_document import PATH
from services.reports.harms.catalogue import HARMS
from shared.app import api_routes
from shared.safeguards import FreeField

LONGEST_CODE = 64
CLOSED_FORMATS = {"uuid", "date", "date-time"}
PROPER = ("enum", "const", "pattern")


def register(service: str) -> dict[str, FreeField]:
    fields = import_module(f"services.{service}.safeguards").FIELDS
    return {place: field for field in fields for place in field.places}


def holds_text(column: Column[Any]) -> bool:
    kind = column.type
    if isinstance(kind, Enum):
        return False
    if isinstance(kind, String):
        return kind.length is None or kind.length > LONGEST_CODE
    return isinstance(kind, (JSON, ARRAY, LargeBinary))


def columns(service: str) -> dict[str, Column[Any]]:
    """Everything a service can store: `table.column`."""
    import_module(f"services.{service}.main")
    metadata: MetaData = import_module(f"services.{service}.base").metadata
    return {
        f"{table.name}.{column.name}": column for table in metadata.sorted_tables for column in table.columns
    }


def body_fields(service: str) -> dict[str, dict[str, Any]]:
    """Everything a service can be sent: `Model.field`, as JSON Schema."""
    fields: dict[str, dict[str, Any]] = {}
    for route in api_routes(import_module(f"services.{service}.main").SERVICE):
        if route.body_field is None:
            continue
        body: Any = route.body_field.field_info.annotation
        for name, model in create_model("Whole", body=(body, ...)).model_json_schema()["$defs"].items():
            fields |= {f"{name}.{key}": part for key, part in model.get("properties", {}).items()}
    return fields


def stored(service: str) -> set[str]:
    """The columns that can hold free text."""
    return {place for place, column in columns(service).items() if holds_text(column)}


def requested(service: str) -> dict[str, int | None]:
    """The fields that take free text, and the length they allow; None where there is no bound."""
    return {place: length for place, schema in body_fields(service).items() for length in texts(schema)}


def texts(schema: dict[str, Any]) -> Iterator[int | None]:
    """The length of each piece of free text in a field; None where there is no bound."""
    if not schema.keys() - {"title", "description", "examples", "default"}:
        yield None  # anything at all
    for key in ("anyOf", "oneOf"):
        for choice in schema.get(key, []):
            yield from texts(choice)
    match schema.get("type"):
        case "string" if not any(key in schema for key in PROPER):
            if schema.get("format") not in CLOSED_FORMATS:
                yield schema.get("maxLength")
        case "array":
            yield from texts(schema.get("items", {}))
        case "object":
            yield None  # a model would be a reference


@pytest.mark.parametrize("service", SERVICES)
def test_free_text_is_registered(service: str) -> None:
    assert (stored(service) | set(requested(service))) - set(register(service)) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_registered_exists(service: str) -> None:
    assert set(register(service)) - set(columns(service)) - set(body_fields(service)) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_asked_for_is_no_longer_than_registered(service: str) -> None:
    fields = register(service)
    too_long = {
        place: length
        for place, length in requested(service).items()
        if length is None or length > fields[place].max_length
    }
    assert too_long == {}


@pytest.mark.parametrize("service", SERVICES)
def test_every_entry_says_why_and_for_whom(service: str) -> None:
    for field in register(service).values():
        for text in (field.purpose, field.readers, field.retention):
            assert text.vi.strip()
            assert text.en.strip()


def closed_words(service: str) -> Iterator[tuple[str, set[str]]]:
    """Every place that takes words of a closed list, with the words it takes."""
    for place, column in columns(service).items():
        if isinstance(column.type, Enum):
            yield place, set(column.type.enums)
    for place, schema in body_fields(service).items():
        for words in enumerations(schema):
            yield place, words


def enumerations(schema: Any) -> Iterator[set[str]]:
    """The words of each enumeration in a schema."""
    if isinstance(schema, dict):
        words = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if words:
            yield set(words)
        for part in schema.values():
            yield from enumerations(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from enumerations(part)


@pytest.mark.parametrize("service", SERVICES)
def test_every_closed_list_is_shown(service: str) -> None:
    shown = [set(words) for words in import_module(f"services.{service}.safeguards").LISTS.values()]
    missing = {
        place: words for place, words in closed_words(service) if not any(words <= each for each in shown)
    }
    assert missing == {}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_document_shows_all_of_it(language: str) -> None:
    text = PATH.read_text()
    for service in SERVICES:
        safeguards = import_module(f"services.{service}.safeguards")
        for field in safeguards.FIELDS:
            assert f"| {field.purpose.in_language(language)} |" in text
            assert all(f"`{place}`" in text for place in field.places)
        for name, words in safeguards.LISTS.items():
            assert f"| `{name}` | {', '.join(f'`{word}`' for word in words)} |" in text
    for harm in HARMS.values():
        for part in (harm.name, harm.must_be_shown, harm.refused, harm.example, harm.counter_example):
            assert part.in_language(language) in text


def test_the_list_of_harms_is_closed() -> None:
    """Adding one needs a decision record; taking opinions for harms needs another project."""
    assert set(HARMS) == {"impersonation_agency", "account_takeover"}
    safeguards = import_module("services.reports.safeguards")
    assert safeguards.LISTS["harms"] == tuple(HARMS)
    for harm in HARMS.values():
        for text in (harm.must_be_shown, harm.refused, harm.example, harm.counter_example):
            assert text.vi.strip()
            assert text.en.strip()
