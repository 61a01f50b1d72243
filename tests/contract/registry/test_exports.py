"""The directory as a file: the same as the list, harmless in a spreadsheet, and gone without a trace."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from services.registry.agencies import queries as agencies
from services.registry.directory import exports
from services.registry.directory import queries as directory
from services.registry.directory.formats import COLUMNS, CsvWriter, XlsxWriter, harmless
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.eventually import eventually
from tests.support.staff import Staff
from tests.support.tenant import agency

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = ("csv", "xlsx", "jsonl")
DANGEROUS = ("=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1")


async def taken(registry: httpx.AsyncClient, form: str, language: str = "vi", **query: Any) -> httpx.Response:
    answer = await registry.get(f"/v1/directory.{form}", params=query, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="chinh-danh.{form}"'
    assert int(answer.headers["content-length"]) == len(answer.content)
    return answer


def table(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def sheet(content: bytes) -> list[list[Any]]:
    (only,) = load_workbook(io.BytesIO(content))
    assert {cell.data_type for row in only.iter_rows() for cell in row} <= {"s", "n"}  # n: an empty one
    return [[cell or "" for cell in row] for row in only.iter_rows(values_only=True)]


def open_files() -> set[str]:
    """Files of this process that have no name any more, and what lies in the temporary directory."""
    links = Path("/proc/self/fd").iterdir()
    found = set()
    for link in links:
        with suppress(FileNotFoundError):
            target = str(link.readlink())
            if target.startswith(gettempdir()) and target.endswith("(deleted)"):
                found.add(target)
    return found | {path.name for path in Path(gettempdir()).glob("chinh-danh-xlsx-*")}


async def test_every_form_says_the_same_as_the_list(registry: httpx.AsyncClient, staff: Staff) -> None:
    for name in ("Công an xã, Lấp Vò", 'Trang "chính thức"', "Ổn; tốt"):
        await staff.active(display_name=name, languages=["vi", "en"])
    query = {"agency_code": staff.agency}
    listed = ok(await registry.get("/v1/directory", params=query))["items"]
    lines = (await taken(registry, "jsonl", **query)).text.splitlines()
    assert [orjson.loads(line) for line in lines] == listed
    expected = [
        [" ".join(v) if isinstance(v := item[name], list) else str(v or "") for name in COLUMNS]
        for item in listed
    ]
    for item in expected:  # the times in tables have no fractions
        place = list(COLUMNS).index("updated_at")
        item[place] = f"{item[place][:19]}Z"
    rows = table((await taken(registry, "csv", **query)).content)
    assert rows[1:] == expected
    assert sheet((await taken(registry, "xlsx", **query)).content) == rows


async def test_headings_are_in_the_reader_s_language(registry: httpx.AsyncClient) -> None:
    query = {"q": "zqx"}
    for language, first in (("vi", "Mã cơ quan"), ("en", "Agency code")):
        for form, read in (("csv", table), ("xlsx", sheet)):
            answer = await taken(registry, form, language, **query)
            assert answer.headers["content-language"] == language
            assert answer.headers["vary"] == "Accept-Language"
            assert read(answer.content)[0][0] == first


async def test_types_and_the_byte_order_mark(registry: httpx.AsyncClient) -> None:
    plain = await taken(registry, "csv", q="zqx")
    marked = await taken(registry, "csv", q="zqx", bom="true")
    assert marked.content == b"\xef\xbb\xbf" + plain.content
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert (await taken(registry, "xlsx", q="zqx")).headers["content-type"] == XLSX
    assert (await taken(registry, "jsonl", q="zqx")).headers["content-type"] == "application/jsonl"


async def test_no_cell_is_a_formula(registry: httpx.AsyncClient, staff: Staff) -> None:
    names = [name for name in DANGEROUS if name == name.strip()]
    for name in names:
        await staff.active(display_name=name)
    query = {"agency_code": staff.agency}
    place = list(COLUMNS).index("display_name")
    for form, read in (("csv", table), ("xlsx", sheet)):
        shown = [row[place] for row in read((await taken(registry, form, **query)).content)[1:]]
        assert sorted(shown) == sorted(f"'{name}" for name in names)
    lines = (await taken(registry, "jsonl", **query)).text.splitlines()
    assert {orjson.loads(line)["display_name"] for line in lines} == set(names)


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_could_begin_a_formula_has_an_apostrophe_before_it(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "UBND", "1-1", "a=b", "'=1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("form", FORMS)
async def test_who_has_the_file_is_not_sent_it_again(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database, form: str
) -> None:
    await staff.active()
    query = {"agency_code": staff.agency}
    first = await taken(registry, form, **query)

    async def again(tag: str, **more: str) -> httpx.Response:
        headers = {"If-None-Match": tag, "Accept-Language": "vi"}
        return await registry.get(f"/v1/directory.{form}", params={**query, **more}, headers=headers)

    unchanged = await again(first.headers["etag"])
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert (await again(first.headers["etag"], status="retired")).status_code == 200
    await staff.active()
    second = await again(first.headers["etag"])
    assert second.status_code == 200
    async with registry_database.transaction() as session:
        await agencies.write(session, [agency(staff.agency, name="Phường", version=2)])
    third = await again(second.headers["etag"])
    assert third.status_code == 200
    assert len({first.headers["etag"], second.headers["etag"], third.headers["etag"]}) == 3


async def test_only_so_many_are_made_at_a_time(registry: httpx.AsyncClient, registry_app: FastAPI) -> None:
    state: exports.Exports = registry_app.state.exports
    with state.one(), state.one():
        refused = await registry.get("/v1/directory.csv", params={"q": "zqx"})
        problem(refused, 503, "exports-busy")
        assert int(refused.headers["retry-after"]) >= 1
    await taken(registry, "csv", q="zqx")


@asynccontextmanager
async def leaving_nothing(database: Database) -> AsyncIterator[None]:
    """A block after which no file and no connection is held that was not held before."""
    pool: Any = database.engine.pool
    before, connections = open_files(), pool.checkedout()
    yield

    async def settled() -> bool:
        return open_files() == before and pool.checkedout() == connections

    await eventually(settled)


@pytest.mark.parametrize("form", FORMS)
async def test_a_client_that_goes_away_leaves_nothing(
    registry_app: FastAPI, registry_database: Database, staff: Staff, form: str
) -> None:
    for _ in range(3):
        await staff.active()
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/v1/directory.{form}",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
    }
    seen: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        seen.append(message["type"])
        if message["type"] == "http.response.body":
            raise OSError("gone")

    async with leaving_nothing(registry_database):
        with pytest.raises(OSError, match="gone"):
            await registry_app(scope, receive, send)
    assert seen == ["http.response.start", "http.response.body"]

    async def hang(message: Any) -> None:
        del message
        await asyncio.Event().wait()

    async with leaving_nothing(registry_database):
        cut = asyncio.create_task(registry_app(scope, receive, hang))
        await asyncio.sleep(0)
        cut.cancel()
        with suppress(asyncio.CancelledError):
            await cut


@pytest.mark.parametrize("form", FORMS)
async def test_a_failure_in_the_middle_leaves_nothing(
    registry: httpx.AsyncClient,
    registry_app: FastAPI,
    registry_database: Database,
    monkeypatch: pytest.MonkeyPatch,
    staff: Staff,
    form: str,
) -> None:
    await staff.active()

    async def broken(*_: Any) -> AsyncIterator[list[Any]]:
        raise RuntimeError("broken")
        yield []

    monkeypatch.setattr(directory, "batches", broken)
    async with leaving_nothing(registry_database):
        answer = await registry.get(f"/v1/directory.{form}", params={"agency_code": staff.agency})
        problem(answer, 500, "internal")
    assert registry_app.state.exports.running == 0


def test_a_sheet_that_is_full_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registry.directory.formats._SHEET_ROWS", 3)
    row = ["x"] * len(COLUMNS)
    file = io.BytesIO()
    writer = XlsxWriter(file, "en")
    writer.write([row] * 5)
    writer.finish()
    book = load_workbook(file)
    assert [each.max_row for each in book] == [3, 3, 2]
    assert {each["A1"].value for each in book} == {"Agency code"}


def test_csv_is_written_through(tmp_path: Path) -> None:
    """The file is whole when the writer has finished, and stays open for the one who opened it."""
    with (tmp_path / "x.csv").open("w+b") as file:
        writer = CsvWriter(file, "en")
        writer.write([["ế"] * len(COLUMNS)])
        writer.finish()
        file.seek(0)
        assert len(table(file.read())) == 2
