"""Badges and QR codes: they say what is so, and lead to the verification."""

import io
from base64 import b64encode
from hashlib import sha256
from itertools import product
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import httpx
import pytest
import segno
from fastapi import FastAPI

from services.registry.accounts.service import suspend_after_takeover
from services.registry.signs.badge import draw
from shared.db import Database
from shared.urls import PLATFORMS
from tests.support.answers import ok, problem
from tests.support.staff import Staff

SVG = "{http://www.w3.org/2000/svg}"


async def badge(registry: httpx.AsyncClient, account: str, **headers: str) -> httpx.Response:
    answer = await registry.get(f"/v1/accounts/{account}/badge.svg", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/svg+xml"
    return answer


def words(answer: httpx.Response) -> list[str]:
    """The title of a badge and its lines."""
    root = ET.fromstring(answer.content)  # noqa: S314 - our own
    texts = root.findall(f".//{SVG}text")
    return [str(root.findtext(f"{SVG}title")), *(str(each.text) for each in texts)]


async def test_a_badge_tells_whose_account_it_is_in_the_asker_s_language(
    registry: httpx.AsyncClient, staff: Staff
) -> None:
    account = await staff.active()
    whose = [f"UBND xã {staff.agency}", f"Facebook · {account['handle']}"]
    vietnamese = await badge(registry, account["id"])
    assert words(vietnamese) == ["Tài khoản chính thức", "Tài khoản chính thức", *whose]
    assert vietnamese.headers["content-language"] == "vi"
    english = await badge(registry, account["id"], **{"Accept-Language": "en"})
    assert words(english) == ["Official account", "Official account", *whose]
    assert english.headers["vary"] == "Accept-Language"
    chosen = await registry.get(f"/v1/accounts/{account['id']}/badge.svg?lang=en")
    assert words(chosen)[0] == "Official account"
    described = ET.fromstring(english.content).findtext(f"{SVG}desc")  # noqa: S314 - our own
    assert described == f"Ủy ban nhân dân xã {staff.agency}: {account['display_name']}, {account['url']}"


async def test_a_badge_follows_the_account_at_once(
    registry: httpx.AsyncClient, staff: Staff, registry_database: Database
) -> None:
    account = await staff.submitted()
    path = f"/v1/accounts/{account['id']}/badge.svg"
    problem(await registry.get(path), 404, "not-found")
    ok(await staff.act(account, "approve"))
    official = await badge(registry, account["id"])
    assert official.headers["cache-control"] == "public, no-cache"
    has_it = {"If-None-Match": official.headers["etag"]}
    assert (await registry.get(path, headers=has_it)).status_code == 304
    async with registry_database.transaction() as session:
        await suspend_after_takeover(session, UUID(account["id"]), staff.agency, uuid4())
    hijacked = await registry.get(path, headers=has_it)
    assert words(hijacked)[0] == "Đã mất quyền kiểm soát, đừng tin"
    ok(await staff.act(account, "restore"))
    ok(await staff.act(account, "retire", json={"reason": "no_longer_held"}))
    assert words(await badge(registry, account["id"]))[0] == "Không còn chính thức"


async def test_a_badge_brings_nothing_along(registry: httpx.AsyncClient, staff: Staff) -> None:
    account = await staff.active()
    answer = await badge(registry, account["id"])
    root = ET.fromstring(answer.content)  # noqa: S314 - our own
    kinds = {each.tag.removeprefix(SVG) for each in root.iter()}
    assert kinds == {"svg", "title", "desc", "style", "a", "rect", "path", "text"}
    (style,) = (each.text or "" for each in root.iter(f"{SVG}style"))
    assert "url(" not in style
    assert "@import" not in style
    assert "prefers-color-scheme:dark" in style
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert answer.headers["content-security-policy"] == f"default-src 'none'; style-src 'sha256-{digest}'"
    (link,) = (each.attrib["href"] for each in root.iter(f"{SVG}a"))
    assert parse_qs(urlsplit(link).query) == {"url": [account["url"]]}


@pytest.mark.parametrize("state", ["active", "suspended", "lapsed", "retired"])
@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "A & B \"C\" 'D'", "Ư" * 200, ""])
def test_no_name_breaks_a_badge(name: str, state: str) -> None:
    class Row:
        agency_name = agency_short_name = display_name = handle = name
        platform_id, platform, reason, url = "1", "", "security", "https://zalo.me/1"

    Row.state = state  # type: ignore[attr-defined]
    for language, platform in product(("vi", "en"), PLATFORMS):
        Row.platform = platform
        svg, _ = draw(Row(), language, "https://x.example/?a=1&b=2")
        root = ET.fromstring(svg)  # noqa: S314 - our own
        assert not list(root.iter(f"{SVG}script"))
        assert int(root.attrib["width"]) < 600


async def test_a_qr_code_leads_to_the_verification(
    registry: httpx.AsyncClient, registry_app: FastAPI, staff: Staff
) -> None:
    account = await staff.active()
    base = registry_app.state.settings.public_base_url
    quoted = account["url"].replace(":", "%3A").replace("/", "%2F")
    link = f"{base}/v1/verify?url={quoted}"
    expected = io.BytesIO()
    segno.make_qr(link).save(expected, kind="png", border=4, scale=8)
    png = await registry.get(f"/v1/accounts/{account['id']}/qr.png")
    assert png.headers["content-type"] == "image/png"
    assert png.content == expected.getvalue()
    verdict = ok(await registry.get(link.removeprefix(base)))
    assert (verdict["verdict"], verdict["account"]["id"]) == ("official", account["id"])
    svg = await registry.get(f"/v1/accounts/{account['id']}/qr.svg", headers={"Accept-Language": "en"})
    root = ET.fromstring(svg.content)  # noqa: S314 - our own
    assert root.findtext(f"{SVG}title") == "Scan to verify this account"
    assert root.findtext(f"{SVG}desc") == account["url"]
    for answer in (png, svg):
        again = await registry.get(
            answer.request.url, headers={"If-None-Match": answer.headers["etag"], "Accept-Language": "en"}
        )
        assert again.status_code == 304


@pytest.mark.parametrize("sign", ["badge.svg", "qr.svg", "qr.png"])
async def test_what_never_was_official_has_no_sign(
    registry: httpx.AsyncClient, staff: Staff, sign: str
) -> None:
    withdrawn = await staff.submitted()
    ok(await staff.act(withdrawn, "retire", json={"reason": "registered_in_error"}))
    for account in (withdrawn["id"], str(uuid4())):
        problem(await registry.get(f"/v1/accounts/{account}/{sign}"), 404, "not-found")
