"""Requests that nobody means well, or at all: made for any operation from its OpenAPI description."""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

MARKER = "zqx-Marker-7"
"""In every piece of bad input; must not come back, and must not be kept.

Not a plain lower-case word: a misspelt field may be pointed at by its name (`shared.validation`).
"""
JSON = {"Content-Type": "application/json"}

_LONG = MARKER + "x" * 10_000
_NUL = f"{MARKER}\x00"


@dataclass(frozen=True)
class Case:
    """One request, and the statuses that are a precise answer to it."""

    name: str
    path: str
    allowed: frozenset[int]
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the document that its schemas refer to.

    `known` are values by field name that a good body needs to be good.
    """

    document: dict[str, Any]
    method: str
    template: str
    known: dict[str, Any]

    @property
    def spec(self) -> dict[str, Any]:
        spec: dict[str, Any] = self.document["paths"][self.template][self.method]
        return spec

    @property
    def body_schema(self) -> dict[str, Any] | None:
        """The schema of the request body, if there is one."""
        content = self.spec.get("requestBody", {}).get("content", {})
        return self.resolve(content["application/json"]["schema"]) if "application/json" in content else None

    @property
    def file(self) -> Case | None:
        """A good request with a file for a body, where it takes one."""
        for media_type, content in self.spec.get("requestBody", {}).get("content", {}).items():
            if media_type != "application/json":
                example = content["examples"]["file"]["value"].encode()
                path = self.path() + self.query()
                return Case("a file", path, frozenset({201}), example, {"Content-Type": media_type})
        return None

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema without its reference."""
        if "$ref" not in schema:
            return schema
        return self.resolve(self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])

    def parameters(self, place: str) -> list[dict[str, Any]]:
        """Its parameters in `path` or `query`."""
        return [each for each in self.spec.get("parameters", []) if each["in"] == place]

    def path(self, **values: str) -> str:
        """The path with these raw values; an id that does not exist where none is given."""
        path = self.template
        for parameter in self.parameters("path"):
            name = parameter["name"]
            path = path.replace(f"{{{name}}}", values.get(name) or str(_example(self, parameter["schema"])))
        return path

    def query(self) -> str:
        """The query string that it cannot do without."""
        required = [each for each in self.parameters("query") if each.get("required")]
        pairs = [f"{each['name']}={quote(str(_example(self, each['schema'])))}" for each in required]
        return f"?{'&'.join(pairs)}" if pairs else ""


def cases(operation: Operation) -> Iterator[Case]:
    """Everything bad that can be done to an operation."""
    yield from _bad_paths(operation)
    yield from _bad_queries(operation)
    if operation.body_schema is not None:
        yield from _unreadable_bodies(operation)
        yield from _wrong_bodies(operation)


def good_body(operation: Operation) -> dict[str, Any]:
    """A body that its schema allows."""
    schema = operation.body_schema
    assert schema is not None
    body: dict[str, Any] = _example(operation, schema)
    return {name: operation.known.get(name, value) for name, value in body.items()}


def _bad_paths(operation: Operation) -> Iterator[Case]:
    content = _encoded(good_body(operation)) if operation.body_schema else None
    bad = {"nul": "%00", "not utf-8": "%ff%fe", "malformed": f"{MARKER}%20%27--", "dots": "..%2f..%2fetc"}
    for parameter in operation.parameters("path"):
        for name, value in bad.items():
            path = operation.path(**{parameter["name"]: value}) + operation.query()
            yield Case(f"path {parameter['name']}: {name}", path, frozenset({404, 422}), content, JSON)
        if "enum" in operation.resolve(parameter["schema"]):
            continue
        unknown = operation.path() + operation.query()
        yield Case(f"path {parameter['name']}: unknown", unknown, frozenset({404}), content, JSON)


