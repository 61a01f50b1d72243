"""Whoever reads a released event goes on understanding it, whichever version published it."""

from copy import deepcopy
from typing import Any

import pytest

from scripts import export_contracts
from scripts.event_compat import broken
from scripts.export_contracts import RELEASED, contracts

NULLABLE = {"anyOf": [{"type": "string"}, {"type": "null"}]}
EVENT: dict[str, Any] = {
    "x-audience": "public",
    "type": "object",
    "properties": {
        "code": {"type": "string", "maxLength": 35},
        "kind": {"type": "string", "enum": ["agency", "office"], "description": "old words"},
        "note": {**NULLABLE, "default": None},
        "names": {"type": "array", "items": {"type": "string"}},
        "place": {"$ref": "#/$defs/Place"},
    },
    "required": ["code", "kind", "names", "place"],
    "$defs": {
        "Place": {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]},
    },
}
GONE = object()


def changed(**fields: Any) -> dict[str, Any]:
    """The event with other fields; a key with `__` is a field of the place."""
    event = deepcopy(EVENT)
    for name, schema in fields.items():
        inner, _, nested = name.partition("__")
        properties = (event["$defs"]["Place"] if nested else event)["properties"]
        if schema is GONE:
            del properties[nested or inner]
        else:
            properties[nested or inner] = schema
    return event


def problems(new: dict[str, Any]) -> list[str]:
    return broken({"a.b.c.v1": EVENT}, {"a.b.c.v1": new})


@pytest.mark.parametrize(
    "new",
    [
        EVENT,
        changed(added={"type": "string"}),
        changed(place__added={"type": "string"}),
        changed(kind={"enum": ["office", "agency"], "type": "string", "title": "Kind"}),
        changed(place=EVENT["$defs"]["Place"]),
    ],
    ids=["nothing", "an optional field", "an optional field within", "other prose", "no reference"],
)
def test_what_no_reader_minds(new: dict[str, Any]) -> None:
    assert problems(new) == []
    assert broken({}, {"a.b.c.v1": new}) == []


@pytest.mark.parametrize(
    ("new", "problem"),
    [
        (changed(code=GONE), "code is gone"),
        (changed(place__id=GONE), "place.id is gone"),
        (changed(code={"type": "integer"}), "code was string and is integer now"),
        (changed(code=NULLABLE), "code was string and is null or string now"),
        (changed(note={"type": "string"}), "note was null or string and is string now"),
        (
            changed(code={"type": "string", "format": "uuid", "maxLength": 35}),
            "code was string and is string (uuid) now",
        ),
        (changed(place__id={"type": "string"}), "place.id was integer and is string now"),
        (
            changed(names={"type": "array", "items": {"type": "integer"}}),
            "names[] was string and is integer now",
        ),
        (changed(code={"type": "string", "maxLength": 40}), "code: maxLength was 35 and is 40 now"),
        (changed(kind={"type": "string", "enum": ["agency"]}), "kind loses the value 'office'"),
        (changed(kind={"type": "string", "const": "agency"}), "kind loses the value 'office'"),
        (
            changed(kind={"type": "string", "enum": ["agency", "office", "unit"]}),
            "kind gains the value 'unit', which its readers do not know",
        ),
        (changed(kind={"type": "string"}), "kind was a closed list and is open now"),
        (
            {**EVENT, "required": ["kind", "names", "place"]},
            "code may be missing now, and readers rely on it",
        ),
        (
            {**EVENT, "required": [*EVENT["required"], "note"]},
            "note is required now, and events without it are still to be read",
        ),
        (
            {**changed(added={"type": "string"}), "required": [*EVENT["required"], "added"]},
            "added is new and required; events without it are still to be read",
        ),
        ({**EVENT, "x-audience": "subtree"}, "the event: x-audience was public and is subtree now"),
    ],
)
def test_what_would_break_a_reader_is_named(new: dict[str, Any], problem: str) -> None:
    assert problems(new) == [f"a.b.c.v1: {problem}"]


def test_a_released_event_does_not_disappear() -> None:
    assert broken({"a.b.c.v1": EVENT}, {"a.b.c.v2": EVENT}) == ["a.b.c.v1 is gone: its readers wait for it"]


def test_what_is_published_keeps_what_was_released() -> None:
    assert list(RELEASED.glob("*.json")) != []
    assert export_contracts.broken_promises(dict(contracts())) == []


def test_a_broken_promise_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = (each for each in contracts() if each[0].parent == export_contracts.SCHEMAS)
    monkeypatch.setattr(export_contracts, "contracts", lambda: iter(others))
    for options in ({"check": True}, {"release": True}, {}):
        (problem,) = export_contracts.main(**options)
        assert problem.startswith(f"{first[0].stem} is gone")
