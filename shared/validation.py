"""Pydantic's errors as a problem in two languages that never repeats what was sent."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from shared import shapes
from shared.problems import AppError, BadRequest, FieldError, Invalid, Text, UnsupportedMediaType

_ALTERNATIVES = re.compile(r"\^\(([a-z_|]+)\)\$")
_PLAIN_NAME = re.compile(r"[a-z_]{1,40}")
_SOURCES = {"body": "", "query": "/query", "path": "/path", "header": "/header"}

# Keyed by pydantic's error type; the fields are those of the error's context.
_SENTENCES = {
    "missing": Text("Thiếu trường bắt buộc.", "A required field is missing."),
    "extra_forbidden": Text("Trường không được phép.", "This field is not allowed."),
    "string_type": Text("Phải là chuỗi ký tự.", "Must be a string."),
    "string_unicode": Text("Chuỗi không phải Unicode hợp lệ.", "Not valid Unicode."),
    "string_too_short": Text("Tối thiểu {min_length} ký tự.", "{min_length} or more characters."),
    "string_too_long": Text("Tối đa {max_length} ký tự.", "At most {max_length} characters."),
    "string_pattern_mismatch": Text("Không đúng dạng.", "Not of the right form."),
    "too_short": Text("Tối thiểu {min_length} phần tử.", "{min_length} or more items."),
    "too_long": Text("Tối đa {max_length} phần tử.", "At most {max_length} items."),
    "list_type": Text("Phải là danh sách.", "Must be a list."),
    "dict_type": Text("Phải là đối tượng JSON.", "Must be a JSON object."),
    "model_type": Text("Phải là đối tượng JSON.", "Must be a JSON object."),
    "model_attributes_type": Text("Phải là đối tượng JSON.", "Must be a JSON object."),
    "literal_error": Text("Phải là một trong: {expected}.", "Must be one of: {expected}."),
    "enum": Text("Phải là một trong: {expected}.", "Must be one of: {expected}."),
    "union_tag_not_found": Text("Thiếu trường {discriminator}.", "The field {discriminator} is missing."),
    "union_tag_invalid": Text(
        "{discriminator} phải là một trong: {expected_tags}.",
        "{discriminator} must be one of: {expected_tags}.",
    ),
    "int_type": Text("Phải là số nguyên.", "Must be an integer."),
    "int_parsing": Text("Phải là số nguyên.", "Must be an integer."),
    "greater_than_equal": Text("Phải từ {ge} trở lên.", "Must be at least {ge}."),
    "less_than_equal": Text("Phải từ {le} trở xuống.", "Must be at most {le}."),
    "bool_type": Text("Phải là true hoặc false.", "Must be true or false."),
    "bool_parsing": Text("Phải là true hoặc false.", "Must be true or false."),
    "uuid_type": Text("Phải là UUID.", "Must be a UUID."),
    "uuid_parsing": Text("Phải là UUID.", "Must be a UUID."),
    "date_from_datetime_parsing": Text("Phải là ngày dạng YYYY-MM-DD.", "Must be a date, YYYY-MM-DD."),
    "date_parsing": Text("Phải là ngày dạng YYYY-MM-DD.", "Must be a date, YYYY-MM-DD."),
    **dict.fromkeys(
        ("datetime_type", "datetime_parsing", "datetime_from_date_parsing", "timezone_aware"),
        Text(
            "Phải là thời điểm kèm múi giờ, như 2026-11-01T00:00:00+07:00.",
            "Must be a time with its offset, such as 2026-11-01T00:00:00+07:00.",
        ),
    ),
}
# Raised as ValueError(<word>) by our own validators.
_WORDS = {
    "control-character": Text("Có ký tự điều khiển không được phép.", "Contains a control character."),
}
_OTHERWISE = Text("Giá trị không hợp lệ.", "Not a valid value.")


def problem(errors: Sequence[Any], body: Any = None) -> AppError:
    """The problem for a request that failed validation: 400 for unreadable JSON, 415 for none, else 422."""
    if any(error["type"] == "json_invalid" for error in errors):
        return BadRequest(Text("Nội dung không phải JSON hợp lệ.", "The body is not valid JSON."))
    if any(isinstance(error.get("input"), bytes) for error in errors):
        return UnsupportedMediaType()  # what was not declared to be JSON arrives undecoded
    placed = [(_pointer(error["loc"], body), error) for error in errors[:50]]
    # Of the members of a union the one that has the right type says what is wrong.
    told = {pointer for pointer, error in placed if not error["type"].endswith("_type")}
    return Invalid(
        errors=[
            FieldError(pointer, _sentence(error))
            for pointer, error in placed
            if not error["type"].endswith("_type") or not _begins(pointer, told)
        ]
    )


def _begins(pointer: str, others: Collection[str]) -> bool:
    return any(f"{other}/".startswith(f"{pointer}/") for other in others)


def query_pointer(name: str) -> str:
    """A JSON pointer to a query parameter, by name if that is no more than a name."""
    return _pointer(("query", name), None)


def _pointer(location: Sequence[int | str], body: Any) -> str:
    """A JSON pointer. A misspelt field is named, but nothing that could be more than a field's name."""
    source, *rest = location or ("body",)
    if source == "header":  # its name is ours
        return "/".join(["/header", *map(str, rest)])
    parts = _path_in(body, rest) if source == "body" else rest
    named = [str(part) for part in parts if isinstance(part, int) or _PLAIN_NAME.fullmatch(part)]
    return "/".join([_SOURCES.get(str(source), ""), *named]) or "/"


def _path_in(value: Any, location: Sequence[int | str]) -> list[int | str]:
    """The parts of pydantic's location that are places in the body: it also names members of unions."""
    path: list[int | str] = []
    for place, part in enumerate(location):
        if isinstance(value, dict):
            if part not in value and place < len(location) - 1:
                continue
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part] if part < len(value) else None
        else:
            continue
        path.append(part)
    return path


def _sentence(error: Any) -> Text:
    context = {key: value for key, value in error.get("ctx", {}).items() if key not in {"tag", "error"}}
    if error["type"] == "value_error":
        return _WORDS.get(str(error["ctx"]["error"]), _OTHERWISE)
    kind = error["type"]
    if kind in {"too_long", "too_short"} and isinstance(error.get("input"), str):
        kind = f"string_{kind}"  # what comes of a bound beside a validator
    if kind == "string_pattern_mismatch":
        return _of_pattern(str(context["pattern"]))
    sentence = _SENTENCES.get(kind, _OTHERWISE)
    if kind in {"literal_error", "enum"}:  # pydantic writes the list in English
        context["expected"] = context["expected"].replace("' or '", "', '")
    return Text(sentence.vi.format_map(context), sentence.en.format_map(context))


def _of_pattern(pattern: str) -> Text:
    if words := _ALTERNATIVES.fullmatch(pattern):
        expected = ", ".join(f"'{word}'" for word in words[1].split("|"))
        sentence = _SENTENCES["literal_error"]
        return Text(sentence.vi.format(expected=expected), sentence.en.format(expected=expected))
    return shapes.words(pattern) or _SENTENCES["string_pattern_mismatch"]
