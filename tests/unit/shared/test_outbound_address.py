"""Which URLs and addresses may be requested."""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.outbound import address
from shared.outbound.address import Blocked, Policy, Resolve, admit, check, permits

PROOFS = Policy(schemes=frozenset({"http", "https"}))
LOCAL = Policy(allow_loopback=True)

# First and last address of each block, and forms that hide an IPv4 address.
PRIVATE = """
0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 100.100.100.200 169.254.0.0
169.254.169.254 169.254.255.255 168.63.129.16 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192
192.0.0.255 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.0.0 192.168.255.255 192.175.48.1
198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255
:: ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8
64:ff9b::7f00:1 64:ff9b::8.8.8.8 64:ff9b:1::a00:1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2
2001:2::1 2001:10::1 2001:20::1 2001:1ff:ffff::1 2001:db8::1 2002:: 2002:7f00:1::1 2002:808:808::1 3fff::1
2620:4f:8000::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fdff:ffff::1 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1
"""
LOOPBACK = ["127.0.0.0", "127.0.0.1", "127.1.2.3", "127.255.255.255", "::1"]
# The neighbours just outside those blocks, and well-known servers.
PUBLIC = """
1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.15
169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.167.255.255 192.169.0.0
198.17.255.255 198.20.0.0 223.255.255.255 8.8.8.8 1.1.1.1
2000::1 2001:200::1 2001:dc0::1 2001:4860:4860::8888 2003::1 2600::1 2606:4700:4700::1111 3ffe::1
"""


def answering(*answers: Sequence[str]) -> Resolve:
    """A resolver that gives these answers one after the other."""
    rest = iter(answers)

    async def resolve(_host: str) -> Sequence[str]:
        return next(rest)

    return resolve


async def blocked(url: str, policy: Policy, resolve: Resolve) -> str:
    with pytest.raises(Blocked) as caught:
        await check(url, policy, resolve=resolve)
    assert str(caught.value) == caught.value.code
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value.code


def in_url(host: str) -> str:
    return f"https://[{host}]/x" if ":" in host else f"https://{host}/x"


@pytest.mark.parametrize("ip", PRIVATE.split())
@pytest.mark.parametrize("policy", [Policy(), LOCAL])
async def test_private_addresses_are_refused_as_text_and_as_answer(ip: str, policy: Policy) -> None:
    assert not permits(ip, policy)
    assert await blocked(in_url(ip), policy, answering()) == "private-address"
    assert await blocked("https://name.example/", policy, answering(["8.8.8.8", ip])) == "private-address"


@pytest.mark.parametrize("ip", LOOPBACK)
async def test_loopback_is_the_only_exception(ip: str) -> None:
    assert await blocked(in_url(ip), PROOFS, answering()) == "private-address"
    assert await blocked("https://name.example/", PROOFS, answering([ip])) == "private-address"
    await check(in_url(ip), LOCAL, resolve=answering())
    await check("https://name.example/", LOCAL, resolve=answering([ip]))


@pytest.mark.parametrize("ip", PUBLIC.split())
async def test_public_addresses_pass(ip: str) -> None:
    await check(in_url(ip), Policy(), resolve=answering())
    await check("https://name.example/", Policy(), resolve=answering([ip, ip]))


@given(st.ip_addresses())
def test_nothing_passes_that_the_standard_library_calls_special(ip: IPv4Address | IPv6Address) -> None:
    if not permits(str(ip), Policy()):
        return
    assert ip.is_global
    assert not any((ip.is_multicast, ip.is_reserved, ip.is_link_local))
    if isinstance(ip, IPv6Address):
        assert not any((ip.ipv4_mapped, ip.sixtofour, ip.teredo))


