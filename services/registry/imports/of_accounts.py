"""Rows that are accounts: read into what `POST /v1/accounts` takes, and judged by its rules."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import drafting
from services.registry.accounts import queries as accounts
from services.registry.accounts.links import WHY_UNUSABLE
from services.registry.accounts.problems import Renamed
from services.registry.accounts.schemas import AccountCreate
from services.registry.agencies import queries as agencies
from services.registry.imports import links_meant, queries
from services.registry.imports.agencies_meant import Known, Within
from services.registry.imports.columns import ACCOUNTS
from services.registry.imports.findings import SAYS, Finding, of_problem, unusable_link
from services.registry.imports.rows import Row, as_model, look_over
from shared import tenancy
from shared.auth import Actor
from shared.problems import AppError, NotFound
from shared.search import fold
from shared.urls import UnusableLink, canonicalise

_FIELDS = frozenset(field.name for field in ACCOUNTS)
_CODE = re.compile(r"[0-9A-Z]+(\.[0-9A-Z]+)*")
_TAGS = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?( [a-z]{2,3}(-[A-Z]{2})?)*")
"""Languages as the directory's own files have them."""
_LANGUAGE_NAMES = {
    "tieng viet": "vi",
    "vietnamese": "vi",
    "viet": "vi",
    "tieng anh": "en",
    "english": "en",
    "anh": "en",
}
_NO_LINK = "https://gov.vn"
"""Stands where a row has none, so that whatever else is wrong with it can be said."""
_WITHOUT_ZERO = re.compile(r"[2-9][0-9]{8,9}")
"""A Vietnamese number as a spreadsheet keeps it; what begins with 1 has no zero (113, 1900 …)."""
_MOST_SUGGESTIONS = 20
"""Unknown agencies of one batch for which the nearest is looked up: it is slow, and one typo is mostly repeated."""


async def judge(
    session: AsyncSession, actor: Actor, rows: Sequence[Row], _: Mapping[str, Mapping[str, str]]
) -> None:
    """Note what is wrong with rows, and what each would become. Nothing is written."""
    look_over(rows, ACCOUNTS, free=frozenset({"handle", "contact_phone"}))
    await _find_agencies(session, actor, rows)
    bodies = {id(row): body for row in rows if (body := _body(row)) is not None and not row.errors}
    whole = [row for row in rows if id(row) in bodies]
    judged = await drafting.judge(session, actor, [bodies[id(row)] for row in whole])
    for row, draft in zip(whole, judged, strict=True):
        if isinstance(draft, AppError):
            _explain(row, draft)
        else:
            row.thing, row.key = draft, draft["identity"]
    for row in rows:
        if row.errors and not row.failed_at("url"):
            _look_at_link(row)
    await _recognise(session, [row for row in whole if row.thing or row.known])


async def apply(session: AsyncSession, actor: Actor, rows: Sequence[Row]) -> list[str]:
    """Enter the drafts of judged rows; returns their ids."""
    drafts: list[drafting.Draft] = [row.thing for row in rows]
    await drafting.enter(session, actor, drafts)
    return [str(draft["id"]) for draft in drafts]


async def _find_agencies(session: AsyncSession, actor: Actor, rows: Sequence[Row]) -> None:
    """Bring every agency to its code, by whatever it was called."""
    asked = {row.values["agency_code"] for row in rows if row.values.get("agency_code")}
    codes = await agencies.resolve(session, [text.upper() for text in asked])
    reached = await tenancy.reached(session, actor.agency, set(codes.values()))
    strange = sorted(text for text in asked if text.upper() not in codes)
    meant: dict[str, tuple[str, Known | None]] = {}
    if strange:
        within = Within(Known(**row._mapping) for row in await queries.agencies_within(session, actor.agency))  # noqa: SLF001
        # Among fourteen thousand agencies that takes seconds, and the worker has events to publish meanwhile.
        meant = await asyncio.to_thread(_all_meant, within, strange)
    for row in rows:
        text = row.values.get("agency_code", "")
        if not text or row.failed_at("agency_code"):
            continue
        if text.upper() in codes:
            row.values["agency_code"] = found = codes[text.upper()]
            if found not in reached:
                row.refuse("agency-unknown", "agency_code")
            continue
        code, agency = meant[text]
        if code == "agency-unknown":
            row.refuse(code, "agency_code", agency.shown if agency else None)
        elif agency:
            row.warn(code, "agency_code", agency.shown)
            row.values["agency_code"] = agency.code


