"""Incidents as stored: words and dates in the clear, everything anybody wrote under a key."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlmodel import Field

from services.reports.base import Base
from services.reports.harms.catalogue import HARMS
from shared.db import code, words

STATES = ("received", "triaged", "resolved", "refused")
OUTCOMES = ("removed_by_platform", "no_longer_reachable", "control_regained", "not_confirmed")
REFUSALS = ("fits_no_harm", "parody_or_criticism", "community_or_press", "facts_not_shown")
ORIGINS = ("public", "officer")


class Incident(Base, table=True):
    """One case of one harm, handled by one agency."""

    __tablename__ = "incidents"
    __table_args__: ClassVar = (
        CheckConstraint("(state = 'resolved') = (outcome IS NOT NULL)", name="outcome_given"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal_given"),
        CheckConstraint("(harm = 'account_takeover') = (account_id IS NOT NULL)", name="takeover_of_account"),
        UniqueConstraint("agency_code", "year", "serial"),
        Index("ix_incidents_agency", "agency_code", "id"),
    )

    id: UUID = Field(primary_key=True)
    harm: str = Field(sa_column=Column(words("harm", *HARMS), nullable=False))
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    agency_code: str = Field(sa_column=Column(code(35), nullable=False))
    account_id: UUID | None = None
    # The official number, given at triage: `serial` of the agency in the year.
    year: int | None = None
    serial: int | None = None
    outcome: str | None = Field(default=None, sa_column=Column(words("outcome", *OUTCOMES)))
    refusal: str | None = Field(default=None, sa_column=Column(words("refusal", *REFUSALS)))
    received_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    due_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    sightings: int = Field(default=1, sa_column=Column(Integer, nullable=False))
    version: int = 1


class IncidentKey(Base, table=True):
    """The wrapped key of an incident. Deleting it erases everything that was written, for good."""

    __tablename__ = "incident_keys"

    incident_id: UUID = Field(primary_key=True)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Sighting(Base, table=True):
    """One report of an incident. The first one makes the incident; none raises its priority."""

    __tablename__ = "sightings"

    id: UUID = Field(primary_key=True)
    incident_id: UUID = Field(
        sa_column=Column(ForeignKey("reports.incidents.id"), index=True, nullable=False)
    )
    origin: str = Field(sa_column=Column(words("origin", *ORIGINS), nullable=False))
    tracking_digest: bytes = Field(sa_column=Column(LargeBinary, unique=True, nullable=False))
    # Targets, facts and description in one sealed JSON; the contact apart, so that reading a report
    # does not open it.
    content: bytes | None = Field(sa_column=Column(LargeBinary))
    contact: bytes | None = Field(sa_column=Column(LargeBinary))
    received_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class OpenTarget(Base, table=True):
    """A keyed digest of (harm, agency, target) while its incident is open: the way to find sightings."""

    __tablename__ = "open_targets"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    incident_id: UUID = Field(
        sa_column=Column(
            ForeignKey("reports.incidents.id", deferrable=True, initially="DEFERRED"),
            index=True,
            nullable=False,
        )
    )


class NumberCounter(Base, table=True):
    """The last official number an agency gave in a year."""

    __tablename__ = "number_counters"

    agency_code: str = Field(sa_column=Column(code(35), primary_key=True))
    year: int = Field(primary_key=True)
    last: int


class ContactRead(Base, table=True):
    """Somebody read a reporter's contact; the reporter sees when."""

    __tablename__ = "contact_reads"

    id: UUID = Field(primary_key=True)
    sighting_id: UUID = Field(
        sa_column=Column(ForeignKey("reports.sightings.id"), index=True, nullable=False)
    )
    reader_issuer: str = Field(sa_column=Column(code(255), nullable=False))
    reader_subject: str = Field(sa_column=Column(code(255), nullable=False))
    read_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


WRAPPED_KEYS: Column[bytes] = IncidentKey.__table__.c.wrapped  # type: ignore[attr-defined]
"""What the rotation of the key-encryption key rewraps."""
