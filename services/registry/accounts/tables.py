"""Official accounts as stored: as they are, as they were, and the links they stand for."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlmodel import Field

from services.registry.accounts import links
from services.registry.accounts.words import KINDS, PURPOSES, REASONS, STATES
from services.registry.base import Base
from services.registry.offices.catalogue import OFFICES
from shared.db import code, words
from shared.urls import PLATFORMS

LONGEST_FOLDED = 400


class Account(Base, table=True):
    """One official presence of an agency.

    `identity` is that of `url`, which is shown; `identities` are all by which it is found.
    """

    __tablename__ = "accounts"
    __table_args__: ClassVar = (
        # Two people: whoever submits cannot approve.
        CheckConstraint(
            "approver_subject IS NULL OR approver_issuer IS NOT NULL"
            " AND (approver_issuer, approver_subject) IS DISTINCT FROM (submitter_issuer, submitter_subject)",
            name="two_people",
        ),
        # One that was submitted again has no approver: when it is suspended then, it comes back unapproved.
        CheckConstraint("state <> 'active' OR approver_subject IS NOT NULL", name="approved"),
        CheckConstraint("state <> 'lapsed' OR lapsed_at IS NOT NULL", name="lapsed_since"),
        CheckConstraint("lapsed_at IS NULL OR state IN ('lapsed', 'submitted')", name="lapsed_still"),
        # Why it is suspended or retired; why it was returned or restored, where it was.
        CheckConstraint(
            "CASE WHEN state IN ('suspended', 'retired') THEN reason IS NOT NULL"
            " ELSE state <> 'submitted' OR reason IS NULL END",
            name="reason_given",
        ),
        # Whoever suspends it cannot restore it.
        CheckConstraint(
            "restorer_subject IS NULL OR restorer_issuer IS NOT NULL"
            " AND (restorer_issuer, restorer_subject) IS DISTINCT FROM (suspender_issuer, suspender_subject)",
            name="restored_by_another",
        ),
        # Whoever proposes another handle or name cannot approve it. That the name of what is or was official
        # changes in no other way is held by a trigger (`require_two_for_a_name`).
        CheckConstraint(
            "rename_approver_subject IS NULL OR rename_approver_issuer IS NOT NULL AND"
            " (rename_approver_issuer, rename_approver_subject) IS DISTINCT FROM (renamer_issuer, renamer_subject)",
            name="renamed_by_two",
        ),
        CheckConstraint(
            "(new_url IS NULL) = (new_handle IS NULL) AND (new_platform_id IS NULL OR new_url IS NOT NULL)",
            name="new_handle_whole",
        ),
        CheckConstraint(
            "new_display_name IS NULL OR renamer_issuer IS NOT NULL AND renamer_subject IS NOT NULL",
            name="new_name_proposed",
        ),
        # An office's account is its holder's own: nobody enrols somebody else's.
        CheckConstraint(
            "CASE kind WHEN 'public_office' THEN office IS NOT NULL AND holder_issuer IS NOT NULL"
            " AND holder_subject IS NOT NULL ELSE office IS NULL AND holder_subject IS NULL END",
            name="office_and_holder",
        ),
        CheckConstraint(
            "kind <> 'public_office' OR state IN ('draft', 'retired')"
            " OR (submitter_subject IS NOT DISTINCT FROM holder_subject"
            " AND submitter_issuer IS NOT DISTINCT FROM holder_issuer)",
            name="submitted_by_holder",
        ),
        Index(
            "uq_accounts_office",
            "agency_code",
            "office",
            "platform",
            unique=True,
            postgresql_where=text(
                "office IS NOT NULL AND (state IN ('active', 'lapsed', 'suspended') OR lapsed_at IS NOT NULL)"
            ),
        ),
        Index("ix_accounts_agency", "agency_code", "id"),
        # What waits for somebody, among all that does not.
        Index("ix_accounts_state", "state", "id"),
        Index("ix_accounts_folded", "folded", "id"),
        Index("ix_accounts_searched", "searched", postgresql_using="gin"),
        # What few accounts have: without these, all would be read to find them.
        Index("ix_accounts_platform", "platform", "folded", "id"),
        Index("ix_accounts_status", "state", "folded", "id", postgresql_where=text("state <> 'active'")),
        Index("ix_accounts_languages", "languages", postgresql_using="gin"),
        # Whether a row of an import is registered already, in whatever state.
        Index("ix_accounts_identity", "identity"),
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
    purpose: str | None = Field(default=None, sa_column=Column(words("purpose", *PURPOSES)))
    office: str | None = Field(default=None, sa_column=Column(words("office", *OFFICES)))
    contact_email: str | None = Field(default=None, sa_column=Column(code(254)))
    contact_phone: str | None = Field(default=None, sa_column=Column(code(16)))
    folded: str = Field(sa_column=Column(String(LONGEST_FOLDED, collation="C"), nullable=False))
    """Name and handle as they are sorted and searched (`accounts.changes`)."""
    searched: str | None = Field(default=None, sa_column=Column(TSVECTOR))
    """By these words it is found. The database keeps them: they change with the agency's names, too."""
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(words("reason", *REASONS)))
    holder_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    holder_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    submitter_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    submitter_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    approver_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    approver_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    suspender_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    suspender_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    restorer_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    restorer_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    new_handle: str | None = Field(default=None, sa_column=Column(code(255)))
    new_platform_id: str | None = Field(default=None, sa_column=Column(code(255)))
    new_url: str | None = Field(default=None, sa_column=Column(code(2048)))
    new_display_name: str | None = Field(default=None, sa_column=Column(code(200)))
    renamer_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    renamer_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    rename_approver_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    rename_approver_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    lapsed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))

    @property
    def identities(self) -> tuple[str, ...]:
        """Every identity by which it can be found, the immutable one first."""
        return links.identities(self.platform, self.handle, self.platform_id)

    @property
    def is_renaming(self) -> bool:
        """Whether another handle or name waits for a second person."""
        return self.new_url is not None or self.new_display_name is not None

    def forget_proposal(self) -> None:
        """Drop what a rename has proposed."""
        self.new_handle = self.new_platform_id = self.new_url = self.new_display_name = None


