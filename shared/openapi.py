"""What a service's OpenAPI document says beyond what FastAPI writes: examples, links, ids.

Examples are made of those that the fields give, so a new field needs one and nothing else:

    name: str = Field(examples=["Ủy ban nhân dân xã Lấp Vò"])
    @router.post(…, openapi_extra=shows(state="draft"))    # where the answer is not the usual one
"""

import re
from collections.abc import Iterator
from typing import Any

from shared.events.envelope import Envelope, EventData

_SHOWS = "x-shows"
_JSON = "application/json"
COMMON_TAGS = {
    "audit": "What was done in an agency's name, and to its things, in a log that nobody can rewrite.",
    "events": "What happened, in order and without gaps, for systems that cannot receive webhooks.",
    "safeguards": "Every place where this service can hold free text, and its closed lists.",
}

Schema = dict[str, Any]


def shows(**changes: Any) -> dict[str, Any]:
    """`openapi_extra` of a route: the fields in which its example answer differs from the schema's."""
    return {_SHOWS: changes}


def file_answer(media_type: str, example: str) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route that answers with a file instead of JSON."""
    content = {media_type: {"schema": {"type": "string"}, "example": example}}
    return {200: {"description": "The file.", "content": content}}


def finish(document: dict[str, Any]) -> None:
    """Complete a document in place.

    Raises:
        LookupError: a field has no example.
    """
    for _, _, operation in operations(document):
        _describe_ids(operation)
        _add_examples(operation, document)
        operation["responses"] = dict(sorted(operation["responses"].items()))
    _add_links(document)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every operation as path, method and description, webhooks left out."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def resolve(schema: Schema, document: dict[str, Any]) -> Schema:
    """A schema without its reference."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def example_of(schema: Schema, document: dict[str, Any], place: str = "") -> Any:
    """A value that a schema allows: its own first example, or one made of those of its parts.

    Raises:
        LookupError: naming the place that has no example.
    """
    place = schema["$ref"].rpartition("/")[2] if "$ref" in schema else place
    schema = resolve(schema, document)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema.get("const") or schema["enum"][0]
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return example_of(choices[0], document, place)
    if "properties" in schema:
        parts = schema["properties"].items()
        return {name: example_of(part, document, f"{place}.{name}") for name, part in parts}
    if schema.get("type") == "array":
        return [example_of(schema["items"], document, place)]
    raise LookupError(f"{place} has no example")


def _describe_ids(operation: dict[str, Any]) -> None:
    """`account_id` in a path is the id of the account: no route needs to say so."""
    for parameter in operation.get("parameters", []):
        thing, is_id, _ = parameter["name"].partition("_id")
        if parameter["in"] == "path" and is_id:
            parameter.setdefault("description", f"Id of the {thing.replace('_', ' ')}.")
            parameter["schema"].setdefault("examples", ["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])


def _add_examples(operation: dict[str, Any], document: dict[str, Any]) -> None:
    """Give the request body, the parameters and the answer their examples."""
    changes = operation.pop(_SHOWS, {})
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "examples" not in content:
            content["examples"] = _request_examples(content["schema"], document)
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        known = schema.get("examples") or ([schema["default"]] if "default" in schema else None)
        parameter.setdefault(
            "example", known[0] if known else example_of(schema, document, parameter["name"])
        )
    for status, answer in operation["responses"].items():
        for media_type, content in answer.get("content", {}).items():
            if status.startswith("2") and media_type == _JSON:
                made = example_of(content["schema"], document)
                content.setdefault("example", {**made, **changes})


def _request_examples(schema: Schema, document: dict[str, Any]) -> dict[str, Any]:
    """One for each form that the body can have, under the name of the form."""
    forms = schema.get("oneOf") or schema.get("anyOf") or [schema]
    return {form["$ref"].rpartition("/")[2]: {"value": example_of(form, document)} for form in forms}


def _add_links(document: dict[str, Any]) -> None:
    """From what an operation creates to what can be done with it, by the names of path parameters.

    `POST /v1/accounts` answers an `id`; it is the `account_id` of every path below `/v1/accounts/{account_id}`.
    A field of the answer that is named like a path parameter is that parameter.
    """
    for path, _, operation in operations(document):
        content = operation["responses"].get("201", {}).get("content", {}).get(_JSON)
        if content is None:
            continue
        fields = resolve(content["schema"], document)["properties"]
        known = {name: f"$request.path.{name}" for name in _parameters(path)}
        for target, _, following in operations(document):
            own = re.match(re.escape(path) + r"/\{(\w+)\}", target)
            if own is None:
                continue
            values = {**known, **{name: f"$response.body#/{name}" for name in fields}}
            if "id" in fields:
                values[own[1]] = "$response.body#/id"
            if values.keys() >= _parameters(target):
                operation["responses"]["201"].setdefault("links", {})[following["operationId"]] = {
                    "operationId": following["operationId"],
                    "parameters": {name: values[name] for name in sorted(_parameters(target))},
                    "description": following["summary"],
                }


def _parameters(path: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", path))


def webhook(event: type[EventData], schemas: dict[str, Any]) -> dict[str, Any]:
    """An event as receivers see it: the envelope with this type's data. Its schemas are put into `schemas`."""
    for model in (event, Envelope):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs", {}))
        schemas[model.__name__] = schema
    document = {"components": {"schemas": schemas}}
    data = {"$ref": f"#/components/schemas/{event.__name__}"}
    envelope = {"$ref": "#/components/schemas/Envelope"}
    example = {
        **example_of(envelope, document),
        "source": f"/{event.type.partition('.')[0]}",
        "type": event.type,
        "audience": event.audience,
        "data": example_of(data, document),
    }
    summary, _, more = (event.__doc__ or event.type).partition("\n")
    return {
        "post": {
            "operationId": "on" + "".join(word.capitalize() for word in re.split(r"[._]", event.type)),
            "summary": summary,
            "description": more.strip() or summary,
            "requestBody": {
                "required": True,
                "content": {
                    _JSON: {
                        "schema": {"allOf": [envelope, {"properties": {"data": data}}]},
                        "examples": {event.type: {"value": example}},
                    }
                },
            },
            "responses": {"2XX": {"description": "Received; anything else is tried again."}},
        }
    }