def _all_meant(within: Within, texts: Sequence[str]) -> dict[str, tuple[str, Known | None]]:
    return {text: _meant(within, text, search=at < _MOST_SUGGESTIONS) for at, text in enumerate(texts)}


def _meant(within: Within, text: str, *, search: bool) -> tuple[str, Known | None]:
    if agency := within.by_area(text):
        return "agency-by-area", agency
    if agency := within.by_name(text):
        return "agency-by-name", agency
    return "agency-unknown", within.nearest(text) if search else None


def _body(row: Row) -> AccountCreate | None:
    """What would be sent to `POST /v1/accounts`; None when errors were noted."""
    link, id_link = _links(row)
    values = {name: value for name, value in row.values.items() if name in AccountCreate.model_fields}
    if "contact_phone" in values:
        values["contact_phone"] = _telephone(row, values["contact_phone"])
    body: dict[str, Any] = {
        **values,
        "url": link or _NO_LINK,
        "languages": _languages(row.values.get("languages", "")),
    }
    if id_link:
        body["platform_id_url"] = id_link
    return as_model(row, AccountCreate, body, _FIELDS)


def _telephone(row: Row, text: str) -> str:
    """A telephone number without what is written between its digits, and with the zero that it begins with."""
    number = re.sub(r"[ .()-]", "", text)
    if not _WITHOUT_ZERO.fullmatch(number):
        return number
    row.warn("leading-zero", "contact_phone", f"0{number}")
    return f"0{number}"


def _links(row: Row) -> tuple[str, str | None]:
    """The row's link, and another one to the immutable id where the row has that, too."""
    values = row.values
    url, name = values.get("url", ""), values.get("platform", "")
    if not name:
        if not url and not row.failed_at("url"):
            row.refuse("missing", "url")
        return url, None
    platform = links_meant.platform(name)
    if platform is None:
        if not url:
            row.refuse("platform-unknown", "platform")
        return url, None
    of_id = links_meant.by_id(platform, values.get("platform_id", ""))
    link = url or links_meant.by_handle(platform, values.get("handle", "")) or of_id
    if link is None:
        row.refuse("missing", "handle")
    return link or "", of_id if of_id != link else None


def _languages(text: str) -> list[str]:
    if _TAGS.fullmatch(text):
        return text.split()
    words = [word for word in re.split(r"\s*[,;/+&]\s*", text) if word]
    named = (_LANGUAGE_NAMES.get(fold(word), word if "-" in word else word.lower()) for word in words)
    return [*dict.fromkeys(named)] or ["vi"]


def _explain(row: Row, problem: AppError) -> None:
    """A refusal by the rules, at the cell that it is about; the row's own account is no obstacle to it."""
    members: Mapping[str, Any] = problem.members
    holder = members.get("holder")
    if holder and holder["agency_code"] == row.values["agency_code"]:
        row.known = holder["account_id"]
        if isinstance(problem, Renamed):
            row.warn("renamed", "url")
    elif holder:
        row.errors.append(Finding("held-elsewhere", "url", holder["agency_code"], problem.detail))
    elif isinstance(problem, NotFound):
        row.refuse("agency-unknown", "agency_code")
    elif "successors" in members:
        row.refuse("agency-ended", "agency_code", ", ".join(members["successors"]) or None)
    elif members.get("reason") in WHY_UNUSABLE:
        row.errors.append(Finding("link-unusable", "url", detail=problem.detail))
    else:
        row.errors.extend(of_problem(problem, _FIELDS) or [Finding("refused", detail=SAYS["refused"])])


def _look_at_link(row: Row) -> None:
    """What is wrong with the link of a row that something else is wrong with already: all is said at once."""
    try:
        canonicalise(row.values.get("url") or _NO_LINK)
    except UnusableLink as error:
        row.errors.append(unusable_link(error))


async def _recognise(session: AsyncSession, rows: Sequence[Row]) -> None:
    """Find the rows whose account is registered already, in whatever state."""
    held = [UUID(row.known) for row in rows if row.known]
    known = await accounts.registered(session, [row.key for row in rows if row.key], held)
    by_id = {str(account.id): account for account in known}
    by_link = {(account.agency_code, account.identity): account for account in known}
    for row in rows:
        account = by_id.get(row.known or "") or by_link.get((row.values["agency_code"], row.key or ""))
        if account is None:
            continue
        row.known, row.key = str(account.id), account.identity
        name = row.values.get("display_name", account.display_name)
        languages = _languages(row.values.get("languages", ""))
        if (name, languages) != (account.display_name, account.languages):
            row.warn("differs", "display_name")
