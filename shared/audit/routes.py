"""`GET /v1/audit`: what was done in an agency's name, and to its things."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import tenancy
from shared.audit import trail
from shared.auth import Actor
from shared.db import Session
from shared.pagination import CursorParameter, Limit, Page, decode_number_cursor, following
from shared.policy import Policy
from shared.problems import Forbidden, Invalid, Unauthenticated, responses
from shared.schemas import Schema
from shared.shapes import shaped

_ACTION = shaped(
    r"^[a-z_]+\.[a-z_]+$",
    "Tên thao tác, như accounts.approve.",
    "The name of an act, such as accounts.approve.",
)
_OBJECT_ID = shaped(
    r"^[0-9A-Za-z.-]+$",
    "Mã của một đối tượng: chữ, số, dấu chấm và gạch nối.",
    "The id of a thing: letters, digits, dots and hyphens.",
)


class Person(Schema):
    """Who acted, as the identity provider names them."""

    issuer: str = Field(examples=["https://sso.dongthap.gov.vn"])
    subject: str = Field(examples=["5c1d7a90-8a0e-4a43-9a2d-51a6de0f4b0f"])
    agency_code: str | None = Field(
        description="For which agency; null where they act for none, and where an event had the effect.",
        examples=["T82.X30169"],
    )


class AuditRead(Schema):
    """One act."""

    id: int = Field(examples=[48213])
    place: int | None = Field(
        description="Its place in the chain; null for a second or so, until sealed.", examples=[48211]
    )
    at: datetime = Field(examples=["2026-11-20T08:15:30Z"])
    agency_code: str = Field(description="The agency whose thing it is.", examples=["T82.X30169"])
    action: str = Field(examples=["accounts.approve"])
    object_type: str = Field(examples=["account"])
    object_id: str = Field(examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"])
    version: int | None = Field(description="The thing's version afterwards.", examples=[3])
    cause: UUID | None = Field(description="Id of the event that had this effect.", examples=[None])
    trace_id: str = Field(
        description="The same as in the logs and in the answer to the request.",
        examples=["4bf92f3577b34da6a3ce929d0e0e4736"],
    )
    actor: Person | None = Field(description="Only when you ask about one thing (`object_id`).")


def router(policy: Policy) -> APIRouter:
    """The route of the audit log. The service's policy needs a rule `audit.list`."""
    routes = APIRouter(tags=["audit"])

    @routes.get(
        "/v1/audit",
        operation_id="listAudit",
        summary="Read the audit log",
        responses=responses(Unauthenticated, Forbidden, Invalid),
    )
    async def list_audit(
        session: Session,
        actor: Annotated[Actor, policy.allow("audit.list")],
        action: Annotated[
            str | None,
            Query(
                description="Only this kind of act.",
                max_length=64,
                pattern=_ACTION,
                examples=["accounts.approve"],
            ),
        ] = None,
        object_id: Annotated[
            str | None,
            Query(
                description="Only acts on this thing; the answer then says who acted.",
                max_length=64,
                pattern=_OBJECT_ID,
                examples=["019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e"],
            ),
        ] = None,
        since: Annotated[
            AwareDatetime | None,
            Query(description="Only acts at this time or later.", examples=["2026-11-01T00:00:00+07:00"]),
        ] = None,
        cursor: CursorParameter = None,
        limit: Limit = 50,
    ) -> Page[AuditRead]:
        """What was done to the things of your agency and of those below it, newest first.

        One asks about things, never about people: who acted is told for one thing at a time
        (`object_id`), and asking for that is recorded too.
        """
        rows = await _page(session, actor, action, object_id, since, decode_number_cursor(cursor), limit)
        if object_id is not None and rows:
            await trail.record(
                session, actor, "audit.list", rows[0].object_type, object_id, rows[0].agency_code
            )
        return Page(
            items=[_read(row, named=object_id is not None) for row in rows],
            next_cursor=following(rows, limit, lambda last: last.id),
        )

    return routes


async def _page(
    session: AsyncSession,
    actor: Actor,
    action: str | None,
    object_id: str | None,
    since: datetime | None,
    before: int | None,
    limit: int,
) -> Sequence[Any]:
    audit = trail.tables(session)
    entries = audit.log.c
    query = (
        select(audit.log, audit.seals.c.place)
        .outerjoin_from(audit.log, audit.seals, audit.seals.c.audit_id == entries.id)
        .where(tenancy.within(session, entries.agency_code, actor.agency))
    )
    if action is not None:
        query = query.where(entries.action == action)
    if object_id is not None:
        query = query.where(entries.object_id == object_id)
    if since is not None:
        query = query.where(entries.at >= since)
    if before is not None:
        query = query.where(entries.id < before)
    return (await session.execute(query.order_by(entries.id.desc()).limit(limit))).all()


def _read(row: Any, *, named: bool) -> AuditRead:
    copied = AuditRead.model_fields.keys() - {"actor"}
    actor = Person(issuer=row.actor_issuer, subject=row.actor_subject, agency_code=row.actor_agency)
    return AuditRead(actor=actor if named else None, **{name: getattr(row, name) for name in copied})
