"""What a change to a released event would break, seen from its readers.

Readers were promised the snapshot in shared/events/released/. They include our own services of the
version before and after: during an upgrade old readers get new events, and new readers get old events,
which streams and outboxes keep for thirty days. So a released field stays, with its type, bounds and
words, as required or as optional as it was; new fields are optional.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = dict[str, Any]

_PROSE = {"title", "description", "examples", "$schema", "$id", "$defs"}
_STRUCTURE = {"$ref", "properties", "required", "items", "anyOf", "enum", "const", "type", "format"}


def broken(released: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """What would break readers, as `<event>: <field> …`. Both are JSON Schemas by event type."""
    found = []
    for event, before in released.items():
        if event in new:
            found += [f"{event}: {surprise}" for surprise in surprises(before, new[event])]
        else:
            found.append(f"{event} is gone: its readers wait for it")
    return found


def surprises(released: Schema, new: Schema) -> list[str]:
    """What would surprise the readers of one event."""
    return list(_compare(_Part(released, released), _Part(new, new), ""))


class _Part:
    """A part of a schema, with the whole that its references point into."""

    def __init__(self, schema: Schema, whole: Schema) -> None:
        while "$ref" in schema:
            schema = whole.get("$defs", {})[schema["$ref"].rpartition("/")[2]]
        self.schema = schema
        self.whole = whole

    def part(self, schema: Schema) -> "_Part":
        return _Part(schema, self.whole)

    def choices(self) -> "dict[str, _Part]":
        """The forms that it can have, by kind."""
        forms = [self.part(form) for form in self.schema.get("anyOf", [self.schema])]
        return {form.kind(): form for form in forms}

    def kind(self) -> str:
        """Its type in a word or two, its values left out."""
        if "anyOf" in self.schema:
            return " or ".join(sorted(self.choices()))
        words = self.words()
        name = self.schema.get("type") or (type(words[0]).__name__ if words else "anything")
        return f"{name} ({self.schema['format']})" if "format" in self.schema else str(name)

    def words(self) -> list[Any]:
        """The only values it can have; empty when there are others."""
        return [self.schema["const"]] if "const" in self.schema else self.schema.get("enum", [])

    def bounds(self) -> Schema:
        """Everything else that its readers were told."""
        return {key: value for key, value in self.schema.items() if key not in _PROSE | _STRUCTURE}


def _compare(before: _Part, after: _Part, place: str) -> Iterator[str]:
    name = place or "the event"
    if before.kind() != after.kind():
        yield f"{name} was {before.kind()} and is {after.kind()} now"
        return
    if "anyOf" in before.schema:
        old, new = before.choices(), after.choices()
        for kind, form in old.items():
            yield from _compare(form, new[kind], place)
        return
    yield from _compare_words(before.words(), after.words(), name)
    was, is_now = before.bounds(), after.bounds()
    for key in sorted(was.keys() | is_now.keys()):
        if was.get(key) != is_now.get(key):
            yield f"{name}: {key} was {was.get(key, 'not set')} and is {is_now.get(key, 'not set')} now"
    if "items" in before.schema and "items" in after.schema:
        yield from _compare(
            before.part(before.schema["items"]), after.part(after.schema["items"]), f"{name}[]"
        )
    yield from _compare_fields(before, after, f"{place}." if place else "")


def _compare_words(before: list[Any], after: list[Any], name: str) -> Iterator[str]:
    if not before and not after:
        return
    if not before or not after:
        yield f"{name} was {'a closed list' if before else 'open'} and is {'closed' if after else 'open'} now"
        return
    for word in before:
        if word not in after:
            yield f"{name} loses the value {word!r}"
    for word in after:
        if word not in before:
            yield f"{name} gains the value {word!r}, which its readers do not know"


def _compare_fields(before: _Part, after: _Part, prefix: str) -> Iterator[str]:
    old, new = before.schema.get("properties", {}), after.schema.get("properties", {})
    was_required = set(before.schema.get("required", ()))
    is_required = set(after.schema.get("required", ()))
    for field, schema in old.items():
        name = f"{prefix}{field}"
        if field not in new:
            yield f"{name} is gone"
            continue
        if field in was_required - is_required:
            yield f"{name} may be missing now, and readers rely on it"
        if field in is_required - was_required:
            yield f"{name} is required now, and events without it are still to be read"
        yield from _compare(before.part(schema), after.part(new[field]), name)
    for field in sorted((new.keys() - old.keys()) & is_required):
        yield f"{prefix}{field} is new and required; events without it are still to be read"
