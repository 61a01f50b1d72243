"""What is no table is refused with its reason, and templates for what is one."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.support.answers import ok, problem
from tests.support.importing import HEADER, Desk
from tests.support.workbooks import changed, workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 rest", "not-a-table"),
        (changed(workbook([HEADER]), {"xl/media/1.bin": b"\0" * 20_000_000}), "too-large-inside"),
        (changed(workbook([HEADER]), {"xl/vbaProject.bin": b"x"}), "macros"),
    ],
)
async def test_what_is_no_table_is_refused_at_once(desk: Desk, content: bytes, reason: str) -> None:
    assert problem(await desk.send(content), 422, "unusable-file")["reason"] == reason


@pytest.mark.parametrize(
    ("content", "code", "missing"),
    [
        (b"Link,Ghi chu\nhttps://a.vn,x\n", "no-header", []),
        (b"Code,Name,Language\nA,B,vi\n", "columns-missing", ["agency_code", "url"]),
        (b"Link,Ten trang," + b",".join(b"c%d" % at for at in range(17_000)), "too-many-columns", []),
    ],
)
async def test_what_cannot_be_read_is_refused_by_the_worker(
    desk: Desk, content: bytes, code: str, missing: list[str]
) -> None:
    made = await desk.checked(content)
    assert (made["state"], made["refusal"]["code"], made["refusal"]["missing"]) == ("refused", code, missing)
    problem(await desk.act(made, "apply"), 409, "illegal-transition")
    assert (await desk.checked(content))["id"] != made["id"]


async def test_a_body_of_300_megabytes_is_not_received(desk: Desk) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(300):
            sent += 1
            yield b"x" * 1_000_000

    path, parameters = "/v1/imports", {"kind": "accounts"}
    declared = {**desk.headers, "Content-Length": "300000000"}
    problem(await desk.client.post(path, params=parameters, headers=declared), 413, "too-large")
    answer = await desk.client.post(path, params=parameters, content=chunks(), headers=desk.headers)
    problem(answer, 413, "too-large")
    problem(await desk.client.post(path, params=parameters, content=chunks()), 401, "unauthenticated")


async def test_templates_are_there_for_everybody(registry: httpx.AsyncClient) -> None:
    for kind in ("accounts", "agencies"):
        answer = await registry.get(f"/v1/imports/templates/{kind}.csv", params={"lang": "en"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert kind in answer.headers["content-disposition"]
        answer = await registry.get(f"/v1/imports/templates/{kind}.xlsx")
        assert answer.headers["content-type"] == XLSX
        assert answer.content.startswith(b"PK")
        has_it = {"If-None-Match": answer.headers["etag"]}
        again = await registry.get(answer.request.url, headers=has_it)
        assert (again.status_code, again.content) == (304, b"")
        english = await registry.get(answer.request.url, headers={"Accept-Language": "en", **has_it})
        assert (english.status_code, english.headers["vary"]) == (200, "Accept-Language")
        chosen = await registry.get(answer.request.url.copy_with(params={"lang": "en"}))
        assert chosen.headers["etag"] == english.headers["etag"]
    problem(await registry.get("/v1/imports/templates/people.csv"), 422, "invalid")
    problem(await registry.get("/v1/imports/templates/accounts.csv?lang=fr"), 422, "invalid")


async def test_a_file_that_breaks_off_is_nobodys_fault(registry_app: FastAPI, desk: Desk) -> None:
    """Its sender is not there to be answered, and nothing of it is kept."""
    messages: Iterator[dict[str, Any]] = iter(
        [{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}]
    )

    async def receive() -> dict[str, Any]:
        return next(messages)

    async def send(message: Any) -> None:
        raise AssertionError(message)

    await registry_app(
        {
            "type": "http",
            "method": "POST",
            "path": "/v1/imports",
            "raw_path": b"/v1/imports",
            "query_string": b"kind=accounts",
            "headers": [(name.lower().encode(), value.encode()) for name, value in desk.headers.items()],
            "client": ("127.0.0.1", 1),
        },
        receive,
        send,
    )
    assert ok(await desk.client.get("/v1/imports", headers=desk.headers))["items"] == []
