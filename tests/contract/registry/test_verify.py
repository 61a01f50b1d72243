"""`/v1/verify`: is this page real?"""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest

from services.registry.accounts.service import suspend_after_takeover
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.staff import Staff


async def verdict(registry: httpx.AsyncClient, url: str) -> str:
    answer = await registry.get("/v1/verify", params={"url": url})
    assert answer.headers["cache-control"] == "no-store"
    return str(ok(answer)["verdict"])


async def test_an_official_account_comes_with_its_agency(registry: httpx.AsyncClient, staff: Staff) -> None:
    account = await staff.active()
    answer = ok(await registry.get("/v1/verify", params={"url": account["url"]}))
    assert answer["verdict"] == "official"
    assert answer["canonical"] == {"platform": "facebook", "handle": account["handle"], "platform_id": None}
    assert answer["account"] == {
        "id": account["id"],
        "agency_code": staff.agency,
        "agency_name": f"Ủy ban nhân dân xã {staff.agency}",
        "display_name": account["display_name"],
        "url": account["url"],
    }
    assert datetime.fromisoformat(answer["as_of"]).utcoffset() is not None


@pytest.mark.parametrize(
    "form",
    [
        "https://m.facebook.com/{}",
        "https://www.facebook.com/{}/",
        "http://facebook.com/{}?fbclid=abc&mibextid=x#about",
        "facebook.com/{}",
        "HTTPS://WWW.FACEBOOK.COM/{}",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%2F{}",
    ],
)
async def test_other_forms_of_the_link_are_the_same_page(
    registry: httpx.AsyncClient, staff: Staff, form: str
) -> None:
    account = await staff.active()
    assert await verdict(registry, form.format(account["handle"])) == "official"
    assert await verdict(registry, form.format(account["handle"].upper())) == "official"


@pytest.mark.parametrize(
    "form",
    [
        "https://evil.example/?u={}",
        "https://evil.example/{}",
        "https://evil.example/#{}",
        "https://www.facebook.com@evil.example/{handle}",
        "https://www.facebook.com.evil.example/{handle}",
        "https://fakefacebook.com/{handle}",
        "https://www.facebook.com/sharer/sharer.php?u={}",
    ],
)
async def test_a_link_that_only_contains_the_page_is_not_the_page(
    registry: httpx.AsyncClient, staff: Staff, form: str
) -> None:
    account = await staff.active()
    assert await verdict(registry, form.format(account["url"], handle=account["handle"])) == "unknown"


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        ("https://x.com/{}", "same-name"),
        ("https://www.facebook.com/{}.chinhthuc", "combined-name"),
        ("https://hotro-{}.com", "combined-name"),
        ("https://{}.verify-id.top", "same-name"),
        ("https://www.facebook.com/{}x", "combined-name"),
    ],
)
async def test_what_is_like_the_page_says_so_and_accuses_nobody(
    registry: httpx.AsyncClient, staff: Staff, form: str, reason: str
) -> None:
    account = await staff.active(url=f"https://www.facebook.com/vntt{secrets.token_hex(6)}")
    answer = ok(
        await registry.get(
            "/v1/verify",
            params={"url": form.format(account["handle"])},
            headers={"Accept-Language": "en"},
        )
    )
    assert (answer["verdict"], answer["account"], answer["reason"]) == ("resembles", None, reason)
    assert answer["resembles"]["account"]["id"] == account["id"]
    assert 0.5 < answer["resembles"]["score"] < 1
    assert answer["resembles"]["reasons"][0]["code"] == reason
    assert all(each["detail"] for each in answer["resembles"]["reasons"])
    assert "no finding that anything is wrong" in answer["advice"]


async def test_a_name_that_is_shown_is_compared_too(registry: httpx.AsyncClient, staff: Staff) -> None:
    shown = f"Nen tang {secrets.token_hex(6)}"
    account = await staff.active(display_name=shown)
    items = [
        {"url": "https://www.facebook.com/profile.php?id=100064123456789", "display_name": name}
        for name in (shown, f"Khiếu nại {shown}", f"Hội những người ghét {shown}", "Quán cà phê")
    ]
    found = ok(await registry.post("/v1/verify", json={"items": items}))["items"]
    assert [each["reason"] for each in found] == ["same-name", "speaks-about", "speaks-about", "not-enrolled"]
    assert found[0]["resembles"]["account"]["id"] == account["id"]
    assert [each["verdict"] for each in found[1:]] == ["unknown"] * 3


