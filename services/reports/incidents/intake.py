"""Taking in reports: from the public, and from officers of the agency concerned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.reports.accounts import queries as accounts
from services.reports.harms.catalogue import HARMS
from services.reports.incidents import queries
from services.reports.incidents.content import Content, seal_contact, seal_content
from services.reports.incidents.schemas import ImpersonationReport, TakeoverReport
from services.reports.incidents.tables import Incident, Sighting
from services.reports.tracking.codes import new_code, normalise
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.crypto import KeyRing, keyed_digest
from shared.db import new_id
from shared.events.reports import IncidentReceived, TakeoverConfirmed
from shared.messaging import outbox
from shared.problems import Invalid, Text, Unavailable
from shared.urls import UnusableLink, destination

# A link that hides its account, or names only a post, is still where the harm is done.
_ATTEMPTS = 3
_ACCEPTED_AS_THEY_ARE = frozenset({"needs-resolving", "no-account"})


@dataclass(frozen=True)
class Keys:
    """The service's keys: one wraps, one digests."""

    ring: KeyRing
    digest_key: bytes

    def target(self, harm: str, agency_code: str, identity: str) -> bytes:
        """Digest of a target within one harm and agency: naming another agency hides nothing from this one."""
        return keyed_digest(self.digest_key, "target", f"{harm}\n{agency_code}\n{identity}")

    def tracking(self, symbols: str) -> bytes:
        """Digest under which a tracking code is kept."""
        return keyed_digest(self.digest_key, "tracking", symbols)


@dataclass(frozen=True)
class Accepted:
    """A report that was taken in."""

    tracking_code: str
    incident_id: UUID
    for_own_agency: bool
    received_at: datetime


async def receive(
    session: AsyncSession, keys: Keys, actor: Actor | None, report: ImpersonationReport | TakeoverReport
) -> Accepted:
    """Take in a report: a new incident, or one more sighting of an open one with the same target.

    Raises:
        Invalid: the agency is unknown or has ended, the account is not that agency's, or a target is
            no link.
    """
    agency = await tenancy.find(session, report.agency_code)
    if agency is None:
        raise Invalid.at(
            "/agency_code", Text("Không có cơ quan này trong sổ.", "No such agency is registered.")
        )
    if not tenancy.in_force(agency):
        raise Invalid.at(
            "/agency_code",
            Text(
                "Cơ quan đã kết thúc hoạt động; hãy chọn cơ quan kế thừa.",
                "The agency has ended; name a successor.",
            ),
            successors=list(agency.successors),
        )
    account_id = report.account_id if isinstance(report, TakeoverReport) else None
    if account_id is not None:
        await _require_account_of(session, account_id, agency.code)
    digests = [keys.target(report.harm, agency.code, identity) for identity in _identities(report)]
    filing = _seal(keys, report, "officer" if actor and "officer" in actor.roles else "public")
    incident_id = await _place(session, keys, digests, report, filing, agency)
    own = actor is not None and actor.agency == agency.code and "officer" in actor.roles
    if actor is not None and own and isinstance(report, TakeoverReport):
        await _confirm_takeover(session, actor, incident_id, agency.path)
    return Accepted(filing.tracking_code, incident_id, own, filing.row["received_at"])


@dataclass(frozen=True)
class _Filing:
    """One report, sealed: the rows it will make, and the code to find it again."""

    tracking_code: str
    row: dict[str, Any]


def _seal(
    keys: Keys,
    report: ImpersonationReport | TakeoverReport,
    origin: str,
) -> _Filing:
    """Seal what a report says under the key of a new incident."""
    incident_id, sighting_id, moment = new_id(), new_id(), clock.now()
    key, wrapped = keys.ring.new_key(str(incident_id))
    code = new_code()
    content = Content(report.targets, report.facts.model_dump(), report.description)
    return _Filing(
        code,
        {
            "incident_id": incident_id,
            "harm": report.harm,
            "account_id": report.account_id if isinstance(report, TakeoverReport) else None,
            "received_at": moment,
            "due_at": moment + HARMS[report.harm].answer_within,
            "wrapped": wrapped,
            "sighting_id": sighting_id,
            "origin": origin,
            "tracking_digest": keys.tracking(normalise(code)),
            "content": seal_content(key, sighting_id, content),
            "contact": _seal_contact(key, sighting_id, report),
        },
    )


