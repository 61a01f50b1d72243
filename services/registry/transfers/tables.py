"""Transfers as stored."""

from datetime import datetime
from typing import ClassVar, Literal, get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, text
from sqlmodel import Field

from services.registry.base import Base
from shared.db import code, words

State = Literal["offered", "accepted", "declined", "withdrawn"]
Reason = Literal["reorganisation", "responsibility_moved", "agency_ended", "registered_in_error"]

STATES: tuple[str, ...] = get_args(State)
REASONS: tuple[str, ...] = get_args(Reason)


class Transfer(Base, table=True):
    """The offer of an account to another agency, and what became of it."""

    __tablename__ = "transfers"
    __table_args__: ClassVar = (
        CheckConstraint("from_agency_code <> to_agency_code", name="two_agencies"),
        CheckConstraint(
            "(state IN ('accepted', 'declined')) = (decider_subject IS NOT NULL)", name="decided_by_somebody"
        ),
        # Two people: whoever gives cannot also take.
        CheckConstraint(
            "decider_subject IS NULL OR decider_issuer IS NOT NULL"
            " AND (decider_issuer, decider_subject) IS DISTINCT FROM (giver_issuer, giver_subject)",
            name="two_people",
        ),
        # An account is offered to one at a time.
        Index("uq_transfers_open", "account_id", unique=True, postgresql_where=text("state = 'offered'")),
        Index("ix_transfers_from", "from_agency_code", "id"),
        Index("ix_transfers_to", "to_agency_code", "id"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(sa_column=Column(ForeignKey("registry.accounts.id"), index=True, nullable=False))
    from_agency_code: str = Field(
        sa_column=Column(code(35), ForeignKey("registry.agencies.code"), nullable=False)
    )
    to_agency_code: str = Field(
        sa_column=Column(code(35), ForeignKey("registry.agencies.code"), nullable=False)
    )
    reason: str = Field(sa_column=Column(words("reason", *REASONS), nullable=False))
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    giver_issuer: str = Field(sa_column=Column(code(255), nullable=False))
    giver_subject: str = Field(sa_column=Column(code(255), nullable=False))
    decider_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    decider_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
