"""What a draft has to be, for one and for a thousand at once: `POST /v1/accounts` and imports have one rule set."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import changes, holding, links, queries
from services.registry.accounts.problems import require_in_force
from services.registry.accounts.schemas import AccountCreate
from services.registry.agencies import queries as agencies
from services.registry.offices.catalogue import OFFICES
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id
from shared.policy import PeopleOnly
from shared.problems import AppError, Invalid, NotFound, Text
from shared.urls import Canonical

Draft = dict[str, Any]
"""An account that is not entered yet, by the columns in which it differs from an empty one.

No `Account`: one of those takes a millisecond to make, and an import makes a hundred thousand.
"""


async def judge(
    session: AsyncSession, actor: Actor, bodies: Sequence[AccountCreate]
) -> list[Draft | AppError]:
    """For each body the draft that it would become, or why it cannot; nothing is written yet.

    NotFound: the agency is unknown or not within the actor's reach. Invalid: it has ended, is yet to begin or has no
    such office, or a link names no account. PeopleOnly: a system holds no office. HeldElsewhere, Renamed: the account
    is registered already.
    """
    known = await agencies.find_many(session, {body.agency_code for body in bodies})
    reached = await tenancy.reached(session, actor.agency, {agency.code for agency in known.values()})
    judged = [_attempt(actor, body, known, reached) for body in bodies]
    drafted = [_link(each) for each in judged if not isinstance(each, AppError)]
    identities = {
        key for link in drafted for key in links.identities(link.platform, link.handle, link.platform_id)
    }
    held = await queries.holders(session, identities)
    return [
        each if isinstance(each, AppError) else holding.refusal(_link(each), held) or each for each in judged
    ]


async def enter(session: AsyncSession, actor: Actor, drafts: Sequence[Draft]) -> None:
    """Enter drafts that `judge` made."""
    if not drafts:
        return
    await queries.insert(session, drafts, [changes.version_of(draft, "create") for draft in drafts])
    entered = [(draft["id"], draft["agency_code"], draft["version"]) for draft in drafts]
    await trail.record_many(session, actor, "accounts.create", "account", entered)


def linked(link: Canonical, shown: Canonical) -> dict[str, Any]:
    """Columns of an account: what both its links tell, and the one that is shown."""
    return {
        "platform": link.platform,
        "handle": link.handle,
        "platform_id": link.platform_id,
        "identity": shown.key,
        "url": shown.url,
    }


def _link(draft: Draft) -> Canonical:
    return Canonical(draft["platform"], draft["handle"], draft["platform_id"])


def _attempt(
    actor: Actor, body: AccountCreate, known: Mapping[str, Any], reached: frozenset[str]
) -> Draft | AppError:
    try:
        return _draft(actor, body, known, reached)
    except AppError as refusal:
        return refusal


def _draft(actor: Actor, body: AccountCreate, known: Mapping[str, Any], reached: frozenset[str]) -> Draft:
    agency = known.get(body.agency_code)
    if agency is None or agency.code not in reached:
        raise NotFound(
            Text("Không có cơ quan này trong phạm vi của bạn.", "No such agency within your reach.")
        )
    require_in_force(agency, "/agency_code")
    name = _office_name(actor, body, agency) if body.kind == "public_office" else _name(body, agency)
    link, shown = links.read(body.url, body.platform_id_url)
    moment = clock.now()
    holder = actor.identity if body.kind == "public_office" else (None, None)
    return {
        "id": new_id(),
        "agency_code": agency.code,
        "kind": body.kind,
        "office": body.office,
        "holder_issuer": holder[0],
        "holder_subject": holder[1],
        "display_name": name,
        "folded": changes.folded(name, link.handle),
        "languages": body.languages,
        "purpose": body.purpose,
        "contact_email": body.contact_email,
        "contact_phone": body.contact_phone,
        "state": "draft",
        "reason": None,
        "version": 1,
        "created_at": moment,
        "updated_at": moment,
        **linked(link, shown),
    }


def _name(body: AccountCreate, agency: Any) -> str:
    if body.office is not None:
        raise Invalid.at("/office", Text("Chỉ dành cho `public_office`.", "For `public_office` only."))
    return body.display_name or str(agency.short_name)[:200]


def _office_name(actor: Actor, body: AccountCreate, agency: Any) -> str:
    """The title that the account of an office bears, whoever holds it."""
    if actor.system:
        raise PeopleOnly
    office = OFFICES.get(body.office or "")
    if office is None or agency.level not in office.levels:
        raise Invalid.at(
            "/office",
            Text("Cơ quan này không có chức danh đó.", "The agency has no such office."),
            offices=[each.code for each in OFFICES.values() if agency.level in each.levels],
        )
    if body.display_name is not None:
        raise Invalid.at("/display_name", TITLE_ALONE)
    return f"{office.title.vi} – {agency.short_name}"[:200]


TITLE_ALONE = Text(
    "Tài khoản của chức danh chỉ mang tên chức danh.",
    "An office's account bears its title and no other name.",
)