def _seal_contact(
    key: bytes, sighting_id: UUID, report: ImpersonationReport | TakeoverReport
) -> bytes | None:
    return seal_contact(key, sighting_id, report.contact.model_dump()) if report.contact else None


async def _place(
    session: AsyncSession,
    keys: Keys,
    digests: list[bytes],
    report: ImpersonationReport | TakeoverReport,
    filing: _Filing,
    agency: Any,
) -> UUID:
    """Make a new incident, or join the open one with the same target. Returns which.

    Raises:
        Unavailable: incidents with this target were closed under our hands, again and again.
    """
    fresh_id: UUID = filing.row["incident_id"]
    for _ in range(_ATTEMPTS):
        if await queries.open_incident(session, digests, {"agency_code": agency.code, **filing.row}):
            await _tell(session, filing.row, agency)
            return fresh_id
        incident = await queries.join_incident(session, digests, fresh_id)
        if incident is not None:
            await _add_sighting(session, keys, incident, report, filing)
            return incident.id
    raise Unavailable


async def _tell(session: AsyncSession, row: dict[str, Any], agency: Any) -> None:
    await outbox.emit(
        session,
        IncidentReceived(
            agency_code=agency.code,
            incident_id=row["incident_id"],
            harm=row["harm"],
            state="received",
            due_at=row["due_at"],
        ),
        subject=row["incident_id"],
        version=1,
        path=agency.path,
    )


async def _add_sighting(
    session: AsyncSession,
    keys: Keys,
    incident: Incident,
    report: ImpersonationReport | TakeoverReport,
    filing: _Filing,
) -> None:
    """One more sighting of an open incident, under its key."""
    stored = await queries.key_of(session, incident.id)
    assert stored is not None  # noqa: S101 - an open target's incident is never erased
    incident.sightings += 1
    key = keys.ring.unwrap(stored.wrapped, str(incident.id))
    content = Content(report.targets, report.facts.model_dump(), report.description)
    row, sighting_id = filing.row, filing.row["sighting_id"]
    session.add(
        Sighting(
            id=sighting_id,
            incident_id=incident.id,
            origin=row["origin"],
            tracking_digest=row["tracking_digest"],
            content=seal_content(key, sighting_id, content),
            contact=_seal_contact(key, sighting_id, report),
            received_at=row["received_at"],
        )
    )
    await session.flush()


async def _confirm_takeover(session: AsyncSession, actor: Actor, incident_id: UUID, path: list[str]) -> None:
    """The holder's own word confirms at once: waiting would serve the hijacker."""
    incident = await queries.lock(session, incident_id)
    if incident.confirmed_at is not None or incident.account_id is None:
        return
    incident.confirmed_at = clock.now()
    incident.version += 1
    await session.flush()
    act, agency = "incidents.confirm", incident.agency_code
    await trail.record(session, actor, act, "incident", incident.id, agency, incident.version)
    await outbox.emit(
        session,
        TakeoverConfirmed(
            agency_code=incident.agency_code, incident_id=incident.id, account_id=incident.account_id
        ),
        subject=incident.id,
        version=incident.version,
        path=path,
    )


async def _require_account_of(session: AsyncSession, account_id: UUID, agency_code: str) -> None:
    account = await accounts.find(session, account_id)
    if account is None or account.agency_code != agency_code:
        raise Invalid.at(
            "/account_id",
            Text(
                "Không có tài khoản chính thức này của cơ quan đã nêu.",
                "The named agency has no such official account.",
            ),
        )


def _identities(report: ImpersonationReport | TakeoverReport) -> list[str]:
    """What each target stands for; for a takeover, the account itself."""
    if isinstance(report, TakeoverReport):
        return [f"account:{report.account_id}"]
    identities = []
    for index, target in enumerate(report.targets):
        try:
            identities.append(_identity(target))
        except UnusableLink as error:
            if error.code not in _ACCEPTED_AS_THEY_ARE:
                raise Invalid.at(
                    f"/targets/{index}",
                    Text(
                        f"Không phải liên kết dùng được ({error.code}).", f"Not a usable link ({error.code})."
                    ),
                    reason=error.code,
                ) from error
            identities.append(f"link:{target}")
    return identities


def _identity(target: str) -> str:
    """The account behind a link; on a website the page, for a host may carry many unrelated ones."""
    link, target = destination(target)
    if link.platform != "website":
        return link.key
    path = urlsplit(target if "://" in target else f"//{target}").path
    return f"{link.key}{path.rstrip('/')}"
