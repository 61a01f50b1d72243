"""The client against real servers on the loopback interface: where it goes and what it sends."""

import asyncio
import socket
import ssl
from collections.abc import Sequence

import aiohttp
import pytest

from shared.outbound.address import Blocked, Policy, Resolve, check
from shared.outbound.client import (
    MAX_CONNECTIONS_PER_HOST,
    FetchFailed,
    Outbound,
    Response,
    guarded_connector,
)
from tests.support.certificates import DAY, Authority
from tests.unit.shared.peer import LOCAL, OK, PATIENCE, closing, failure, get, peer

# Named hosts over plain http, which the local stack's policy grants to "localhost" only.
NAMED = Policy(allow_loopback=True, schemes=frozenset({"http", "https"}))
PUBLIC = Policy(schemes=frozenset({"http", "https"}))


def answering(*answers: Sequence[str]) -> tuple[Resolve, list[str]]:
    """A resolver that gives these answers in turn, and the names it was asked for."""
    rest, asked = iter(answers), []

    async def resolve(host: str) -> Sequence[str]:
        asked.append(host)
        return next(rest)

    return resolve, asked


async def test_get_returns_a_small_document_and_says_little_about_us() -> None:
    async with peer() as seen:
        response = await get(seen)
    assert response == Response(200, {"content-type": "text/plain"}, b"ok")
    lines = {line.lower() for line in seen.requests[0].split(b"\r\n")}
    assert {b"get /hook http/1.1", b"user-agent: chinhdanh/1", b"accept-encoding: identity"} <= lines
    assert not any(line.startswith((b"cookie", b"authorization", b"referer")) for line in lines)


async def test_post_delivers_body_and_headers() -> None:
    answer = b"HTTP/1.1 503 No\r\nRetry-After: 120\r\nX-Other: 1\r\nContent-Length: 0\r\n\r\n"
    async with peer(answer) as seen, Outbound(LOCAL) as out:
        response = await out.post(seen.url(), body=b'{"a":1}', headers={"webhook-id": "m1"}, timeout=PATIENCE)
    assert response == Response(503, {"retry-after": "120"}, b"")
    assert seen.requests[0].startswith(b"POST /hook ")
    assert b"webhook-id: m1\r\n" in seen.requests[0]
    assert seen.requests[0].endswith(b'\r\n\r\n{"a":1}')


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "name.example"])
async def test_without_the_exception_loopback_is_never_reached(host: str) -> None:
    async with peer() as seen, Outbound(PUBLIC, resolve=answering(["127.0.0.1"])[0]) as out:
        with pytest.raises(Blocked, match="private-address"):
            await out.get(seen.url(host), max_bytes=10, timeout=PATIENCE)
    assert seen.connections == 0


async def test_a_name_that_turns_private_after_it_was_registered() -> None:
    resolve, asked = answering(["8.8.8.8"], ["127.0.0.1"])
    async with peer() as seen, Outbound(PUBLIC, resolve=resolve) as out:
        await check(seen.url("name.example"), PUBLIC, resolve=resolve)
        with pytest.raises(Blocked, match="private-address"):
            await out.post(seen.url("name.example"), body=b"", headers={}, timeout=PATIENCE)
    assert (seen.connections, len(asked)) == (0, 2)


async def test_a_private_address_beside_a_good_one_refuses_both() -> None:
    async with peer() as seen, Outbound(NAMED, resolve=answering(["127.0.0.1", "10.0.0.1"])[0]) as out:
        with pytest.raises(Blocked, match="private-address"):
            await out.get(seen.url("name.example"), max_bytes=10, timeout=PATIENCE)
    assert seen.connections == 0


async def test_the_connection_goes_to_the_judged_address_without_asking_again() -> None:
    resolve, asked = answering(["127.0.0.1"], ["10.0.0.1"])
    async with peer() as seen, Outbound(NAMED, resolve=resolve) as out:
        for _ in range(5):
            await out.post(seen.url("name.example"), body=b"", headers={}, timeout=PATIENCE)
    assert asked == ["name.example"]
    assert (seen.connections, len(seen.requests)) == (1, 5)
    assert b"Host: name.example:" in seen.requests[0]


async def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async with peer() as seen, Outbound(NAMED, resolve=answering(["127.0.0.2", "127.0.0.1"])[0]) as out:
        assert (await out.get(seen.url("name.example"), max_bytes=10, timeout=PATIENCE)).status == 200


