"""The OpenAPI documents say enough, and what they say is true of themselves."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from deploy.local.config import SERVICES
from scripts.export_contracts import openapi
from shared import shapes
from shared.openapi import example_of, operations
from shared.problems import MEDIA_TYPE

DOCUMENTS = {service: openapi(service) for service in SERVICES}
OPERATIONS = [
    pytest.param(DOCUMENTS[service], path, operation, id=f"{service} {operation['operationId']}")
    for service in SERVICES
    for path, _, operation in operations(DOCUMENTS[service])
]
BODIES = [
    pytest.param(*each.values, id=each.id)
    for each in OPERATIONS
    if "requestBody" in each.values[2]  # type: ignore[operator]
]
JSON = "application/json"
FILES = {
    "text/plain",
    "text/csv",
    "application/jsonl",
    "application/ld+json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "image/svg+xml",
    "image/png",
}
"""What is no JSON for programs: a new kind is a decision."""
_BOUNDED_FORMATS = {"uuid", "date", "date-time"}
_BIG = 3  # fields


def resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A part of a document without its reference."""
    while "$ref" in part:
        _, *way = part["$ref"].split("/")
        part = document
        for key in way:
            part = part[key]
    return part


def answers(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {status: resolved(document, answer) for status, answer in operation["responses"].items()}


def contents(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The request body and every answer that has one: schema and examples."""
    yield from operation.get("requestBody", {}).get("content", {}).values()
    for answer in answers(document, operation).values():
        yield from answer.get("content", {}).values()


def examples(part: dict[str, Any]) -> list[Any]:
    """The examples of a body or a parameter."""
    named = [each["value"] for each in part.get("examples", {}).values()]
    return [*named, *([part["example"]] if "example" in part else [])]


def refusals(document: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """Why a schema of a document does not allow a value."""
    whole = {**schema, "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{list(error.instance_path)}: {error.message}" for error in validator.iter_errors(value)]


def walk(document: dict[str, Any], schema: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """A schema and every one it is made of, with its place. Recursive schemas are not expected."""
    schema = resolved(document, schema)
    yield place, schema
    for name, part in schema.get("properties", {}).items():
        yield from walk(document, part, f"{place}/{name}")
    if "items" in schema:
        yield from walk(document, schema["items"], f"{place}/*")
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from walk(document, part, place)


def unbounded(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    """Places where a request could be as large as its sender likes, or hold more than was described."""
    for place, part in walk(document, schema):
        chosen = "enum" in part or "const" in part
        match part.get("type"):
            case "string" if not (chosen or "maxLength" in part or part.get("format") in _BOUNDED_FORMATS):
                yield f"{place} has no maxLength"
            case "array" if "maxItems" not in part:
                yield f"{place} has no maxItems"
            case "integer" | "number" if not chosen and not {"minimum", "maximum"} <= part.keys():
                yield f"{place} has no minimum and maximum"
            case "object" if part.get("additionalProperties") is not False:
                yield f"{place} allows other fields"


@pytest.mark.parametrize(("document", "path", "operation"), OPERATIONS)
def test_an_operation_says_what_it_does_and_shows_it(
    document: dict[str, Any], path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["description"], path
    assert len(operation["tags"]) == 1
    for parameter in operation.get("parameters", []):
        assert parameter.get("description"), parameter["name"]
        assert examples(parameter), parameter["name"]
    if "requestBody" in operation:
        assert all(examples(each) for each in operation["requestBody"]["content"].values())
    for status, answer in answers(document, operation).items():
        assert answer["description"]
        for media_type, content in answer.get("content", {}).items():
            assert examples(content), status
            assert media_type in ({JSON, *FILES} if status < "400" else {MEDIA_TYPE}), status
            if media_type == MEDIA_TYPE:
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert {each["status"] for each in examples(content)} == {int(status)}
        assert status in {"204", "304"} or answer["content"], status
    assert any(status.startswith("2") for status in operation["responses"])


@pytest.mark.parametrize(("document", "path", "operation"), OPERATIONS)
def test_examples_are_what_their_schemas_allow(
    document: dict[str, Any], path: str, operation: dict[str, Any]
) -> None:
    for part in (*operation.get("parameters", []), *contents(document, operation)):
        for value in examples(part):
            assert refusals(document, part["schema"], value) == [], path


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_examples_of_schemas_and_events_are_valid_too(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        for place, part in walk(document, schema, name):
            for value in part.get("examples", []):
                assert refusals(document, part, value) == [], place
    for event in document["webhooks"].values():
        content = event["post"]["requestBody"]["content"][JSON]
        for value in examples(content):
            assert refusals(document, content["schema"], value) == []


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_names_and_tags(document: dict[str, Any]) -> None:
    events = [event["post"]["operationId"] for event in document["webhooks"].values()]
    ids = Counter([operation["operationId"] for _, _, operation in operations(document)] + events)
    assert [name for name, times in ids.items() if times > 1] == []
    assert [name for name in ids if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)*", name)] == []
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert {tag for _, _, operation in operations(document) for tag in operation["tags"]} == described


@pytest.mark.parametrize(("document", "path", "operation"), BODIES)
def test_request_bodies_are_closed_and_bounded(
    document: dict[str, Any], path: str, operation: dict[str, Any]
) -> None:
    for content in operation["requestBody"]["content"].values():
        assert list(unbounded(document, content["schema"])) == [], path


@pytest.mark.parametrize(("document", "path", "operation"), OPERATIONS)
def test_parameters_are_bounded(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    for parameter in operation.get("parameters", []):
        assert list(unbounded(document, parameter["schema"])) == [], (path, parameter["name"])


@pytest.mark.parametrize(("document", "path", "operation"), OPERATIONS)
def test_what_is_large_has_a_name(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    for content in contents(document, operation):
        choices = content["schema"].get("oneOf") or content["schema"].get("anyOf") or [content["schema"]]
        assert all("$ref" in each or each.get("type") == "string" for each in choices), path
    for name, schema in document["components"]["schemas"].items():
        for part in schema.get("properties", {}).values():
            assert len(part.get("properties", {})) < _BIG, name


@pytest.mark.parametrize(("document", "path", "operation"), OPERATIONS)
def test_links_lead_somewhere(document: dict[str, Any], path: str, operation: dict[str, Any]) -> None:
    targets = {each["operationId"]: each for _, _, each in operations(document)}
    for answer in answers(document, operation).values():
        for link in answer.get("links", {}).values():
            target = targets[link["operationId"]]
            needed = {each["name"] for each in target.get("parameters", []) if each["in"] == "path"}
            assert link.get("parameters", {}).keys() == needed, path


def test_creating_operations_link_to_what_follows() -> None:
    def links(service: str, path: str) -> dict[str, Any]:
        found: dict[str, Any] = DOCUMENTS[service]["paths"][path]["post"]["responses"]["201"]["links"]
        return {name: link.get("parameters") or link["requestBody"] for name, link in found.items()}

    account = links("registry", "/v1/accounts")
    assert account["submitAccount"] == {"account_id": "$response.body#/id"}
    assert "checkProof" not in account
    assert links("registry", "/v1/accounts/{account_id}/proofs")["checkProof"] == {
        "account_id": "$response.body#/account_id",
        "proof_id": "$response.body#/id",
    }
    report = links("reports", "/v1/incidents")
    assert report["triageIncident"] == {"incident_id": "$response.body#/incident_id"}
    assert report["trackReport"] == {"tracking_code": "$response.body#/tracking_code"}
    assert "readContact" not in report
    assert "readSubscription" in links("notifications", "/v1/subscriptions")


def test_a_field_without_an_example_is_named() -> None:
    document = {"components": {"schemas": {"Page": {"properties": {"title": {"type": "string"}}}}}}
    with pytest.raises(LookupError, match=r"Page\.title has no example"):
        example_of({"$ref": "#/components/schemas/Page"}, document)


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        ({"type": "string"}, " has no maxLength"),
        ({"type": "array", "items": {"type": "boolean"}}, " has no maxItems"),
        ({"anyOf": [{"type": "integer", "minimum": 0}]}, " has no minimum and maximum"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, " allows other fields"),
        ({"properties": {"a": {"type": "string", "format": "uri"}}}, "/a has no maxLength"),
    ],
)
def test_what_has_no_bounds_is_seen(schema: dict[str, Any], complaint: str) -> None:
    assert list(unbounded({}, schema)) == [complaint]


def patterns(part: Any) -> Iterator[str]:
    """Every pattern that texts have to match, anywhere in a document."""
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from patterns(each)


@pytest.mark.parametrize("service", SERVICES)
def test_whoever_mistypes_is_told_what_to_send_and_no_expression(service: str) -> None:
    found = set(patterns(DOCUMENTS[service]))
    assert found
    lists_of_words = re.compile(r"\^\([a-z_|]+\)\$")
    assert [each for each in found if not lists_of_words.fullmatch(each) and shapes.words(each) is None] == []
