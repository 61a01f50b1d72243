"""`/v1/directory`: the official accounts of all agencies, for everybody."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.registry.accounts.service import suspend_after_takeover
from services.registry.agencies import queries as agencies
from shared import clock
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.site import Site
from tests.support.staff import Staff
from tests.support.tenant import Tenant, agency


def word() -> str:
    """A word that stands in no other test."""
    return "".join(secrets.choice("bcdghklmnpqrstvx") for _ in range(10))


async def listed(registry: httpx.AsyncClient, **query: Any) -> list[str]:
    """Ids of the accounts of one page."""
    return [item["id"] for item in ok(await registry.get("/v1/directory", params=query))["items"]]


@pytest.fixture
def province(registry: httpx.AsyncClient, tenant: Tenant, site: Site) -> Staff:
    """Those who keep the accounts of the province."""
    return Staff(registry, tenant, site, tenant.province)


async def suspend(database: Database, account: dict[str, Any]) -> None:
    async with database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), account["agency_code"], uuid4())


async def rename(database: Database, code: str, name: str, version: int, **changes: Any) -> None:
    """Give an agency another name."""
    async with database.transaction() as session:
        row = agency(code, name=name, short_name=name, version=version, **changes)
        await agencies.write(session, [row])


async def test_an_entry_is_all_that_the_public_may_know(registry: httpx.AsyncClient, staff: Staff) -> None:
    account = await staff.active(contact_email="vanthu@lapvo.gov.vn", purpose="information")
    (entry,) = ok(await registry.get("/v1/directory", params={"agency_code": staff.agency}))["items"]
    private = {"contact_email", "contact_phone", "created_at"}
    shown = {name: value for name, value in account.items() if name in entry}
    assert entry == {**shown, "agency_name": f"Ủy ban nhân dân xã {staff.agency}"}
    assert not private & entry.keys()
    assert not [name for name in entry if name.startswith(("submitter", "approver", "holder"))]


async def test_only_what_is_or_was_official_is_there(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database
) -> None:
    await staff.draft()
    await staff.submitted()
    withdrawn = await staff.submitted()
    ok(await staff.act(withdrawn, "retire", json={"reason": "registered_in_error"}))
    active, hijacked, former = [await staff.active() for _ in range(3)]
    await suspend(registry_database, hijacked)
    ok(await staff.act(former, "retire", json={"reason": "no_longer_held"}))
    query = {"agency_code": staff.agency}
    assert set(await listed(registry, **query)) == {active["id"], hijacked["id"]}
    assert await listed(registry, **query, status="active") == [active["id"]]
    assert await listed(registry, **query, status="suspended") == [hijacked["id"]]
    assert await listed(registry, **query, status="retired") == [former["id"]]
    assert await listed(registry, **query, status="lapsed") == []


async def test_names_are_found_without_accents_by_the_beginnings_of_words(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database
) -> None:
    mark = word()
    handle = f"congan.{mark}x"
    account = await staff.active(
        display_name=f"Công an xã Lấp Vò {mark}", url=f"https://www.facebook.com/{handle}"
    )
    for q in (
        f"lap vo {mark}",
        f"{mark} LẤP VÒ cong",
        f"Lấp {mark}",
        f"{mark[:6]} facebook",
        f"congan {mark}x",
        handle,
    ):
        assert account["id"] in await listed(registry, q=q), q
    for q in (f"ap vo {mark}", f"lap vo {mark} youtube", f"lap vo sai {mark}", f"{mark}y", "...", " "):
        assert await listed(registry, q=q) == [], q
    town = word()
    await rename(registry_database, staff.agency, f"Ủy ban nhân dân xã Đồng {town}", 2)
    assert await listed(registry, q=f"dong {town} cong an {mark}") == [account["id"]]
    later = await staff.active()
    assert set(await listed(registry, q=f"dong {town}")) == {account["id"], later["id"]}
    renamed = word()
    await rename(registry_database, staff.agency, f"Ủy ban nhân dân xã {renamed}", 3)
    assert await listed(registry, q=f"{town}") == []
    assert set(await listed(registry, q=f"xa {renamed}")) == {account["id"], later["id"]}


async def test_a_name_is_found_by_itself_whatever_stands_in_it(
    registry: httpx.AsyncClient, staff: Staff
) -> None:
    name = f"UBND xã “Lấp Vò” | {word()} – 100% chính thức! ★ #1 Đồng Tháp?"
    account = await staff.active(display_name=name)
    assert await listed(registry, q=name) == [account["id"]]


async def test_a_new_name_is_found_and_sorted_anew(registry: httpx.AsyncClient, staff: Staff) -> None:
    before, after = word(), word()
    account = await staff.active(display_name=before)
    ok(await staff.act(account, "rename", json={"display_name": after}, headers=staff.officer))
    assert await listed(registry, q=before) == [account["id"]]
    ok(await staff.act(account, "rename/approve"))
    assert await listed(registry, q=before) == []
    assert await listed(registry, q=after) == [account["id"]]


async def test_filters_narrow_the_choice(
    registry: httpx.AsyncClient, tenant: Tenant, province: Staff, staff: Staff, registry_database: Database
) -> None:
    name = word()
    above = await province.active()
    page = await staff.active(languages=["vi", "en"], purpose="tourism")
    channel = await staff.active(url=f"https://www.youtube.com/@{name}")
    everything = {"agency_code": tenant.province, "include_below": "true"}
    ids = [above["id"], page["id"], channel["id"]]
    assert sorted(await listed(registry, **everything)) == sorted(ids)
    assert await listed(registry, agency_code=tenant.province) == [above["id"]]
    assert await listed(registry, **everything, platform="youtube") == [channel["id"]]
    assert await listed(registry, **everything, language="en") == [page["id"]]
    assert await listed(registry, **everything, purpose="tourism") == [page["id"]]
    assert await listed(registry, **everything, area_code="99") == []
    await rename(registry_database, tenant.commune, "Xã", 2, area_code="30169", parent_code=tenant.province)
    assert sorted(await listed(registry, **everything, area_code="30169")) == sorted(ids[1:])
    official = f"H{name.upper()}"
    await rename(registry_database, tenant.province, "Tỉnh", 2, official_code=official, level="province")
    assert await listed(registry, agency_code=official) == [above["id"]]


async def test_pages_follow_one_another_in_each_order(
    registry: httpx.AsyncClient, tenant: Tenant, province: Staff, staff: Staff
) -> None:
    names = ["Xã Ấn Bình", "xã An", "Đài xã", "Xã an", "Trang Ô"]
    made = [await staff.active(display_name=name) for name in names]
    made.append(await province.active(display_name="Bản tin"))
    ids = [account["id"] for account in made]
    orders = {
        "name": [ids[5], ids[2], ids[4], *sorted([ids[1], ids[3]], key=handle_of(made)), ids[0]],
        "newest": sorted(ids, reverse=True),
        "agency": [ids[5], *sorted(ids[:5])],
    }
    for sort, expected in orders.items():
        assert (
            await walked(registry, agency_code=tenant.province, include_below=True, sort=sort) == expected
        ), sort


async def walked(registry: httpx.AsyncClient, **query: Any) -> list[str]:
    """Ids of the accounts of all pages of two."""
    found: list[str] = []
    more: dict[str, Any] = {"limit": 2}
    while more:
        page = ok(await registry.get("/v1/directory", params={**query, **more}))
        found += [item["id"] for item in page["items"]]
        more = {"limit": 2, "cursor": page["next_cursor"]} if page["next_cursor"] else {}
    return found


def handle_of(made: list[dict[str, Any]]) -> Any:
    """Equal names stand in the order of their handles."""
    handles = {account["id"]: account["handle"] for account in made}
    return handles.__getitem__


async def test_who_has_the_page_is_not_sent_it_again(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database
) -> None:
    account = await staff.active()
    query = {"agency_code": staff.agency}
    first = await registry.get("/v1/directory", params=query)
    assert first.headers["cache-control"] == "public, max-age=60"
    has_it = {"If-None-Match": first.headers["etag"]}
    again = await registry.get("/v1/directory", params=query, headers=has_it)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    # A change of the account, and one of its agency alone.
    await suspend(registry_database, account)
    second = await registry.get("/v1/directory", params=query, headers=has_it)
    assert ok(second)["items"][0]["state"] == "suspended"
    await rename(registry_database, staff.agency, "Ủy ban nhân dân phường", 2)
    third = await registry.get(
        "/v1/directory", params=query, headers={"If-None-Match": second.headers["etag"]}
    )
    assert ok(third)["items"][0]["agency_name"] == "Ủy ban nhân dân phường"


async def test_head_is_get_without_the_content(registry: httpx.AsyncClient, staff: Staff) -> None:
    await staff.active()
    for path in ("/v1/directory", "/v1/directory.csv", f"/v1/agencies/{staff.agency}/trust.txt"):
        query = {"agency_code": staff.agency} if "directory" in path else {}
        got = await registry.get(path, params=query)
        head = await registry.head(path, params=query)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("etag", "content-length", "content-type", "cache-control"):
            assert head.headers[name] == got.headers[name]
    assert (await registry.head("/v1/nothing")).status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "platform=myspace",
        "status=draft",
        "sort=random",
        "agency_code=t82",
        "agency_code=T99.X99999",
        "area_code=x",
        "language=vietnamese",
        "purpose=opinion",
        "at=yesterday",
        "include_below=maybe",
        "cursor=%21",
        "limit=201",
        "q=",
        "q=%00",
        f"q={'x' * 101}",
        "platfrom=facebook",
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(registry: httpx.AsyncClient, query: str) -> None:
    name = query.partition("=")[0]
    refused = problem(await registry.get(f"/v1/directory?{query}"), 422, "invalid")
    assert refused["errors"][0]["pointer"] == f"/query/{name}"
    if name not in {"cursor", "limit"}:
        problem(await registry.get(f"/v1/directory.csv?{query}"), 422, "invalid")


async def test_the_directory_of_another_day(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database
) -> None:
    """Entered on one day, renamed on the next, hijacked on the third, and retired on the fourth."""
    was, became = f"Trang {word()}", f"Trang {word()}"
    account = await staff.active(display_name=was)
    day = clock.today()
    with clock.shifted(timedelta(days=1)):
        body = {"display_name": became}
        headers = staff.tenant.auth(staff.agency, "officer", exp=4_000_000_000)
        ok(await staff.act(account, "rename", json=body, headers=headers))
        headers = staff.tenant.auth(staff.agency, "approver", exp=4_000_000_000)
        ok(await staff.act(account, "rename/approve", headers=headers))
    with clock.shifted(timedelta(days=2)):
        await suspend(registry_database, account)
    with clock.shifted(timedelta(days=3)):
        headers = staff.tenant.auth(staff.agency, "approver", exp=4_000_000_000)
        ok(await staff.act(account, "retire", json={"reason": "no_longer_held"}, headers=headers))

    async def seen(after: int, **query: str) -> list[tuple[str, str]]:
        at = str(day + timedelta(days=after))
        params = {"agency_code": staff.agency, "at": at, **query}
        items = ok(await registry.get("/v1/directory", params=params))["items"]
        return [(item["display_name"], item["state"]) for item in items]

    with clock.shifted(timedelta(days=5)):
        assert await seen(-1) == []
        assert await seen(0) == [(was, "active")]
        assert await seen(1) == [(became, "active")]
        assert await seen(2) == [(became, "suspended")]
        assert await seen(3) == []
        assert await seen(3, status="retired") == [(became, "retired")]
        async with registry_database.transaction() as session:
            before = agency(staff.agency, name="Ủy ban nhân dân thị trấn")
            names = {name: before[name] for name in ("name", "short_name", "parent_code")}
            row = {**names, "agency_code": staff.agency, "since": None, "until": day + timedelta(days=1)}
            await agencies.remember(session, [row])
        for after, name in ((0, before["name"]), (1, f"Ủy ban nhân dân xã {staff.agency}")):
            query = {"agency_code": staff.agency, "at": str(day + timedelta(days=after))}
            (item,) = ok(await registry.get("/v1/directory", params=query))["items"]
            assert item["agency_name"] == name
        assert await seen(0, q=was) == [(was, "active")]
        assert await seen(1, q=was) == []
        assert await seen(9, status="retired") == [(became, "retired")]  # not yet: as it is
        exported = await registry.get(
            "/v1/directory.jsonl", params={"agency_code": staff.agency, "at": str(day)}
        )
        assert was in exported.text