class Identity(Base, table=True):
    """That a link leads to an account: from its approval until it is released, which leaves a tombstone."""

    __tablename__ = "identities"
    __table_args__: ClassVar = (
        # One link has one holder; drafts claim nothing.
        Index("uq_identities_held", "identity", unique=True, postgresql_where=text("released_at IS NULL")),
        Index("ix_identities_account", "account_id"),
    )

    identity: str = Field(sa_column=Column(code(300), primary_key=True))
    account_id: UUID = Field(sa_column=Column(ForeignKey("registry.accounts.id"), primary_key=True))
    held_from: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    released_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class AccountVersion(Base, table=True):
    """What an account was from `at` until its next version. The database refuses to change a row.

    No foreign key: a draft that was deleted takes its rows with it, and nothing else does.
    """

    __tablename__ = "account_history"
    __table_args__: ClassVar = (
        Index("ix_account_history_agency", "agency_code"),
        Index("ix_account_history_at", "at"),
        Index("ix_account_history_folded", "folded", "account_id"),
        Index("ix_account_history_searched", "searched", postgresql_using="gin"),
    )

    account_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    version: int = Field(sa_column=Column(Integer, primary_key=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    action: str = Field(sa_column=Column(code(32), nullable=False))
    agency_code: str = Field(sa_column=Column(code(35), nullable=False))
    kind: str = Field(sa_column=Column(code(32), nullable=False))
    platform: str = Field(sa_column=Column(code(32), nullable=False))
    handle: str | None = Field(sa_column=Column(code(255)))
    platform_id: str | None = Field(sa_column=Column(code(255)))
    url: str = Field(sa_column=Column(code(2048), nullable=False))
    display_name: str = Field(sa_column=Column(code(200), nullable=False))
    folded: str = Field(sa_column=Column(String(LONGEST_FOLDED, collation="C"), nullable=False))
    searched: str | None = Field(default=None, sa_column=Column(TSVECTOR))
    """By these words it was found: kept by the database, with the names its agency had."""
    languages: list[str] = Field(sa_column=Column(ARRAY(code(8)), nullable=False))
    purpose: str | None = Field(sa_column=Column(code(32)))
    office: str | None = Field(sa_column=Column(code(32)))
    state: str = Field(sa_column=Column(code(32), nullable=False))
    reason: str | None = Field(sa_column=Column(code(32)))
