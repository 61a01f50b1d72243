"""A name server on this machine that says what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from dnslib import QTYPE, RCODE, RR, TXT, DNSRecord

_LONGEST_STRING = 255  # RFC 1035 §3.3: what one character-string holds


@dataclass
class Names:
    """Its TXT records by name, and what it was asked for."""

    address: str = ""
    texts: dict[str, list[str]] = field(default_factory=dict)
    failing: bool = False
    silent: bool = False
    asked: list[str] = field(default_factory=list)

    def answer(self, request: DNSRecord) -> DNSRecord:
        """The records of the name, or that it does not exist."""
        name = str(request.q.qname).rstrip(".").lower()
        self.asked.append(name)
        reply = request.reply()
        if self.failing:
            reply.header.rcode = RCODE.SERVFAIL
        elif name not in self.texts:
            reply.header.rcode = RCODE.NXDOMAIN
        for text in self.texts.get(name, []):
            data = text.encode()
            parts = [data[at : at + _LONGEST_STRING] for at in range(0, len(data), _LONGEST_STRING)]
            reply.add_answer(RR(request.q.qname, QTYPE.TXT, rdata=TXT(parts), ttl=60))
        return reply


class _Server(asyncio.DatagramProtocol):
    def __init__(self, names: Names) -> None:
        self._names = names

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        reply = self._names.answer(DNSRecord.parse(data)).pack()
        if not self._names.silent:
            self._transport.sendto(reply, addr)


@asynccontextmanager
async def running_names() -> AsyncIterator[Names]:
    """A name server for the length of the block, by UDP."""
    names = Names()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Server(names), local_addr=("127.0.0.1", 0))
    try:
        host, port = transport.get_extra_info("sockname")
        names.address = f"{host}:{port}"
        yield names
    finally:
        transport.close()
