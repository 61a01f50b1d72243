"""The directory as a file: the same as the list, harmless in a spreadsheet, and gone without a trace."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from openpyxl import load_workbook

from services.registry.agencies import queries as agencies
from services.registry.directory import exports
from services.registry.directory import queries as directory
from services.registry.directory.formats import COLUMNS, CsvWriter, XlsxWriter
from shared.db import Database
from shared.spreadsheets import harmless
from tests.support.answers import ok, problem
from tests.support.eventually import eventually
from tests.support.staff import Staff
from tests.support.tenant import agency

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = ("csv", "xlsx", "jsonl")
DANGEROUS = ("=1+1", "+84", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋84", "－1", "＠SUM(A1)")


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


def left_in(directory: Path) -> set[str]:
    """What lies in a directory, and the files there that this process holds open without a name."""
    found = {path.name for path in directory.iterdir()}
    for link in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            target = str(link.readlink())
            found |= {target} if target.startswith(str(directory)) else set()
    return found


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


@pytest.fixture
async def leaving_nothing(
    registry_app: FastAPI, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Path]:
    """The directory of temporary files; after the test nothing is there, and no connection is held."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pool: Any = registry_app.state.database.engine.pool
    connections = pool.checkedout()
    yield tmp_path

    async def settled() -> bool:
        return left_in(tmp_path) == set() and pool.checkedout() == connections

    await eventually(settled)
    assert registry_app.state.exports.running == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("how", ["breaks", "hangs"])
async def test_a_client_that_goes_away_leaves_nothing(
    registry_app: FastAPI, leaving_nothing: Path, staff: Staff, form: str, how: str
) -> None:
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
    reached = asyncio.Event()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            assert left_in(leaving_nothing)  # the file is there, without a name
            reached.set()
            if how == "breaks":
                raise OSError("gone")
            await asyncio.Event().wait()

    asked = asyncio.create_task(registry_app(scope, receive, send))
    await reached.wait()
    if how == "hangs":
        asked.cancel()
    with pytest.raises(asyncio.CancelledError if how == "hangs" else OSError):
        await asked


@pytest.mark.usefixtures("leaving_nothing")
@pytest.mark.parametrize("form", FORMS)
async def test_a_failure_in_the_middle_leaves_nothing(
    registry: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    async def broken(*_: Any) -> AsyncIterator[list[Any]]:
        yield [["x"] * len(COLUMNS)]
        raise RuntimeError("broken")

    monkeypatch.setattr(directory, "batches", broken)
    problem(await registry.get(f"/v1/directory.{form}"), 500, "internal")


async def test_an_export_is_that_of_one_moment(
    registry: httpx.AsyncClient, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = [await staff.active(display_name=name) for name in ("Xã A", "Xã B", "Xã C")]
    query = {"agency_code": staff.agency}
    before = await taken(registry, "jsonl", **query)
    read = directory.batches

    async def slowly(*arguments: Any) -> AsyncIterator[Any]:
        """While the first row is being written the last one is retired."""
        async for batch in read(*arguments):
            yield batch
            if made:
                ok(await staff.act(made.pop(), "retire", json={"reason": "no_longer_held"}))
                made.clear()

    monkeypatch.setattr(exports, "_BATCH", 1)
    monkeypatch.setattr(directory, "batches", slowly)
    meanwhile = await taken(registry, "jsonl", **query)
    assert (meanwhile.content, meanwhile.headers["etag"]) == (before.content, before.headers["etag"])
    after = await taken(registry, "jsonl", **query)
    assert len(after.text.splitlines()) == len(before.text.splitlines()) - 1


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


@pytest.mark.parametrize("form", FORMS)
async def test_nobody_makes_a_file_for_a_client_that_has_gone(
    registry_app: FastAPI, leaving_nothing: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Two that ask and leave again and again would keep everybody else from exporting."""

    async def endless(*_: Any) -> AsyncIterator[list[Any]]:
        while True:
            yield [["x"] * len(COLUMNS)]

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"} if left_in(leaving_nothing) else {"type": "http.request"}

    async def send(_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(directory, "batches", endless)
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/v1/directory.{form}",
        "raw_path": b"/",
        "query_string": b"",
        "headers": [],
        "client": ("127.0.0.1", 1),
    }
    await asyncio.wait_for(registry_app(scope, receive, send), 20)
