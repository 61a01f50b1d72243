"""Taking the directory away as a file: of one snapshot of the database, made first and sent then (`shared.files`)."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import ClientDisconnect

from services.registry.directory import queries, service
from services.registry.directory.formats import Open
from services.registry.directory.queries import Filter
from services.registry.directory.schemas import DirectoryQuery
from shared.conditional import Keeping, has, tag_of, unchanged
from shared.files import FileAnswer
from shared.problems import Text, Unavailable
from shared.spreadsheets import file_headers

AT_ONCE = 2
"""Exports that one process makes at a time: a large one takes a core for a while."""
_BATCH = 1000  # rows


class ExportsBusy(Unavailable):
    """As many exports are being made as the process has strength for."""

    slug = "exports-busy"
    title = Text("Đang có quá nhiều lượt xuất tệp", "Too many exports are being made")
    advice = Text(
        "Xuất tệp tốn nhiều tài nguyên nên mỗi lúc chỉ làm vài lượt. Hãy thử lại sau số giây nêu trong `Retry-After`, "
        "hoặc thu hẹp bộ lọc. Gửi `If-None-Match` để khỏi tải lại tệp chưa đổi.",
        "Exports are costly, so only a few are made at a time. Try again after the seconds in `Retry-After`, or "
        "narrow the filters. Send `If-None-Match` so that an unchanged file is not made again.",
    )


@dataclass(frozen=True)
class Form:
    """A kind of file: how it is written, and how it is told of."""

    name: str
    """What distinguishes it from other files of the same content."""
    media_type: str
    extension: str
    open: Open
    keeping: Keeping
    headers: tuple[tuple[str, str], ...] = ()


class Exports:
    """The exports that this process is making."""

    def __init__(self) -> None:
        self.running = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Room for one more.

        Raises:
            ExportsBusy: there is none.
        """
        if self.running >= AT_ONCE:
            raise ExportsBusy
        self.running += 1
        try:
            yield
        finally:
            self.running -= 1


async def export(request: Request, asked: DirectoryQuery, form: Form, known: str | None) -> Response:
    """The chosen accounts as a file; 304 when the caller has it.

    Raises:
        Invalid: the agency is not known.
        ExportsBusy: too many are being made already.
        ClientDisconnect: nobody waits for it any more.
        Unavailable: the database is away.
    """
    state = request.app.state
    with ExitStack() as opened:
        async with state.database.snapshot() as session:
            which = await service.meant(session, asked)
            tag = await _tag(session, which, form)
            if has(known, tag):
                return unchanged(tag, form.keeping)
            with state.exports.one():
                file = opened.enter_context(TemporaryFile())
                await _write(session, which, form, file, request)
        opened.pop_all()  # from here on the answer closes it
    headers = {
        **dict(form.headers),
        **form.keeping.headers(tag),
        **file_headers(f"chinh-danh.{form.extension}"),
    }
    return FileAnswer(file, form.media_type, headers)


async def _tag(session: AsyncSession, which: Filter, form: Form) -> str:
    """Weak, as two workbooks of the same content differ in the time of their making."""
    content = await queries.fingerprint(session, which)
    return f"W/{tag_of(f'{form.name}:{which}:{content}'.encode())}"


async def _write(session: AsyncSession, which: Filter, form: Form, file: IO[bytes], request: Request) -> None:
    writer = await asyncio.to_thread(form.open, file)
    try:
        async for rows in queries.batches(session, which, _BATCH):
            await _require_client(request)
            await asyncio.to_thread(writer.write, rows)
        await asyncio.to_thread(writer.finish)
    except BaseException:
        writer.discard()
        raise


async def _require_client(request: Request) -> None:
    if await request.is_disconnected():
        raise ClientDisconnect
