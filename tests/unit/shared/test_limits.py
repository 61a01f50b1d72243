"""Token buckets, and who counts as one client."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from shared.limits import Buckets, client_of
from shared.problems import RateLimited
from shared.settings import ServiceSettings

GATEWAY, OUTER = "10.0.0.7", "192.0.2.9"
PROXIES = (ip_network("10.0.0.0/8"), ip_network("192.0.2.9/32"), ip_network("2001:db8:ffff::/48"))


def taken(buckets: Buckets, caller: str, now: float, tries: int) -> int:
    """How many of so many tries at one moment are granted."""
    granted = 0
    for _ in range(tries):
        try:
            buckets.take(caller, now)
        except RateLimited:
            continue
        granted += 1
    return granted


def test_a_bucket_grants_a_minute_at_once_and_refills_evenly() -> None:
    buckets = Buckets(per_minute=60)
    assert taken(buckets, "a", 1000.0, 100) == 60
    assert taken(buckets, "a", 1000.9, 100) == 0
    assert taken(buckets, "a", 1010.0, 100) == 10
    assert taken(buckets, "a", 9000.0, 100) == 60


def test_callers_do_not_take_from_one_another() -> None:
    buckets = Buckets(per_minute=30)
    assert [taken(buckets, f"client {n}", 5.0, 40) for n in range(20)] == [30] * 20


@pytest.mark.parametrize(("per_minute", "seconds"), [(1, 60), (6, 10), (600, 1)])
def test_a_refusal_says_when_to_come_back_and_means_it(per_minute: int, seconds: int) -> None:
    buckets = Buckets(per_minute)
    taken(buckets, "a", 0.0, per_minute)
    with pytest.raises(RateLimited) as refused:
        buckets.take("a", 0.0)
    assert refused.value.headers["Retry-After"] == str(seconds)
    buckets.take("a", float(seconds))


def test_a_flood_of_callers_makes_it_stricter_never_laxer() -> None:
    buckets = Buckets(per_minute=10)
    for number in range(200_000):  # three for each slot
        taken(buckets, f"bot {number}", 0.0, 1)
    assert taken(buckets, "bot 0", 0.0, 100) <= 9
    assert taken(buckets, "a newcomer", 0.0, 100) <= 10


def scope(peer: str, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"client": (peer, 4711), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("198.51.100.1", [], "198.51.100.1"),
        ("198.51.100.1", ["203.0.113.5"], "198.51.100.1"),  # no proxy of ours says so
        (GATEWAY, ["203.0.113.5"], "203.0.113.5"),
        (GATEWAY, ["1.1.1.1, 203.0.113.5"], "203.0.113.5"),  # the left one is the client's own word
        (GATEWAY, ["1.1.1.1", f"203.0.113.5, {OUTER}"], "203.0.113.5"),
        (GATEWAY, [f"203.0.113.5,{OUTER} , 10.1.1.1"], "203.0.113.5"),
        (GATEWAY, [], GATEWAY),
        (GATEWAY, [""], GATEWAY),
        (GATEWAY, ["203.0.113.5, unknown"], GATEWAY),
        (GATEWAY, [f"nonsense, {OUTER}"], OUTER),
        (GATEWAY, ["10.2.2.2"], "10.2.2.2"),
        ("::ffff:10.0.0.7", ["203.0.113.5"], "203.0.113.5"),
        ("::ffff:203.0.113.5", [], "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", [], "20010db800010002::/64"),
        ("2001:db8:ffff::1", ["2001:db8:1:2:9:9:9:9"], "20010db800010002::/64"),
    ],
)
def test_who_asks_is_the_nearest_address_that_we_did_not_put_there(
    peer: str, forwarded: list[str], client: str
) -> None:
    assert client_of(scope(peer, *forwarded), PROXIES) == client


def test_without_an_address_all_are_one_client() -> None:
    assert client_of({"client": None, "headers": []}, PROXIES) == client_of({"headers": []}, ()) == ""


def test_without_proxies_no_header_is_read() -> None:
    assert client_of(scope(GATEWAY, "203.0.113.5"), ()) == GATEWAY


def test_proxies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    class Settings(ServiceSettings):
        """As a process reads them, with nothing else required."""

        http_port: int = 0
        worker_port: int = 0
        database_url: str = ""
        database_password_file: Path = Path()
        nats_url: str = ""
        nats_user: str = ""
        nats_password_file: Path = Path()
        auth_issuer: str = "https://sso.example.org"
        auth_jwks: str = ""
        key_file: Path = Path()
        digest_key_file: Path = Path()

    assert Settings().trusted_proxies == ()
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.9,2001:db8:ffff::/48")
    assert Settings().trusted_proxies == PROXIES
    monkeypatch.setenv("TRUSTED_PROXIES", "the gateway")
    with pytest.raises(ValidationError):
        Settings()
