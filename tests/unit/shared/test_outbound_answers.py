"""What hostile peers answer: too much, too slowly, or nonsense."""

import gzip

import pytest

from shared.outbound.client import ANSWER_BYTES, Outbound
from tests.unit.shared.peer import LOCAL, OK, PATIENCE, Talk, closing, endless, failure, get, peer, silence

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1000\r\n" + b"x" * 4096 + b"\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        closing(HEAD + b"Content-Length: 1001\r\n\r\n" + b"x" * 1001),
        closing(HEAD + b"Content-Length: 99999999999\r\n\r\nx"),
        endless(HEAD + b"Content-Length: 99999999999\r\n\r\n", b"x" * 4096),
        endless(CHUNKED, CHUNK),
        endless(HEAD + b"Connection: close\r\n\r\n", b"x" * 4096),
    ],
)
async def test_a_body_above_the_bound(answer: Talk) -> None:
    async with peer(answer) as seen, Outbound(LOCAL) as out:
        assert await failure(get(seen)) == "too-large"
        # For a webhook the status is what counts, however much comes after it.
        response = await out.post(seen.url(), body=b"", headers={}, timeout=PATIENCE)
    assert response.status == 200
    assert len(response.body) <= ANSWER_BYTES


async def test_a_body_of_just_the_bound_is_whole() -> None:
    async with peer(HEAD + b"Content-Length: 1000\r\n\r\n" + b"x" * 1000) as seen:
        assert len((await get(seen, max_bytes=1000)).body) == 1000
    async with peer(CHUNKED + b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n") as seen:
        assert len((await get(seen, max_bytes=1000)).body) == 1000


async def test_bytes_after_the_announced_length_are_no_answer_to_the_next_request() -> None:
    smuggled = HEAD + b"Content-Length: 4\r\n\r\nfake"
    async with peer(closing(OK + smuggled)) as seen, Outbound(LOCAL) as out:
        for _ in range(2):
            assert (await out.get(seen.url(), max_bytes=10, timeout=PATIENCE)).body == b"ok"
    assert seen.connections == 2


async def test_compressed_bodies_are_not_unfolded() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    answer = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb) + bomb
    async with peer(answer) as seen, Outbound(LOCAL) as out:
        assert await failure(out.get(seen.url(), max_bytes=len(bomb), timeout=PATIENCE)) == "bad-response"
        response = await out.post(seen.url(), body=b"", headers={}, timeout=PATIENCE)
    assert len(response.body) <= len(bomb)


@pytest.mark.parametrize(
    "answer",
    [
        silence,
        endless(HEAD, b"a", pause=0.02),
        endless(HEAD, b"A: b\r\n", pause=0.02),
        endless(HEAD + b"Content-Length: 500\r\n\r\n", b"x", pause=0.02),
        endless(CHUNKED, b"1\r\nx\r\n", pause=0.02),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"),
        endless(CHUNKED, b"1;" + b"e" * 500 + b"\r\nx\r\n", pause=0.02),
    ],
)
async def test_slow_peers_are_given_up_in_time(answer: Talk) -> None:
    async with peer(answer) as seen, Outbound(LOCAL) as out:
        assert await failure(out.get(seen.url(), max_bytes=10_000, timeout=0.3)) == "timeout"
        assert await failure(out.post(seen.url(), body=b"", headers={}, timeout=0.3)) == "timeout"


@pytest.mark.parametrize(
    "answer",
    [
        closing(HEAD + b"A: " + b"b" * 100_000 + b"\r\nContent-Length: 0\r\n\r\n"),
        closing(HEAD + b"a" * 100_000 + b": b\r\nContent-Length: 0\r\n\r\n"),
        closing(b"HTTP/1.1 200 " + b"O" * 100_000 + b"\r\nContent-Length: 0\r\n\r\n"),
        closing(HEAD + b"A: b\r\n" * 101 + b"Content-Length: 0\r\n\r\n"),
        endless(HEAD + b"A: ", b"b" * 4096),
        endless(HEAD, b"A: b\r\n" * 100),
        endless(b"HTTP/1.1 200 ", b"O" * 4096),
        endless(CHUNKED + b"0\r\n", b"A: b\r\n" * 100),
        closing(b"SSH-2.0-OpenSSH_9.6\r\n"),
        closing(b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: a\r\n\r\n"),
        closing(HEAD + b"Content-Length: -1\r\n\r\n"),
        closing(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
        closing(HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"),
        closing(HEAD + b"Content-Length: 10\r\n\r\nshort"),
        closing(CHUNKED + b"zz\r\nab\r\n"),
        closing(CHUNKED + b"ffffffffffffffffffff\r\nab\r\n"),
        closing(b"\x16\x03\x01\x00\x00"),
    ],
)
async def test_malformed_answers_and_header_bombs(answer: Talk) -> None:
    async with peer(answer) as seen:
        assert await failure(get(seen)) == "bad-response"
