"""What proofs count for, and when they are looked at again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import get_args

import pytest

from services.registry.accounts.links import WHY_UNUSABLE
from services.registry.proofs import profile_code, schedule
from services.registry.proofs.dns_txt import resolver
from services.registry.proofs.failures import explain
from services.registry.proofs.methods import METHODS, strength_of
from services.registry.proofs.tables import METHODS as WORDS
from services.registry.proofs.tables import STRENGTHS
from services.registry.settings import Settings
from shared.outbound.address import BlockedCode
from shared.outbound.client import CertificateFault, FetchCode
from shared.urls.links import Code as LinkCode

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def settings(**changes: object) -> Settings:
    fields = {name: field.default for name, field in Settings.model_fields.items()}
    return Settings.model_construct(**{**fields, **changes})


def test_the_methods_are_those_that_the_database_knows() -> None:
    assert tuple(METHODS) == WORDS
    assert all(method.name == name for name, method in METHODS.items())
    assert {name for name, method in METHODS.items() if not method.shows_control} == {"document"}


@pytest.mark.parametrize("code", [*get_args(BlockedCode), *get_args(FetchCode), *get_args(CertificateFault)])
def test_whatever_goes_wrong_on_the_way_has_words_of_its_own(code: str) -> None:
    assert explain(code) != explain("never heard of")


def test_every_failure_is_explained_in_both_languages() -> None:
    for method in METHODS.values():
        for text in (method.instructions, *method.failures.values(), explain("never heard of")):
            assert text.vi.strip()
            assert text.en.strip()
            assert text.vi != text.en


def test_whatever_keeps_a_site_from_being_read_is_said() -> None:
    for code in (*get_args(BlockedCode), *get_args(FetchCode)):
        assert explain(code) != explain("never heard of"), code


def test_whatever_keeps_a_link_from_naming_an_account_is_said() -> None:
    assert WHY_UNUSABLE.keys() == set(get_args(LinkCode))


@pytest.mark.parametrize(
    ("method", "vouched", "secure", "both_ways", "strength"),
    [
        ("well_known", True, True, False, "strong"),
        ("well_known", True, False, False, "medium"),
        ("well_known", False, True, False, "medium"),
        ("well_known", False, True, True, "medium"),
        ("dns_txt", True, True, False, "strong"),
        ("dns_txt", False, True, False, "medium"),
        ("backlink", True, True, False, "medium"),
        ("backlink", True, True, True, "strong"),
        ("backlink", True, False, True, "medium"),
        ("backlink", False, True, False, "weak"),
        ("backlink", False, True, True, "medium"),
    ],
)
def test_what_a_proof_counts_for(
    method: str, vouched: bool, secure: bool, both_ways: bool, strength: str
) -> None:
    found = strength_of(METHODS[method], vouched=vouched, secure=secure, confirmed_both_ways=both_ways)
    assert found == strength


def test_the_way_back_never_makes_it_weaker_and_an_unknown_site_never_strong() -> None:
    for method, vouched, secure in product(METHODS.values(), (True, False), (True, False)):
        one, both = (
            strength_of(method, vouched=vouched, secure=secure, confirmed_both_ways=back)
            for back in (False, True)
        )
        assert STRENGTHS.index(both) >= STRENGTHS.index(one)
        assert "strong" not in {one, both} or (vouched and secure)


@pytest.mark.parametrize("method", ["well_known", "backlink", "dns_txt"])
def test_machines_look_again_long_before_the_end(method: str) -> None:
    given = settings()
    expires = schedule.expiry(method, NOW, given)
    assert expires == NOW + 90 * DAY
    looks = {schedule.next_look(method, NOW, expires, given) for _ in range(50)}
    assert len(looks) > 1
    assert all(NOW + 6 * DAY < look < NOW + 8 * DAY for look in looks)
    short = settings(proof_valid_days=3)
    assert schedule.next_look(method, NOW, NOW + 3 * DAY, short) == NOW + 3 * DAY


def test_people_are_told_two_weeks_before() -> None:
    given = settings()
    expires = schedule.expiry("document", NOW, given)
    assert expires == NOW + 365 * DAY
    assert schedule.next_look("document", NOW, expires, given) == expires - 14 * DAY


def test_retries_come_at_growing_intervals_and_end_with_the_grace() -> None:
    until, now, tries = NOW + 7 * DAY, NOW, [NOW]
    while now < until:
        now = schedule.next_try(now, NOW, until)
        tries.append(now)
    waits = [later - sooner for sooner, later in pairwise(tries)]
    assert tries[-1] == until
    assert 10 <= len(waits) <= 16
    assert 0.9 * HOUR <= waits[0] <= 1.1 * HOUR
    assert all(wait <= 1.1 * DAY for wait in waits)
    assert waits[6] > waits[1]


def test_codes_differ_and_are_read_however_they_are_typed() -> None:
    codes = {profile_code.new_code() for _ in range(1000)}
    assert len(codes) == 1000
    code = codes.pop()
    for typed in (
        code,
        f"chinhdanh-{code}",
        f"ChinhDanh {code.upper().replace('-', ' ')}",
        code.replace("-", ""),
    ):
        assert profile_code.same(code, typed)
    for typed in ("", "chinhdanh", codes.pop(), code[:-1]):
        assert not profile_code.same(code, typed)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("192.0.2.1", [("192.0.2.1", 53)]),
        ("192.0.2.1:5353, 2001:db8::1", [("192.0.2.1", 5353), ("2001:db8::1", 53)]),
    ],
)
def test_name_servers_are_written_with_commas(
    monkeypatch: pytest.MonkeyPatch, written: str, asked: list[tuple[str, int]]
) -> None:
    for name, field in Settings.model_fields.items():
        if field.is_required():
            monkeypatch.setenv(name.upper(), "1")
    monkeypatch.setenv("AUTH_ISSUER", "https://id.example.vn")
    monkeypatch.setenv("PUBLIC_BASE_URL", "https://example.vn")
    monkeypatch.setenv("PROOF_DNS_SERVERS", written)
    servers = resolver(Settings().proof_dns_servers).nameservers
    assert [(getattr(each, "address", None), getattr(each, "port", None)) for each in servers] == asked
