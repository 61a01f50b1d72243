"""Finding agencies by name: without accents, by the beginnings of words, and as they were called then."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from services.registry.agencies import load, queries
from services.registry.agencies.gazetteer import Unit
from services.registry.agencies.load import load_gazetteer
from shared import tenancy
from shared.db import Database
from tests.support.answers import ok, problem
from tests.support.tenant import Tenant, agency


@pytest.fixture
async def rosy(tenant: Tenant, registry_database: Database) -> str:
    """A province whose agencies have names of flowers, and one that had another; its code."""
    names = {"X11": "xã Hoa Hồng", "X12": "phường Hoa Hồng Đỏ", "X13": "xã Bến Hoa Hồng", "X14": "xã Cúc"}
    units = {"X15": ("unit", "Trường Hoa Hồng"), "X16": ("department", "Phòng Hoa Hồng")}
    rows = [
        agency(f"{tenant.foreign}.{code}", name=f"Ủy ban nhân dân {name}", short_name=f"UBND {name}")
        for code, name in names.items()
    ] + [
        agency(f"{tenant.foreign}.{code}", name=name, short_name=name, level=level)
        for code, (level, name) in units.items()
    ]
    past = {
        "agency_code": f"{tenant.foreign}.X14",
        "since": date(2025, 7, 1),
        "until": date(2026, 1, 1),
        "name": "Ủy ban nhân dân xã Hoa Hồng Cũ",
        "short_name": "UBND xã Hoa Hồng Cũ",
        "parent_code": tenant.province,
    }
    async with registry_database.transaction() as session:
        await queries.write(session, [{**row, "parent_code": tenant.foreign} for row in rows])
        await queries.remember(session, [past])
    return tenant.foreign


async def found(registry: httpx.AsyncClient, parent: str, **query: Any) -> list[str]:
    """The last parts of the codes found."""
    body = ok(await registry.get("/v1/agencies", params={"parent_code": parent, **query}))
    return [item["code"].rpartition(".")[2] for item in body["items"]]


@pytest.mark.parametrize("q", ["hoa hong", "HOA HỒNG", "Hoa Hồng", "hồng hoa", "ho ho", " (hoa, hồng) "])
async def test_accents_case_and_order_do_not_matter(registry: httpx.AsyncClient, rosy: str, q: str) -> None:
    assert sorted(await found(registry, rosy, q=q)) == ["X11", "X12", "X13", "X15", "X16"]


async def test_the_best_matches_come_first(registry: httpx.AsyncClient, rosy: str) -> None:
    # The place of that name; names that end so, by level and name; then the others.
    assert await found(registry, rosy, q="hoa hong") == ["X11", "X13", "X16", "X15", "X12"]
    assert (await found(registry, rosy, q="ubnd xã hoa hồng"))[0] == "X11"
    assert (await found(registry, rosy, q="trường hoa hồng")) == ["X15"]


async def test_pages_of_a_search_follow_one_another(registry: httpx.AsyncClient, rosy: str) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(6):
        query = {"parent_code": rosy, "q": "hoa hong", "limit": "1", **cursor}
        body = ok(await registry.get("/v1/agencies", params=query))
        seen += [item["code"].rpartition(".")[2] for item in body["items"]]
        if body["next_cursor"] is None:
            break
        cursor = {"cursor": body["next_cursor"]}
    assert seen == ["X11", "X13", "X16", "X15", "X12"]


async def test_only_beginnings_of_words_count(registry: httpx.AsyncClient, rosy: str) -> None:
    assert await found(registry, rosy, q="oa") == []
    assert await found(registry, rosy, q="hoa huệ") == []
    assert await found(registry, rosy, q="(.,)") == []


async def test_filters_narrow_a_search(registry: httpx.AsyncClient, rosy: str) -> None:
    assert await found(registry, rosy, q="hoa", level="department") == ["X16"]
    assert await found(registry, rosy, q="hoa", organisation_type="press") == []
    assert await found(registry, rosy, q="hoa", area_code="30169") == []


async def test_a_former_name_and_parent_are_those_of_their_time(
    registry: httpx.AsyncClient, rosy: str, tenant: Tenant
) -> None:
    then = "2025-12-31"
    assert "X14" not in await found(registry, rosy, q="hoa")
    assert await found(registry, tenant.province, q="hoa cu", at=then) == ["X14"]
    assert await found(registry, tenant.province, q="cuc", at=then) == []
    assert "X14" not in await found(registry, rosy, at=then)
    assert "X14" in await found(registry, rosy, at="2026-01-01")
    code = f"{rosy}.X14"
    before = ok(await registry.get(f"/v1/agencies/{code}", params={"at": then}))
    assert (before["short_name"], before["parent_code"]) == ("UBND xã Hoa Hồng Cũ", tenant.province)
    now = ok(await registry.get(f"/v1/agencies/{code}"))
    assert (now["short_name"], now["parent_code"]) == ("UBND xã Cúc", rosy)
    assert [(past["short_name"], past["until"]) for past in now["past"]] == [
        ("UBND xã Hoa Hồng Cũ", "2026-01-01")
    ]
    tree = ok(await registry.get(f"/v1/agencies/{tenant.province}/tree", params={"at": then}))
    assert code in {item["code"] for item in tree["items"]}


@pytest.mark.parametrize("q", ["", "x" * 101, "a\x00", "a;DROP|b", "�"])
async def test_what_is_no_name_is_refused(registry: httpx.AsyncClient, q: str) -> None:
    refused = problem(await registry.get("/v1/agencies", params={"q": q}), 422, "invalid")
    assert refused["errors"][0]["pointer"] == "/query/q"


async def test_two_that_load_the_gazetteer_at_once_load_it_once(
    registry_database: Database, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As several replicas do that are prepared together."""
    code, today = f"T{tenant.province}", date(2026, 1, 1)
    renamed = Unit(code, "province", None, "99", "tỉnh Mới", None, None, (), "tỉnh Cũ", today)
    monkeypatch.setattr(load, "read_units", lambda: [renamed])

    async def once() -> int:
        async with registry_database.transaction() as session:
            return await load_gazetteer(session)

    assert sorted(await asyncio.gather(once(), once(), once())) == [0, 0, 1]