async def test_the_pool_itself_refuses_numeric_hosts_that_nobody_judged() -> None:
    async with peer() as seen, aiohttp.ClientSession(connector=guarded_connector(Policy())) as session:
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(seen.url())
    assert seen.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    async with peer() as secret:
        answer = f"HTTP/1.1 {status} Go\r\nLocation: {secret.url()}\r\nContent-Length: 0\r\n\r\n".encode()
        async with peer(answer) as seen, Outbound(LOCAL) as out:
            assert await failure(out.get(seen.url(), max_bytes=10, timeout=PATIENCE)) == "redirect"
            response = await out.post(seen.url(), body=b"", headers={}, timeout=PATIENCE)
    assert response.status == status
    assert secret.connections == 0


async def test_cookies_and_proxy_settings_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\n\r\n"
    async with peer() as proxy, peer(cookie) as seen, Outbound(LOCAL) as out:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        for _ in range(2):
            await out.get(seen.url(), max_bytes=10, timeout=PATIENCE)
    assert proxy.connections == 0
    assert b"cookie" not in seen.requests[1].lower()


async def test_a_peer_that_hangs_up_refuses_or_has_no_name() -> None:
    async with peer(closing(b"")) as seen:
        assert await failure(get(seen)) == "connect"
    assert await failure(get(seen)) == "connect"

    async def no_such_name(_host: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "name.example")

    async def never(_host: str) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    for resolve, code in ((no_such_name, "dns"), (answering([])[0], "dns"), (never, "timeout")):
        async with Outbound(LOCAL, resolve=resolve) as out:
            assert await failure(out.get("https://name.example/", max_bytes=10, timeout=0.3)) == code


async def test_one_host_gets_a_bounded_number_of_connections() -> None:
    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(OK)

    async with peer(slow) as seen, Outbound(LOCAL) as out:
        posts = (out.post(seen.url(), body=b"", headers={}, timeout=PATIENCE) for _ in range(100))
        assert {response.status for response in await asyncio.gather(*posts)} == {200}
    assert seen.most_open <= MAX_CONNECTIONS_PER_HOST
    assert len(seen.requests) == 100


AUTHORITY = Authority()


@pytest.mark.parametrize(
    ("serving", "host", "fault"),
    [
        (AUTHORITY.server("name.example"), "name.example", None),
        (AUTHORITY.server("name.example"), "other.example", "tls-wrong-host"),
        (AUTHORITY.server("name.example"), "127.0.0.1", "tls-wrong-host"),
        (AUTHORITY.server("name.example", valid=(-2 * DAY, -DAY)), "name.example", "tls-expired"),
        (AUTHORITY.server("name.example", valid=(DAY, 2 * DAY)), "name.example", "tls-not-yet-valid"),
        (AUTHORITY.server("name.example", self_signed=True), "name.example", "tls-self-signed"),
        (Authority().server("name.example"), "name.example", "tls-unknown-root"),
        (Authority().server("name.example", with_root=True), "name.example", "tls-unknown-root"),
    ],
)
async def test_certificates_are_verified_and_their_faults_named(
    serving: ssl.SSLContext, host: str, fault: str | None
) -> None:
    resolve, _ = answering(["127.0.0.1"], ["127.0.0.1"])
    async with peer(tls=serving) as seen, Outbound(LOCAL, resolve=resolve, tls=AUTHORITY.trusted()) as out:
        for request in (
            out.get(seen.url(host), max_bytes=10, timeout=PATIENCE),
            out.post(seen.url(host), body=b"", headers={}, timeout=PATIENCE),
        ):
            if fault is None:
                assert (await request).status == 200
                continue
            with pytest.raises(FetchFailed) as caught:
                await request
            assert (caught.value.code, caught.value.fault) == ("tls", fault)
    assert len(seen.requests) == (2 if fault is None else 0)


async def test_without_a_store_of_its_own_it_trusts_the_system_s() -> None:
    resolve, _ = answering(["127.0.0.1"])
    async with peer(tls=AUTHORITY.server("name.example")) as seen, Outbound(LOCAL, resolve=resolve) as out:
        assert await failure(out.get(seen.url("name.example"), max_bytes=10, timeout=PATIENCE)) == "tls"


async def test_something_else_than_tls_is_no_certificate() -> None:
    async with peer(closing(b"")) as seen, Outbound(LOCAL) as out:
        with pytest.raises(FetchFailed) as caught:
            await out.get(seen.url().replace("http:", "https:"), max_bytes=10, timeout=PATIENCE)
    assert caught.value.fault is None


async def test_what_may_be_asked_can_be_asked_before() -> None:
    resolve, _ = answering(["127.0.0.1"], ["10.0.0.1"])
    async with Outbound(NAMED, resolve=resolve) as out:
        await out.check("http://name.example/")
        with pytest.raises(Blocked, match="private-address"):
            await out.check("http://name.example/")


async def test_it_has_to_be_started() -> None:
    with pytest.raises(RuntimeError):
        await Outbound(LOCAL).get("https://127.0.0.1/", max_bytes=10, timeout=PATIENCE)
