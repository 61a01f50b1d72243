"""Uvicorn's HTTP protocol with a bound that it lacks: httptools waits for the end of a head, however long."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_UNFINISHED_BYTES = 65_536
"""Above what `shared.edge` takes, which answers with a problem document; this only protects the memory."""

_REFUSAL = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """One connection of a client."""

    _in_head = False
    _waiting_for_end = 0

    def on_message_begin(self) -> None:
        self._in_head, self._waiting_for_end = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        began_before = self._in_head
        super().data_received(data)
        if not self._in_head or self.transport.is_closing():
            return
        # The bytes in which a head begins may belong to the request before it.
        self._waiting_for_end += len(data) if began_before else 0
        if self._waiting_for_end > MAX_UNFINISHED_BYTES:
            self.transport.write(_REFUSAL)
            self.transport.close()
