"""Proofs of control as stored."""

from datetime import date, datetime
from typing import ClassVar, Literal, get_args
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Date, DateTime, ForeignKey, Index, text
from sqlmodel import Field

from services.registry.base import Base
from shared.db import code, words

METHODS = ("well_known", "backlink", "dns_txt", "profile_code", "document")
STATES = ("pending", "valid", "failed")
Strength = Literal["weak", "medium", "strong"]
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
"""What a proof counts for, in their order."""
_ATTESTED = "method IN ('profile_code', 'document')"


class Proof(Base, table=True):
    """One way in which an agency shows that an account is its own.

    A proof that is valid and whose re-checks fail stays valid for a time of grace: `failing_since` and `failure`
    say so. `next_check_at` is when the worker has something to do about it, `lease_until` that one is at it.
    """

    __tablename__ = "proofs"
    __table_args__: ClassVar = (
        CheckConstraint("(state = 'valid') = (expires_at IS NOT NULL)", name="valid_expires"),
        CheckConstraint("(state = 'valid') = (strength IS NOT NULL)", name="valid_counts"),
        CheckConstraint("(failing_since IS NOT NULL) = (failure IS NOT NULL)", name="failure_given"),
        CheckConstraint("state <> 'failed' OR failure IS NOT NULL", name="failed_says_why"),
        CheckConstraint("state <> 'pending' OR failure IS NULL", name="pending_is_open"),
        CheckConstraint(f"({_ATTESTED}) = (site IS NULL)", name="site_looked_at"),
        CheckConstraint("(method = 'backlink') = (path IS NOT NULL)", name="page_looked_at"),
        CheckConstraint("(method IN ('dns_txt', 'profile_code')) = (token IS NOT NULL)", name="code_shown"),
        CheckConstraint(
            "(method = 'document') = (document_number IS NOT NULL)"
            " AND (method = 'document') = (document_date IS NOT NULL)"
            " AND (method = 'document') = (document_issuer IS NOT NULL)",
            name="document_referred_to",
        ),
        # Two people: whoever asked for a proof cannot attest it.
        CheckConstraint(
            "attester_subject IS NULL OR attester_subject <> creator_subject"
            " OR attester_issuer <> creator_issuer",
            name="two_people",
        ),
        CheckConstraint("(attester_subject IS NULL) = (attester_issuer IS NULL)", name="attester_whole"),
        CheckConstraint(
            f"NOT ({_ATTESTED}) OR state = 'pending' OR attester_subject IS NOT NULL", name="attested"
        ),
        Index("ix_proofs_next_check_at", "next_check_at", postgresql_where=text("next_check_at IS NOT NULL")),
        Index("ix_proofs_host", "host", postgresql_where=text("host IS NOT NULL")),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(sa_column=Column(ForeignKey("registry.accounts.id"), index=True, nullable=False))
    method: str = Field(sa_column=Column(words("method", *METHODS), nullable=False))
    site: str | None = Field(default=None, sa_column=Column(code(2048)))
    host: str | None = Field(default=None, sa_column=Column(code(255)))
    path: str | None = Field(default=None, sa_column=Column(code(1024)))
    token: str | None = Field(default=None, sa_column=Column(code(32), unique=True))
    document_number: str | None = Field(default=None, sa_column=Column(code(64)))
    document_date: date | None = Field(default=None, sa_column=Column(Date))
    document_issuer: str | None = Field(
        default=None, sa_column=Column(code(35), ForeignKey("registry.agencies.code"))
    )
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    strength: str | None = Field(default=None, sa_column=Column(words("strength", *STRENGTHS)))
    confirmed_both_ways: bool | None = Field(default=None, sa_column=Column(Boolean))
    failure: str | None = Field(default=None, sa_column=Column(code(32)))
    failing_since: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    checked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    expires_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    next_check_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    lease_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    creator_issuer: str = Field(sa_column=Column(code(255), nullable=False))
    creator_subject: str = Field(sa_column=Column(code(255), nullable=False))
    attester_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    attester_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    seen_platform_id: str | None = Field(default=None, sa_column=Column(code(64)))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
