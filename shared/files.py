"""Files that are made first and sent then.

So the transaction that a file is read in lasts as long as the making, and not as long as the slowest reader; what
fails meanwhile is a problem and no torn file; and the length is known. A file has no name: nothing is left of it
when anything ends, the answer, the client or this process.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Any

from fastapi import Response
from starlette.types import Receive, Scope, Send

_CHUNK = 65_536  # bytes


async def answer(pieces: AsyncIterator[bytes], media_type: str, headers: Mapping[str, str]) -> "FileAnswer":
    """An answer with all these pieces, one after the other, once there are all of them."""
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it
    try:
        async for piece in pieces:
            await asyncio.to_thread(file.write, piece)
    except BaseException:
        file.close()
        raise
    return FileAnswer(file, media_type, headers)


class FileAnswer(Response):
    """Sends a file that has no name, and closes it whatever happens."""

    def __init__(self, file: IO[bytes], media_type: str, headers: Mapping[str, str]) -> None:
        self._file = file
        length = file.seek(0, 2)
        file.seek(0)
        super().__init__(media_type=media_type, headers={**headers, "Content-Length": str(length)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        with self._file:
            start: dict[str, Any] = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **start})
            while chunk := await asyncio.to_thread(self._file.read, _CHUNK):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
