"""Memberships as stored. `shared.memberships` reads this table too, by name."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.registry.base import Base
from shared.db import code, words

KINDS = ("person", "system")
LONGEST_DELEGATION_DAYS = 90


class Membership(Base, table=True):
    """An identity with roles in an agency, from a day until the day before another.

    With `delegation_of` it is a delegation: somebody stands in for the member while they are absent.
    """

    __tablename__ = "memberships"
    __table_args__: ClassVar = (
        # Nobody gives themself anything.
        CheckConstraint("granted_by <> identity", name="two_people"),
        CheckConstraint("kind <> 'system' OR NOT 'approver' = ANY (roles)", name="no_system_approves"),
        CheckConstraint(
            "cardinality(roles) > 0 AND "
            "roles <@ ARRAY['viewer', 'officer', 'approver', 'admin']::character varying[]",
            name="roles_known",
        ),
        # From and to the same day: it was ended before it began.
        CheckConstraint("valid_from <= valid_to", name="validity"),
        CheckConstraint(
            f"delegation_of IS NULL OR coalesce(valid_to - valid_from <= {LONGEST_DELEGATION_DAYS}, false)",
            name="delegations_end",
        ),
        # One for each identity and agency, which can be ended and made valid again.
        Index(
            "uq_memberships_member",
            "identity",
            "agency_code",
            unique=True,
            postgresql_where=text("delegation_of IS NULL"),
        ),
        Index("ix_memberships_agency", "agency_code", "id"),
    )

    id: UUID = Field(primary_key=True)
    agency_code: str = Field(sa_column=Column(code(35), ForeignKey("registry.agencies.code"), nullable=False))
    kind: str = Field(sa_column=Column(words("kind", *KINDS), nullable=False))
    issuer: str = Field(sa_column=Column(code(255), nullable=False))
    subject: str = Field(sa_column=Column(code(255), nullable=False))
    identity: str = Field(sa_column=Column(code(64), nullable=False, index=True))
    """`shared.memberships.digest` of issuer and subject."""
    roles: list[str] = Field(sa_column=Column(ARRAY(code(16)), nullable=False))
    valid_from: date
    valid_to: date | None = None
    """The day from which it no longer holds."""
    delegation_of: UUID | None = Field(
        default=None, sa_column=Column(ForeignKey("registry.memberships.id"), index=True)
    )
    granted_by: str = Field(sa_column=Column(code(64), nullable=False))
    """Digest of who gave it its present roles and validity."""
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
