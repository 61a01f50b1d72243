"""Successions as stored."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, text
from sqlmodel import Field

from services.registry.base import Base
from services.registry.successions.words import CONFLICTS, KINDS, ROLES, STATES
from shared.db import code, words


class Succession(Base, table=True):
    """A legal act by which agencies merge, split, end, or get another name or parent."""

    __tablename__ = "successions"
    __table_args__: ClassVar = (
        # Two people: whoever proposes cannot approve.
        CheckConstraint(
            "approver_subject IS NULL OR approver_subject <> proposer_subject"
            " OR approver_issuer <> proposer_issuer",
            name="two_people",
        ),
        CheckConstraint(
            "state NOT IN ('approved', 'effective') OR approver_subject IS NOT NULL", name="approved"
        ),
        CheckConstraint("(state = 'effective') = (effective_at IS NOT NULL)", name="effective"),
        CheckConstraint("(kind = 'rename') = (name IS NOT NULL)", name="renamed"),
        Index("ix_successions_due", "effective_on", postgresql_where=text("state = 'approved'")),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_column=Column(words("kind", *KINDS), nullable=False))
    act_number: str = Field(sa_column=Column(code(64), nullable=False))
    act_date: date
    act_issuer: str = Field(sa_column=Column(code(255), nullable=False))
    effective_on: date
    name: str | None = Field(default=None, sa_column=Column(code(255)))
    short_name: str | None = Field(default=None, sa_column=Column(code(255)))
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    conflict: str | None = Field(default=None, sa_column=Column(words("conflict", *CONFLICTS)))
    """Why it could not take effect on its day."""
    proposer_issuer: str = Field(sa_column=Column(code(255), nullable=False))
    proposer_subject: str = Field(sa_column=Column(code(255), nullable=False))
    approver_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    approver_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    effective_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class SuccessionAgency(Base, table=True):
    """The part that an agency has in a succession."""

    __tablename__ = "succession_agencies"
    __table_args__: ClassVar = (
        CheckConstraint("(role = 'moved') = (parent_code IS NOT NULL)", name="moved_somewhere"),
        Index("ix_succession_agencies_agency", "agency_code", "role"),
        Index("ix_succession_agencies_parent", "parent_code"),
    )

    succession_id: UUID = Field(sa_column=Column(ForeignKey("registry.successions.id"), primary_key=True))
    role: str = Field(sa_column=Column(words("role", *ROLES), primary_key=True))
    agency_code: str = Field(
        sa_column=Column(code(35), ForeignKey("registry.agencies.code"), primary_key=True)
    )
    parent_code: str | None = Field(
        default=None, sa_column=Column(code(35), ForeignKey("registry.agencies.code"))
    )
    """Where it is moved to."""