def _bad_queries(operation: Operation) -> Iterator[Case]:
    path, refused = operation.path(), frozenset({404, 422})
    separator = "&" if operation.query() else "?"
    too_long = f"{path}{operation.query()}{separator}{MARKER}={'x' * 10_000}"
    yield Case("query: 10,000 characters", too_long, frozenset({414}))
    for parameter in operation.parameters("query"):
        name = parameter["name"]
        for kind, value in (("nul", "%00"), ("long", quote(_LONG[:5000])), ("malformed", f"%FF{MARKER}%27")):
            yield Case(f"query {name}: {kind}", f"{path}?{name}={value}", refused)


def _unreadable_bodies(operation: Operation) -> Iterator[Case]:
    path, bad = operation.path() + operation.query(), frozenset({400})
    yield Case("malformed JSON", path, bad, f'{{"{MARKER}": '.encode(), JSON)
    yield Case("two documents", path, bad, f'{{}} {{"{MARKER}": 1}}'.encode(), JSON)
    yield Case("bad UTF-8", path, bad, f'{{"{MARKER}": "'.encode() + b'\xff\xfe"}', JSON)
    yield Case("absurd nesting", path, bad, b'{"a":' * 20_000 + b"1" + b"}" * 20_000, JSON)
    yield Case("absurd nesting, never closed", path, bad, b"[" * 100_000, JSON)
    yield Case("an absurd number", path, bad, b'{"a": ' + b"9" * 10_000 + b"}", JSON)
    yield Case("a megabyte", path, frozenset({413}), b'{"a": "' + b"x" * 1_048_576 + b'"}', JSON)
    text = {"Content-Type": f"text/plain; {MARKER}=1"}
    yield Case("no JSON at all", path, frozenset({415}), MARKER.encode(), text)
    yield Case("no body", path, frozenset({422}), b"", JSON)


def _wrong_bodies(operation: Operation) -> Iterator[Case]:
    path, bad = operation.path() + operation.query(), frozenset({422})
    others: dict[str, Any] = {"list": [MARKER], "string": MARKER, "null": None, "number": 1.5}
    for name, value in others.items():
        yield Case(f"a {name} for a body", path, bad, _encoded(value), JSON)
    good = good_body(operation)
    yield Case("an unknown field", path, bad, _encoded({**good, MARKER: MARKER}), JSON)
    # Whether the thing exists is asked before what a link says is read.
    judged_late = bad | {404} if operation.parameters("path") else bad
    for place in _places(good):
        for name, value in {
            "a list of objects": [{MARKER: MARKER}],
            "an object": {MARKER: MARKER},
            "an absurd number": -1e300,
            "NUL": _NUL,
            "a lone surrogate": f"{MARKER}\ud800",
            "10,000 characters": _LONG,
        }.items():
            body = json.dumps(_changed(good, place, value)).encode()
            allowed = judged_late if name == "NUL" else bad
            yield Case(f"{'/'.join(map(str, place))}: {name}", path, allowed, body, JSON)


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def _places(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a body, the body itself left out."""
    if place:
        yield place
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _places(part, (*place, key))
    if isinstance(value, list):
        for number, part in enumerate(value):
            yield from _places(part, (*place, number))


def _changed(body: Any, place: tuple[str | int, ...], replacement: Any) -> Any:
    copy = deepcopy(body)
    *way, last = place
    part = copy
    for key in way:
        part = part[key]
    part[last] = replacement
    return copy


def _example(operation: Operation, schema: dict[str, Any]) -> Any:
    """A value that a schema allows: its own example, or the simplest there is."""
    schema = operation.resolve(schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema.get("const") or schema["enum"][0]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _example(operation, choices[0])
    match schema["type"]:
        case "object":
            required = schema.get("required", [])
            return {name: _example(operation, schema["properties"][name]) for name in required}
        case "array":
            return [_example(operation, schema["items"])]
        case kind:
            formats = {"uuid": str(uuid4()), "date-time": "2026-01-01T00:00:00Z"}
            text = formats.get(schema.get("format", ""), "T99.X99999")
            return {"integer": schema.get("minimum", 1), "boolean": True, "string": text}[kind]