async def test_what_is_gone_is_not_imitated(registry: httpx.AsyncClient, staff: Staff) -> None:
    account = await staff.active(url=f"https://www.facebook.com/vntt{secrets.token_hex(6)}")
    copy = f"https://x.com/{account['handle']}"
    assert await verdict(registry, copy) == "resembles"
    ok(await staff.act(account, "retire", json={"reason": "closed_by_agency"}))
    assert await verdict(registry, copy) == "unknown"


async def test_unknown_says_that_nothing_is_wrong_with_it(registry: httpx.AsyncClient) -> None:
    answer = await registry.get(
        "/v1/verify", params={"url": f"https://x.com/{uuid4().hex[:12]}"}, headers={"Accept-Language": "en"}
    )
    body = ok(answer)
    assert (body["verdict"], body["reason"], body["account"]) == ("unknown", "not-enrolled", None)
    assert "does not make it illegitimate" in body["advice"]


@pytest.mark.parametrize(
    ("link", "reason", "words"),
    [
        ("https://vm.tiktok.com/ZSabc", "needs-resolving", "it is shortened"),
        ("UBND xã Lấp Vò", "not-a-link", "copy the whole address"),
        ("https://www.facebook.com/watch?v=1", "needs-resolving", "or leads to a post"),
        ("https://www.facebook.com/hashtag/lapvo", "no-account", "Open the account's own page"),
    ],
)
async def test_what_is_no_link_to_an_account_comes_with_what_to_do(
    registry: httpx.AsyncClient, link: str, reason: str, words: str
) -> None:
    body = ok(await registry.get("/v1/verify", params={"url": link}, headers={"Accept-Language": "en"}))
    assert (body["verdict"], body["reason"]) == ("unknown", reason)
    assert words in body["advice"]


async def test_the_verdict_follows_the_account(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database
) -> None:
    account = await staff.submitted()
    assert await verdict(registry, account["url"]) == "unknown"
    ok(await staff.act(account, "approve"))
    assert await verdict(registry, account["url"]) == "official"
    async with registry_database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), staff.agency, uuid4())
    assert await verdict(registry, account["url"]) == "compromised"
    ok(await staff.act(account, "restore"))
    assert await verdict(registry, account["url"]) == "official"
    ok(await staff.act(account, "retire", json={"reason": "no_longer_held"}))
    assert await verdict(registry, account["url"]) == "former"


async def test_a_withdrawn_draft_was_never_official(registry: httpx.AsyncClient, staff: Staff) -> None:
    account = await staff.submitted()
    ok(await staff.act(account, "retire", json={"reason": "registered_in_error"}))
    assert await verdict(registry, account["url"]) == "unknown"


async def test_the_present_holder_counts_and_not_a_former_one(
    registry: httpx.AsyncClient, staff: Staff
) -> None:
    former = await staff.active()
    ok(await staff.act(former, "retire", json={"reason": "no_longer_held"}))
    present = await staff.active(url=former["url"])
    answer = ok(await registry.get("/v1/verify", params={"url": former["url"]}))
    assert (answer["verdict"], answer["account"]["id"]) == ("official", present["id"])


async def test_many_are_answered_in_their_order(registry: httpx.AsyncClient, staff: Staff) -> None:
    account = await staff.active()
    items = [account["url"], {"url": "https://x.com/nobody"}, "not a link", {"url": account["url"] + "/"}]
    answer = await registry.post("/v1/verify", json={"items": items})
    assert answer.headers["cache-control"] == "no-store"
    verdicts = [item["verdict"] for item in ok(answer)["items"]]
    assert verdicts == ["official", "unknown", "unknown", "official"]


async def test_a_thousand_is_the_most(registry: httpx.AsyncClient) -> None:
    links = [f"https://x.com/u{number}" for number in range(1001)]
    assert len(ok(await registry.post("/v1/verify", json={"items": links[:1000]}))["items"]) == 1000
    too_many = problem(await registry.post("/v1/verify", json={"items": links}), 422, "invalid")
    assert too_many["errors"][0]["pointer"] == "/items"
    problem(await registry.post("/v1/verify", json={"items": []}), 422, "invalid")


async def test_advice_speaks_the_asker_s_language(registry: httpx.AsyncClient) -> None:
    for header, start in (("vi", "Liên kết"), ("en-GB,vi;q=0.5", "This link"), ("fr", "Liên kết")):
        answer = await registry.get(
            "/v1/verify", params={"url": "https://x.com/a"}, headers={"Accept-Language": header}
        )
        assert ok(answer)["advice"].startswith(start)
