"""An agency's own web site, on this machine."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from tests.support.web import serving

WELL_KNOWN = "/.well-known/trust.txt"


@dataclass
class Site:
    """What it publishes, by path, and what it was asked for."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publish(self, *lines: str, path: str = WELL_KNOWN) -> None:
        """Put a trust.txt on the site."""
        self.files[path] = "\n".join(lines).encode()

    def show(self, html: str, path: str = "/") -> None:
        """Put a page on the site."""
        self.files[path] = html.encode()

    async def answer(self, request: web.Request) -> web.Response:
        """A file, or 404."""
        self.asked.append(request.path)
        body = self.files.get(request.path)
        status = self.status.get(request.path, 404 if body is None else 200)
        return web.Response(status=status, body=body, headers={"Location": "/elsewhere"})


@asynccontextmanager
async def running_site(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    """A site that serves for the length of the block."""
    site = Site()
    async with serving(web.get("/{path:.*}", site.answer), host=host, tls=tls) as site.url:
        yield site
