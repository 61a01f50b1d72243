"""Giving and taking the right to act for an agency, and standing in for one another."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.memberships import queries
from services.registry.memberships.problems import AlreadyMember, NotDelegable, SelfGrant
from services.registry.memberships.rules import ending, ordered, require_part, require_sense, state_of
from services.registry.memberships.schemas import DelegationCreate, MembershipChange, MembershipCreate
from services.registry.memberships.tables import Membership
from shared import clock, tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.db import new_id, violated_constraint
from shared.events.registry import MembershipChanged
from shared.memberships import digest
from shared.messaging import outbox
from shared.problems import IllegalTransition, Invalid, NotFound, Text
from shared.versions import ANY_VERSION, Expected


async def read(session: AsyncSession, actor: Actor, membership_id: UUID) -> Membership:
    """A membership in an agency that the actor's agency reaches.

    Raises:
        NotFound: there is none.
    """
    membership = await queries.find(session, membership_id)
    if membership is None or not await tenancy.reaches(session, actor.agency, membership.agency_code):
        raise NotFound
    return membership


async def create(session: AsyncSession, actor: Actor, body: MembershipCreate, issuer: str) -> Membership:
    """Make somebody a member of an agency. `issuer` is theirs when the body names none.

    Raises:
        NotFound: the agency is unknown or not within the actor's reach.
        SelfGrant: it is the actor's own.
        AlreadyMember: there is one for this identity and agency.
        Invalid: the agency has ended, the days are the wrong way round, or a system is to approve.
    """
    agency = await _open_agency(session, actor, body.agency_code)
    issuer = body.issuer or issuer
    identity = digest(issuer, body.subject)
    _refuse_self(actor, identity)
    require_sense(body.kind, body.roles, valid_from := body.valid_from or clock.today(), body.valid_to)
    if known := await queries.member(session, identity, agency):
        raise AlreadyMember(membership_id=str(known.id))
    by, days = digest(*actor.identity), (valid_from, body.valid_to)
    membership = _new(by, agency, body.kind, issuer, body.subject, body.roles, *days)
    try:
        return await _entered(session, actor, "memberships.create", membership)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_memberships_member":
            raise AlreadyMember from error
        raise


async def change(
    session: AsyncSession,
    actor: Actor,
    membership_id: UUID,
    body: MembershipChange,
    expected: Expected = ANY_VERSION,
) -> Membership:
    """Give a membership other roles or another validity. Its delegations never exceed it.

    Raises:
        NotFound: as ever.
        SelfGrant: it is the actor's own.
        Invalid: the days are the wrong way round, a system is to approve, or a delegation would go beyond
            what it is a delegation of.
    """
    await read(session, actor, membership_id)
    membership, principal = await _locked(session, membership_id)
    expected.require(membership.version)
    _refuse_self(actor, membership.identity)
    require_sense(membership.kind, body.roles, body.valid_from, body.valid_to)
    if principal is not None:
        require_part(principal, body.roles, body.valid_from, body.valid_to)
    _set(membership, body.roles, body.valid_from, body.valid_to)
    membership.granted_by = digest(*actor.identity)
    await _told(session, actor, "memberships.change", membership)
    await _cut_delegations(session, actor, membership)
    return membership


async def end(
    session: AsyncSession, actor: Actor, membership_id: UUID, expected: Expected = ANY_VERSION
) -> Membership:
    """End a membership, and its delegations, at once.

    By an admin, by the member, and a delegation also by whoever it stands in for.

    Raises:
        NotFound: there is none that is the actor's to end.
        IllegalTransition: it has ended.
    """
    await _theirs(session, actor, membership_id)
    membership, _ = await _locked(session, membership_id)
    expected.require(membership.version)
    if state_of(membership) == "ended":
        raise IllegalTransition("ended", ["change"])
    _set(membership, membership.roles, membership.valid_from, ending(membership.valid_from))
    await _told(session, actor, "memberships.end", membership)
    await _cut_delegations(session, actor, membership)
    return membership


async def delegate(
    session: AsyncSession, actor: Actor, membership_id: UUID, body: DelegationCreate, issuer: str
) -> Membership:
    """Let somebody stand in for a member. By the member, or by an admin, but never to the actor.

    Raises:
        NotFound: there is no membership that is the actor's to delegate.
        NotDelegable: it is a delegation itself, or a system's.
        SelfGrant: it would be to the actor.
        Invalid: to the member, for more than they have, or for too long.
    """
    await _theirs(session, actor, membership_id)
    member, principal = await _locked(session, membership_id)
    if principal is not None or member.kind == "system":
        raise NotDelegable
    issuer = body.issuer or issuer
    identity = digest(issuer, body.subject)
    _refuse_self(actor, identity)
    if identity == member.identity:
        raise Invalid.at("/subject", Text("Đây chính là người vắng mặt.", "This is who is absent."))
    require_sense("person", body.roles, body.valid_from, body.valid_to)
    require_part(member, body.roles, body.valid_from, body.valid_to)
    by, days = digest(*actor.identity), (body.valid_from, body.valid_to)
    delegation = _new(by, member.agency_code, "person", issuer, body.subject, body.roles, *days)
    delegation.delegation_of = member.id
    return await _entered(session, actor, "memberships.delegate", delegation)


async def first_admin(session: AsyncSession, code: str, issuer: str, subject: str) -> Membership:
    """Make an identity the administrator of an agency that has none: by an operator, not over the API.

    Raises:
        NotFound: the agency is unknown or has ended.
        AlreadyMember: it has an administrator, or the identity is or was a member of it.
    """
    agency, today = await tenancy.find(session, code), clock.today()
    if agency is None or tenancy.has_ended(agency):
        raise NotFound(Text("Không có cơ quan này, hoặc đã kết thúc.", "No such agency, or it has ended."))
    if there := await queries.administrator(session, agency.code, today):
        raise AlreadyMember(_HAS_ADMINISTRATOR, membership_id=str(there.id))
    if known := await queries.member(session, digest(issuer, subject), agency.code):
        raise AlreadyMember(membership_id=str(known.id))
    by = digest(trail.SYSTEM, trail.SYSTEM)
    membership = _new(by, agency.code, "person", issuer, subject, ["admin"], today, None)
    return await _entered(session, None, "memberships.create", membership)


_HAS_ADMINISTRATOR = Text(
    "Cơ quan đã có quản trị viên; hãy để người đó ghi thêm thành viên.",
    "The agency has an administrator already; let them enter other members.",
)


async def _open_agency(session: AsyncSession, actor: Actor, code: str) -> str:
    agency = await tenancy.find(session, code)
    if agency is None or actor.agency not in agency.path:
        raise NotFound(
            Text("Không có cơ quan này trong phạm vi của bạn.", "No such agency within your reach.")
        )
    if tenancy.has_ended(agency):
        raise Invalid.at(
            "/agency_code",
            Text("Cơ quan đã kết thúc hoạt động.", "The agency has ended."),
            successors=list(agency.successors),
        )
    return str(agency.code)


async def _theirs(session: AsyncSession, actor: Actor, membership_id: UUID) -> None:
    """Go on only for an admin who reaches it, for the member, and for whoever it stands in for."""
    membership, own = await queries.find(session, membership_id), digest(*actor.identity)
    if membership is None:
        raise NotFound
    if membership.identity == own:
        return
    if "admin" in actor.roles and await tenancy.reaches(session, actor.agency, membership.agency_code):
        return
    absent = await _principal(session, membership)
    if absent is None or absent.identity != own:
        raise NotFound


async def _principal(
    session: AsyncSession, membership: Membership, *, lock: bool = False
) -> Membership | None:
    """What a delegation is a delegation of."""
    if membership.delegation_of is None:
        return None
    look_up = queries.lock if lock else queries.find
    return await look_up(session, membership.delegation_of)


async def _locked(session: AsyncSession, membership_id: UUID) -> tuple[Membership, Membership | None]:
    """A membership that is known to exist, and what it is a delegation of: both locked, the latter first."""
    membership = await queries.find(session, membership_id)
    assert membership is not None  # noqa: S101 - memberships are never deleted
    principal = await _principal(session, membership, lock=True)
    membership = await queries.lock(session, membership_id)
    assert membership is not None  # noqa: S101 - as above
    return membership, principal


def _refuse_self(actor: Actor, identity: str) -> None:
    if identity == digest(*actor.identity):
        raise SelfGrant


def _new(
    by: str,
    agency: str,
    kind: str,
    issuer: str,
    subject: str,
    roles: Collection[str],
    valid_from: date,
    valid_to: date | None,
) -> Membership:
    moment = clock.now()
    return Membership(
        id=new_id(),
        agency_code=agency,
        kind=kind,
        issuer=issuer,
        subject=subject,
        identity=digest(issuer, subject),
        roles=ordered(roles),
        valid_from=valid_from,
        valid_to=valid_to,
        granted_by=by,
        created_at=moment,
        updated_at=moment,
    )


def _set(membership: Membership, roles: Collection[str], valid_from: date, valid_to: date | None) -> None:
    membership.roles = ordered(roles)
    membership.valid_from, membership.valid_to = valid_from, valid_to
    membership.version += 1
    membership.updated_at = clock.now()


async def _cut_delegations(session: AsyncSession, actor: Actor, member: Membership) -> None:
    """Bring those who stand in for a member down to what the member has now."""
    for each in await queries.delegations(session, member.id, clock.today()):
        roles = set(each.roles) & set(member.roles)
        valid_from = max(each.valid_from, member.valid_from)
        last = member.valid_to if roles else ending(valid_from)
        valid_to = max(valid_from, min(filter(None, (each.valid_to, last))))
        if (set(each.roles), each.valid_from, each.valid_to) != (roles, valid_from, valid_to):
            _set(each, roles or each.roles, valid_from, valid_to)
            await _told(session, actor, "memberships.change", each)


async def _entered(
    session: AsyncSession, actor: Actor | None, act: str, membership: Membership
) -> Membership:
    session.add(membership)
    await _told(session, actor, act, membership)
    return membership


async def _told(session: AsyncSession, actor: Actor | None, act: str, membership: Membership) -> None:
    """Write the change, its audit row, and the state that the other services keep: never as news."""
    await session.flush()
    agency, version = membership.agency_code, membership.version
    await trail.record(session, actor, act, "membership", membership.id, agency, version)
    data = MembershipChanged.model_validate({"membership_id": membership.id, **membership.model_dump()})
    path = await tenancy.path(session, agency)
    key = f"membership.{membership.id}"
    await outbox.emit_states(session, [(data, str(membership.id), version, path, key)])
