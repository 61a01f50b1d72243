"""The index in memory: what it holds is what was put there, whatever happened in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bench.resemblance import account, index_of, site
from services.registry.verify.accounts import Accounts, Known
from services.registry.verify.index import Agency, Index
from services.registry.verify.live import ahead
from services.registry.verify.names import FUZZY_FROM, Names, edits
from services.registry.verify.pipeline import Likeness, resemblance
from services.registry.verify.postings import Postings
from services.registry.verify.texts import skeleton
from shared.urls import Canonical


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 9)), max_size=3000))
def test_postings_give_back_what_was_filed_the_latest_first(filed: list[tuple[str, int]]) -> None:
    postings = Postings()
    expected: dict[str, list[int]] = {}
    for text, number in filed:
        postings.add(text, number)
        expected.setdefault(text, []).insert(0, number)
    for text, numbers in expected.items():
        assert postings.get(text) == numbers
    assert postings.get("never filed") == []


_NAMES = st.one_of(st.none(), st.text("ab1.", min_size=1, max_size=4))


@given(_NAMES, _NAMES, st.lists(st.sampled_from(["{handle}", "{id}", "a", "b", "@", "/"]), max_size=6))
def test_a_row_comes_back_as_it_was_put(handle: str | None, number: str | None, parts: list[str]) -> None:
    link = "".join(parts).format(handle=handle, id=number)
    row = account(Canonical("facebook", handle, number), "VNeID – định danh", "T82")
    row = row._replace(identity=f"facebook:{link}", url=f"https://www.facebook.com/{link}")
    accounts = Accounts()
    accounts.add(row)
    assert accounts.find(row.identity) == row


def test_the_latest_rows_of_an_account_count() -> None:
    link = Canonical("facebook", "vneidchinhthuc", None)
    row = account(link, "VNeID")
    index = index_of([row])
    row = row._replace(state="suspended", reason="takeover")
    assert index.differs(row.id, [row])
    index.put(row.id, [row])
    assert not index.differs(row.id, [row])
    known = index.accounts.find(link.key)
    assert known is not None
    assert (known.state, known.reason) == ("suspended", "takeover")
    index.put(row.id, [])
    assert index.accounts.find(link.key) is None
    assert resemblance(index, Canonical("x", "vneidchinhthuc", None)) is None


def test_a_released_handle_is_former_until_somebody_holds_it() -> None:
    link = Canonical("facebook", "congan.lapvo", None)
    old, new = account(link, "Công an")._replace(held=False), account(link, "Công an")
    index = index_of([old])
    assert index.accounts.find(link.key).held is False  # type: ignore[union-attr]
    index.put(new.id, [new])
    index.put(old.id, [old])
    assert index.accounts.find(link.key).id == new.id  # type: ignore[union-attr]


def test_what_has_changed_often_hides_no_other_account_of_its_name_or_agency() -> None:
    agencies = {"XNC": Agency("Cục Quản lý xuất nhập cảnh", None, ())}
    steady, busy = (account(site(f"{name}.gov.vn"), "Duca Lavi", "XNC") for name in ("evisa", "visa"))
    index = index_of([steady, busy], agencies)
    for moment in range(100):
        index.put(busy.id, [busy._replace(changed_at=moment + 1)])
    index.put(busy.id, [])
    for key in map(skeleton, ("ducalavi", "cucquanlyxuatnhapcanh")):
        assert index.first(key) == steady


def test_many_pages_of_one_name_hide_no_agency_of_that_name() -> None:
    agencies = {code: Agency("Cục Quản lý xuất nhập cảnh", None, ()) for code in ("ONE", "TWO")}
    first = account(Canonical("facebook", None, "0"), "Thị thực", "TWO")
    pages = [
        account(Canonical("facebook", None, str(n)), "Cục Quản lý xuất nhập cảnh", "ONE")
        for n in range(1, 40)
    ]
    index = index_of([first, *pages], agencies)
    found = index.agencies_of(skeleton("cucquanlyxuatnhapcanh"))
    assert {agency for _, agency in found} == {"ONE", "TWO"}


def test_an_agency_is_found_by_the_name_it_gets() -> None:
    before, after = (Agency(name, None, ()) for name in ("Cục Xuất nhập cảnh", "Cục Quản lý xuất nhập cảnh"))
    page = account(Canonical("facebook", None, "1"), "Thị thực", "XNC")
    index = index_of([page], {"XNC": before})
    key = skeleton("cucquanlyxuatnhapcanh")
    assert index.first(key) is None
    assert index.know_agencies({"XNC": before, "T82": after}, (2, 2)) == []
    assert index.know_agencies({"XNC": after}, (3, 3)) == ["XNC"]
    index.recall("XNC")
    assert index.first(key) == page


def test_names_that_were_read_before_are_not_read_again() -> None:
    page = account(Canonical("facebook", "congan.lapvo", None), "Công an", "T82")
    index = index_of([page._replace(keys="otherwise again")])
    assert index.first("otherwise") is not None
    assert index.first("again") is not None
    assert index.first("congan|lapvo") is None


def test_whoever_is_not_there_is_no_trouble() -> None:
    index = Index()
    index.put(uuid4(), [])
    assert index.accounts.find("facebook:@nobody") is None
    assert not isinstance(resemblance(index, Canonical("website", "vneid.com", None)), Likeness)


def test_an_account_called_so_is_named_before_those_of_its_agency_and_a_site_before_an_app() -> None:
    agencies = {"XNC": Agency("Cục Quản lý xuất nhập cảnh", None, ())}
    key = skeleton("cucquanlyxuatnhapcanh")
    visa = account(site("evisa.gov.vn"), "Thị thực điện tử", "XNC")
    app = account(Canonical("google_play", None, "vn.gov.xnc"), "Cục Quản lý xuất nhập cảnh", "XNC")
    index = index_of([visa, app], agencies)
    assert index.first(key).id == app.id  # type: ignore[union-attr]
    page = account(Canonical("facebook", "xuatnhapcanh.vn", None), "Cục Quản lý xuất nhập cảnh", "XNC")
    index.put(page.id, [page])
    assert index.first(key).id == page.id  # type: ignore[union-attr]


@given(
    st.lists(st.text("abcd", min_size=FUZZY_FROM, max_size=13), min_size=1, max_size=30, unique=True),
    st.data(),
)
def test_whatever_is_one_edit_from_a_short_name_is_found(called: list[str], data: st.DataObject) -> None:
    names = Names()
    for number, name in enumerate(called):
        names.add(name, number)
    asked = data.draw(st.sampled_from(called))
    at = data.draw(st.integers(0, len(asked) - 1))
    letter = data.draw(st.sampled_from("abcdx"))
    edited = data.draw(
        st.sampled_from(
            [
                asked,
                asked[:at] + asked[at + 1 :],
                asked[:at] + letter + asked[at:],
                asked[:at] + letter + asked[at + 1 :],
                asked[:at] + asked[at + 1 : at + 2] + asked[at] + asked[at + 2 :],
            ]
        )
    )
    expected = {(name, far) for name in called if (far := OSA.distance(name, edited)) <= edits(len(name))}
    assert set(names.near(edited)) == expected


def test_a_portal_s_title_is_known_as_a_whole_unless_many_places_share_it() -> None:
    province = account(site("caobang.gov.vn"), "Cổng thông tin điện tử tỉnh Cao Bằng", "T04")
    commune = account(site("tanphu.dongnai.gov.vn"), "Trang thông tin điện tử xã Tân Phú")
    index = index_of([province, commune])
    page = Canonical("facebook", None, "100064000000001")
    found = resemblance(index, page, "CỔNG THÔNG TIN ĐIỆN TỬ TỈNH CAO BẰNG")
    assert isinstance(found, Likeness)
    assert (found.account.id, found.reasons) == (province.id, ("same-name",))
    assert resemblance(index, page, "Cổng thông tin điện tử tỉnh Bắc Kạn") is None
    assert resemblance(index, page, "Trang thông tin điện tử xã Tân Phú") is None


async def test_whoever_stops_loading_leaves_no_fetch_behind() -> None:
    ended = False

    async def batches() -> AsyncIterator[list[Known]]:
        nonlocal ended
        yield [account(site("evisa.gov.vn"), "Thị thực")]
        try:
            await asyncio.sleep(3600)
        finally:
            ended = True

    async def load() -> None:
        async with aclosing(ahead(batches())) as found:
            async for _ in found:
                await asyncio.sleep(0)  # the next fetch begins
                raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        await load()
    assert ended
