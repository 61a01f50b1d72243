"""Official accounts as stored."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.registry.base import Base
from shared.db import code, words
from shared.search import fold, indexed
from shared.urls import PLATFORMS

KINDS = ("agency",)
STATES = ("draft", "submitted", "active", "suspended", "retired")
REASONS = ("takeover", "closed_by_agency", "no_longer_held", "registered_in_error")
LONGEST_FOLDED = 400
_searched = Column("searched", code(1200))
HOLDING_STATES = "state IN ('active', 'suspended')"


class Account(Base, table=True):
    """One official presence of an agency."""

    __tablename__ = "accounts"
    __table_args__: ClassVar = (
        # Two people: whoever submits cannot approve.
        CheckConstraint(
            "approver_subject IS NULL OR approver_subject <> submitter_subject"
            " OR approver_issuer <> submitter_issuer",
            name="two_people",
        ),
        CheckConstraint(
            "state NOT IN ('active', 'suspended') OR approver_subject IS NOT NULL", name="approved"
        ),
        CheckConstraint("(state IN ('suspended', 'retired')) = (reason IS NOT NULL)", name="reason_given"),
        # One link has one holder; drafts claim nothing.
        Index("uq_accounts_identity", "identity", unique=True, postgresql_where=text(HOLDING_STATES)),
        Index("ix_accounts_identity_known", "identity"),
        Index("ix_accounts_agency", "agency_code", "id"),
        Index("ix_accounts_folded", "folded", "id"),
        indexed("ix_accounts_searched", _searched),
    )

    id: UUID = Field(primary_key=True)
    agency_code: str = Field(sa_column=Column(code(35), ForeignKey("registry.agencies.code"), nullable=False))
    kind: str = Field(sa_column=Column(words("kind", *KINDS), nullable=False))
    platform: str = Field(sa_column=Column(words("platform", *PLATFORMS), nullable=False))
    handle: str | None = Field(sa_column=Column(code(255)))
    platform_id: str | None = Field(sa_column=Column(code(255)))
    identity: str = Field(sa_column=Column(code(300), nullable=False))
    url: str = Field(sa_column=Column(code(2048), nullable=False))
    display_name: str = Field(sa_column=Column(code(200), nullable=False))
    languages: list[str] = Field(sa_column=Column(ARRAY(code(8)), nullable=False))
    folded: str = Field(sa_column=Column(String(LONGEST_FOLDED, collation="C"), nullable=False))
    """`folded` of name and handle: by this it is sorted."""
    searched: str | None = Field(default=None, sa_column=_searched)
    """By these words it is found. The database keeps them: they change with the agency's names, too."""
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(words("reason", *REASONS)))
    submitter_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    submitter_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    approver_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    approver_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


def folded(display_name: str, handle: str | None) -> str:
    """Name and handle as they are sorted and searched: the slash sorts before all letters, so "xã An" comes
    before "xã An Bình" whatever their handles are.
    """
    return f"{fold(display_name)} / {fold(handle or '')}"[:LONGEST_FOLDED]
