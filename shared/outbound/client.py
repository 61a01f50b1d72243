"""The one HTTP client that goes to addresses named by outsiders (proofs, webhooks)."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Literal, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from shared.outbound.address import (
    Policy,
    Resolve,
    admit,
    check,
    permits,
    resolve_permitted,
    system_resolve,
)

USER_AGENT = "ChinhDanh/1"
CONNECT_SECONDS = 5.0
# Below the 5 s after which common servers drop an idle connection: reusing one that is just being
# closed would fail a delivery that had nothing wrong with it.
KEEPALIVE_SECONDS = 4.0
MAX_CONNECTIONS = 512
MAX_CONNECTIONS_PER_HOST = 64
# Nobody needs what a webhook answers; this much is read so that the connection can be reused.
ANSWER_BYTES = 16 * 1024
MAX_HEADER_BYTES = 8190  # of one line; real sites do send content security policies this long
MAX_HEADERS = 100
KEPT_HEADERS = ("content-type", "content-encoding", "retry-after")

FetchCode = Literal["timeout", "dns", "connect", "tls", "too-large", "redirect", "bad-response"]


CertificateFault = Literal[
    "tls-expired", "tls-not-yet-valid", "tls-wrong-host", "tls-self-signed", "tls-unknown-root"
]

# What OpenSSL calls them (X509_V_ERR_…, openssl/x509_vfy.h).
_FAULTS: Mapping[int, CertificateFault] = {
    9: "tls-not-yet-valid",
    10: "tls-expired",
    18: "tls-self-signed",
    19: "tls-unknown-root",  # the chain is whole, and ends in a root that nobody trusts
    20: "tls-unknown-root",  # what signed it is not there: an unknown root, or an intermediate not sent
    21: "tls-unknown-root",  # the same, when the server sends a single certificate
    62: "tls-wrong-host",
    64: "tls-wrong-host",  # asked for by its address
}


class FetchFailed(Exception):
    """The request had no usable answer. Carries closed words only, never a part of the URL.

    `fault` says of the code "tls" what is wrong with the certificate, where it is one of the usual things. It
    is no code of its own, because the codes are a closed list of what tells and stores them.
    """

    def __init__(self, code: FetchCode, fault: CertificateFault | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status, those of KEPT_HEADERS it has (lower-case names), and the body.

    The body of an answer to `post` is cut off at ANSWER_BYTES.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class _PermittedResolver(AbstractResolver):
    """Hands aiohttp the very addresses that were judged, in numeric form: nothing resolves twice."""

    def __init__(self, policy: Policy, resolve: Resolve) -> None:
        self._policy = policy
        self._resolve = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family  # a connection may use either
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=socket.IPPROTO_TCP,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in await resolve_permitted(host, self._policy, self._resolve)
        ]

    async def close(self) -> None:
        """Nothing is held open."""


def guarded_connector(
    policy: Policy, resolve: Resolve = system_resolve, tls: ssl.SSLContext | None = None
) -> aiohttp.TCPConnector:
    """A connection pool that reaches permitted addresses only, whatever it is asked for.

    Kept-alive connections are reused without looking again: the peer of an open connection cannot
    change, and it was judged when the connection was made. aiohttp's short name cache holds judged
    addresses only.
    """

    def open_socket(address: aiohttp.AddrInfoType) -> socket.socket:
        # The last word, on the address about to be connected to. aiohttp asks no resolver about
        # numeric hosts, so this also holds where `admit` was forgotten.
        family, kind, protocol, _, target = address
        if not permits(str(target[0]), policy):
            raise PermissionError
        return socket.socket(family, kind, protocol)

    return aiohttp.TCPConnector(
        resolver=_PermittedResolver(policy, resolve),
        socket_factory=open_socket,
        ssl=tls or True,
        limit=MAX_CONNECTIONS,
        limit_per_host=MAX_CONNECTIONS_PER_HOST,
        keepalive_timeout=KEEPALIVE_SECONDS,
    )


class Outbound:
    """Bounded GET and POST. Follows no redirect, keeps no cookie, ignores proxy settings.

    Use as an async context manager, or `start` and `close`. `tls` replaces the system's trust
    store, for instance by one with a national root added; certificates are always verified.
    """

    def __init__(
        self, policy: Policy, *, resolve: Resolve = system_resolve, tls: ssl.SSLContext | None = None
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the connection pool on the running loop."""
        self._session = aiohttp.ClientSession(
            connector=guarded_connector(self._policy, self._resolve, self._tls),
            # A compressed body could unfold to any size; we ask for none and unfold none.
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )

    async def close(self) -> None:
        """Close every connection; requests under way fail."""
        if self._session:
            await self._session.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def check(self, url: str) -> None:
        """Whether requests may go there at all, before anybody relies on it. Raises Blocked."""
        await check(url, self._policy, resolve=self._resolve)

    async def get(self, url: str, *, max_bytes: int, timeout: float) -> Response:  # noqa: ASYNC109
        """Fetch a small document, whatever its status.

        `timeout` is for everything together, in seconds. Raises Blocked, and FetchFailed, also for
        a redirect, a compressed body, and one above `max_bytes`.
        """
        response, complete = await self._exchange("GET", url, timeout, max_bytes)
        if HTTPStatus.MULTIPLE_CHOICES <= response.status < HTTPStatus.BAD_REQUEST:
            raise FetchFailed("redirect")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise FetchFailed("bad-response")
        if not complete:
            raise FetchFailed("too-large")
        return response

    async def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        timeout: float,  # noqa: ASYNC109 - one bound over name, connection, headers and body
    ) -> Response:
        """Deliver `body` once, without retrying. A redirect is returned like any other status.

        `timeout` is for everything together, in seconds. Raises Blocked and FetchFailed.
        """
        response, _ = await self._exchange("POST", url, timeout, ANSWER_BYTES, body=body, headers=headers)
        return response

    async def _exchange(
        self,
        method: str,
        url: str,
        seconds: float,
        limit: int,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[Response, bool]:
        """One request: the answer, with at most `limit` bytes of body, and whether that was all."""
        if self._session is None:
            raise RuntimeError("not started")
        # `from None` throughout: the library's messages name hosts, and chained errors get logged.
        try:
            async with self._session.request(
                method,
                admit(url, self._policy),
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS),
            ) as answer:
                if answer.status < HTTPStatus.OK:
                    raise FetchFailed("bad-response")
                kept = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
                content, complete = await _read(answer, limit)
                return Response(answer.status, kept, content), complete
        except TimeoutError:
            raise FetchFailed("timeout") from None
        except aiohttp.ClientConnectorCertificateError as error:
            number = getattr(error.certificate_error, "verify_code", 0)
            raise FetchFailed("tls", _FAULTS.get(number)) from None
        except aiohttp.ClientSSLError:
            raise FetchFailed("tls") from None
        except aiohttp.ClientConnectorDNSError:
            raise FetchFailed("dns") from None
        except aiohttp.ClientConnectionError:
            raise FetchFailed("connect") from None
        except aiohttp.ClientError:
            raise FetchFailed("bad-response") from None


async def _read(answer: aiohttp.ClientResponse, limit: int) -> tuple[bytes, bool]:
    if (answer.content_length or 0) > limit:
        return b"", False
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > limit:
            return bytes(body[:limit]), False
    return bytes(body), True
