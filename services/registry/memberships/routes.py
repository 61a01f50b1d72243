"""`/v1/memberships`: who may act for an agency."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.registry.memberships import queries, rules, service
from services.registry.memberships.problems import AlreadyMember, NotDelegable, SelfGrant
from services.registry.memberships.schemas import (
    DelegationCreate,
    MembershipChange,
    MembershipCreate,
    MembershipRead,
)
from services.registry.memberships.tables import Membership
from services.registry.policy import POLICY
from shared import tenancy
from shared.auth import Actor
from shared.db import Session
from shared.idempotency import Idempotency, InProgress, KeyReused
from shared.memberships import digest
from shared.openapi import shows
from shared.pagination import CursorParameter, Limit, Page, decode_id_cursor, following
from shared.problems import Forbidden, IllegalTransition, Invalid, NotFound, Unauthenticated, responses
from shared.schemas import AgencyCode
from shared.versions import ExpectedVersion, StaleVersion, tag

router = APIRouter(
    prefix="/v1/memberships",
    tags=["memberships"],
    responses=responses(Unauthenticated, Forbidden, NotFound, Invalid),
)


@router.post(
    "",
    operation_id="createMembership",
    summary="Enter a member",
    status_code=201,
    responses=responses(SelfGrant, AlreadyMember, InProgress, Invalid, KeyReused),
)
async def create_membership(
    body: MembershipCreate,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("memberships.create")],
    once: Idempotency,
    response: Response,
) -> MembershipRead:
    """Let an identity act for an agency within your reach, with roles and for a time.

    It counts for tokens that do not claim an `agency` themselves, in all services, within about a second.
    Nobody enters themself.
    """
    await once.claim(session, actor)
    membership = await service.create(session, actor, body, _issuer(request))
    response.headers["Location"] = f"/v1/memberships/{membership.id}"
    return await once.keep(session, actor, response, _read(membership, response))


@router.get("", operation_id="listMemberships", summary="List members")
async def list_memberships(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("memberships.list")],
    agency_code: Annotated[
        AgencyCode | None, Query(description="Only those of this agency.", examples=["T82.X30169"])
    ] = None,
    at: Annotated[
        date | None, Query(description="Only those in force on this day.", examples=["2026-03-01"])
    ] = None,
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[MembershipRead]:
    """Members of your agency and of those below it, and who stands in for them, newest first."""
    found = await queries.within(
        session,
        actor.agency,
        agency_code=await tenancy.parameter(session, "agency_code", agency_code),
        at=at,
        after=decode_id_cursor(cursor),
        limit=limit,
    )
    return _page(found, limit)


@router.get("/me", operation_id="listOwnMemberships", summary="List one's own")
async def list_own_memberships(
    session: Session,
    actor: Annotated[Actor, POLICY.allow("memberships.mine")],
    cursor: CursorParameter = None,
    limit: Limit = 50,
) -> Page[MembershipRead]:
    """For which agencies you may act, whoever you act for now, and who stands in for you; newest first."""
    found = await queries.of_identity(
        session, digest(*actor.identity), after=decode_id_cursor(cursor), limit=limit
    )
    return _page(found, limit)


@router.get("/{membership_id}", operation_id="readMembership", summary="Read one membership")
async def read_membership(
    membership_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("memberships.read")],
    response: Response,
) -> MembershipRead:
    """A membership in an agency within your reach."""
    return _read(await service.read(session, actor, membership_id), response)


@router.put(
    "/{membership_id}",
    operation_id="changeMembership",
    openapi_extra=shows(version=2),
    summary="Change roles and validity",
    responses=responses(SelfGrant, StaleVersion),
)
async def change_membership(
    membership_id: UUID,
    body: MembershipChange,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("memberships.change")],
    expected: ExpectedVersion,
    response: Response,
) -> MembershipRead:
    """Set roles and validity anew, also of an ended one. Delegations shrink with what they are part of."""
    return _read(await service.change(session, actor, membership_id, body, expected), response)


@router.post(
    "/{membership_id}/end",
    operation_id="endMembership",
    openapi_extra=shows(state="ended", valid_to="2026-03-15", version=2),
    summary="End",
    responses=responses(IllegalTransition, StaleVersion),
)
async def end_membership(
    membership_id: UUID,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("memberships.end")],
    expected: ExpectedVersion,
    response: Response,
) -> MembershipRead:
    """End a membership and its delegations at once; changing its validity undoes it.

    An admin may, the member, and a delegation may be ended by whoever it stands in for.
    """
    return _read(await service.end(session, actor, membership_id, expected), response)


@router.post(
    "/{membership_id}/delegations",
    operation_id="delegateMembership",
    openapi_extra=shows(
        subject="b7d0a1c2-6a55-4c0f-8d2e-0f6a1e9c7d31",
        valid_to="2026-03-15",
        delegation_of="019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e",
    ),
    summary="Have somebody stand in",
    status_code=201,
    responses=responses(SelfGrant, NotDelegable, InProgress, Invalid, KeyReused),
)
async def delegate_membership(
    membership_id: UUID,
    body: DelegationCreate,
    request: Request,
    session: Session,
    actor: Annotated[Actor, POLICY.allow("memberships.delegate")],
    once: Idempotency,
    response: Response,
) -> MembershipRead:
    """Give some of a member's roles to somebody else while the member is absent, for 90 days at most.

    The member may, or an admin. Where two people are needed, the member and who stands in are two; whoever
    submits something does not approve it, for whomever they stand in.
    """
    await once.claim(session, actor)
    delegation = await service.delegate(session, actor, membership_id, body, _issuer(request))
    response.headers["Location"] = f"/v1/memberships/{delegation.id}"
    return await once.keep(session, actor, response, _read(delegation, response))


def _issuer(request: Request) -> str:
    """The issuer whose tokens this service takes."""
    issuer: str = request.app.state.settings.auth_issuer
    return issuer


def _page(found: list[Membership], limit: int) -> Page[MembershipRead]:
    return Page(
        items=[_shown(each) for each in found],
        next_cursor=following(found, limit, lambda last: last.id),
    )


def _read(membership: Membership, response: Response) -> MembershipRead:
    tag(response, membership.version)
    return _shown(membership)


def _shown(membership: Membership) -> MembershipRead:
    copied = MembershipRead.model_fields.keys() - {"state"}
    return MembershipRead.model_validate(
        {**{name: getattr(membership, name) for name in copied}, "state": rules.state_of(membership)}
    )