@pytest.mark.parametrize("answer", ["2001:4860:4860::8888%eth0", "name.example", "", "0177.0.0.1"])
def test_an_odd_answer_is_refused(answer: str) -> None:
    assert not permits(answer, LOCAL)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        # Spellings of 127.0.0.1 that resolvers and C libraries understand.
        ("https://2130706433/", "bad-host"),
        ("https://017700000001/", "bad-host"),
        ("https://0x7f000001/", "bad-host"),
        ("https://0x7f.1/", "bad-host"),
        ("https://0X7F.0.0.0X1/", "bad-host"),
        ("https://0177.0.0.1/", "bad-host"),
        ("https://127.1/", "bad-host"),
        ("https://127.0.0.1./", "bad-host"),
        ("https://127.0.0.01/", "bad-host"),
        ("https://256.0.0.1/", "bad-host"),
        ("https://name.example.127/", "bad-host"),
        ("https://%31%32%37.0.0.1/", "bad-host"),
        ("https://１２７.0.0.1/", "private-address"),
        ("https://①②⑦.0.0.1/", "private-address"),
        ("https://127。0。0。1/", "private-address"),
        ("https://[::1%25lo]/", "private-address"),
        ("https://[fe80::1%25eth0]/", "private-address"),
        ("https://[2001:4860:4860::8888%25eth0]/", "private-address"),
        ("https://[0:0:0:0:0:ffff:7f00:1]/", "private-address"),
        ("https://[::1/", "bad-url"),
        ("https://::1/", "bad-url"),
        ("https://[1.2.3.4.5]/", "bad-url"),
        # Parser confusion.
        ("https://a.example\\@127.0.0.1/", "bad-url"),
        ("https://127.0.0.1\\.a.example/", "bad-url"),
        ("https://a.exa\tmple/", "bad-url"),
        ("https://a.example\r\nHost: b/", "bad-url"),
        (" https://a.example/", "bad-url"),
        ("https://127.0.0.1\x00.a.example/", "bad-url"),
        ("https://127.0.0.1%00.a.example/", "bad-host"),
        ("https://user@a.example/", "userinfo"),
        ("https://user:word@a.example/", "userinfo"),
        ("https://@a.example/", "userinfo"),
        ("https://:@a.example/", "userinfo"),
        ("https://[2001:db8::1]@", "userinfo"),
        ("https://a.example&@127.0.0.1#@b.example/", "userinfo"),
        # Hosts that are no names.
        ("https:///x", "bad-url"),
        ("//a.example/x", "bad-url"),
        ("a.example/x", "bad-url"),
        ("", "bad-url"),
        ("https://a..example/", "bad-host"),
        ("https://-a.example/", "bad-host"),
        ("https://a_b.example/", "bad-host"),
        ("https://*.example/", "bad-host"),
        (f"https://{'a' * 64}.example/", "bad-host"),
        (f"https://{'a.' * 127}example/", "bad-host"),
        (f"https://a.example/{'x' * 2048}", "bad-url"),
        # Schemes and ports.
        ("http://a.example/", "bad-scheme"),
        ("ftp://a.example/", "bad-scheme"),
        ("file://a.example/etc/passwd", "bad-scheme"),
        ("gopher://a.example/", "bad-scheme"),
        ("ws://a.example/", "bad-scheme"),
        ("unix://a.example/", "bad-scheme"),
        ("javascript:alert(1)", "bad-url"),
        ("https://a.example:22/", "bad-port"),
        ("https://a.example:25/", "bad-port"),
        ("https://a.example:0/", "bad-port"),
        ("https://a.example:1023/", "bad-port"),
        ("https://a.example:65536/", "bad-url"),
        ("https://a.example:-1/", "bad-url"),
    ],
)
async def test_refused_before_anything_is_resolved(url: str, code: str) -> None:
    assert await blocked(url, Policy(), answering()) == code


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "HTTPS://A.Example/",
        "https://a.example./",
        "https://a.example:8443/in?x=1#y",
        "https://a.example/@user:x",
        "https://a.example?@b",
        "https://3com.example/",
        "https://srv.t1/",
        "https://đồngtháp.gov.example/đường",
        "https://xn--p1ai.xn--p1ai/",
        f"https://{'a' * 63}.example/",
        "http://a.example:80/",
    ],
)
async def test_ordinary_urls_pass(url: str) -> None:
    await check(url, PROOFS, resolve=answering(["8.8.8.8", "2606:4700:4700::1111"]))


def test_the_host_that_was_judged_is_the_host_in_the_result() -> None:
    assert admit("HTTPS://Bücher.Example:443/", Policy()).raw_host == "xn--bcher-kva.example"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "[::1]", "localhost"])
def test_plain_http_to_loopback_in_the_local_stack_only(host: str) -> None:
    assert admit(f"http://{host}:8080/", LOCAL).scheme == "http"
    with pytest.raises(Blocked, match=r"bad-scheme|private-address"):
        admit(f"http://{host}:8080/", Policy())


@pytest.mark.parametrize("host", ["a.example", "8.8.8.8", "localhost.a.example", "10.0.0.1"])
def test_plain_http_elsewhere_stays_refused_in_the_local_stack(host: str) -> None:
    with pytest.raises(Blocked, match=r"bad-scheme|private-address"):
        admit(f"http://{host}/", LOCAL)


@pytest.mark.parametrize("scheme", ["ws", "ftp", "tcp", "file"])
def test_no_other_scheme_even_to_loopback(scheme: str) -> None:
    with pytest.raises(Blocked, match="bad-scheme"):
        admit(f"{scheme}://localhost:8080/", LOCAL)


async def test_names_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def no_such_name(_host: str) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "name.example")

    async def never(_host: str) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(address, "RESOLVE_SECONDS", 0.05)
    for resolve in (no_such_name, never, answering([])):
        assert await blocked("https://name.example/", Policy(), resolve) == "unresolvable"


async def test_the_systems_resolver_knows_localhost() -> None:
    with pytest.raises(Blocked, match="private-address"):
        await check("https://localhost/", Policy())
    await check("https://localhost/", LOCAL)