async def test_the_gazetteer_can_be_searched_with_its_renamings(registry_database: Database) -> None:
    """Loaded over what an older release left: it becomes findable, and nothing else is touched."""
    old = agency(
        "T82.X30169", name="Ủy ban nhân dân xã Lấp Vò", short_name="UBND xã Lấp Vò", parent_code="T82"
    )
    own = agency("T82.X30178", official_code="H20.99", short_name="UBND xã Của Mình", version=7)
    async with registry_database.transaction() as session:
        await tenancy.store(session, [old])
        await queries.write(session, [own])
        assert await load_gazetteer(session) == 14_149 - 1
        assert await load_gazetteer(session) == 0

        async def named(q: str, at: date) -> list[str]:
            rows = await queries.page(session, queries.Filter(at, q=q), after=None, limit=3)
            return [row.name.removeprefix("Ủy ban nhân dân ") for row in rows]

        assert (await named("lap vo", date(2026, 1, 1)))[0] == "xã Lấp Vò"
        assert (await named("lap vo", date(2025, 6, 30)))[0] == "huyện Lấp Vò"
        assert await named("tinh dong nai", date(2026, 4, 29)) == ["tỉnh Đồng Nai"]
        assert await named("thanh pho dong nai", date(2026, 4, 30)) == ["thành phố Đồng Nai"]
        found = await queries.find(session, "T82.X30169")
        assert found is not None
        assert (found.version, found.organisation_type) == (2, "peoples_committee")
        kept = await queries.find(session, "H20.99")
        assert kept is not None
        assert (kept.version, kept.short_name) == (7, "UBND xã Của Mình")
        await session.rollback()
