"""Subscriptions as stored."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Index, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.notifications.base import Base
from shared.db import code, words

CHANNELS = ("webhook",)
STATES = ("active", "disabled", "deleted")
REASONS = ("by_owner", "failing", "gone")


class Subscription(Base, table=True):
    """Which events an agency wants, and where they go."""

    __tablename__ = "subscriptions"
    __table_args__: ClassVar = (
        CheckConstraint("(state = 'disabled') = (reason IS NOT NULL)", name="reason_given"),
        # Deleting destroys the key: url and secrets are beyond reading.
        CheckConstraint("(state = 'deleted') = (wrapped_key IS NULL)", name="key_destroyed"),
        CheckConstraint("(previous_secret IS NULL) = (previous_until IS NULL)", name="previous_secret_ends"),
        Index("ix_subscriptions_owner", "owner_code", "id"),
    )

    id: UUID = Field(primary_key=True)
    # No foreign key: `agencies` is a read model, which may be lost and read again.
    owner_code: str = Field(sa_column=Column(code(35), nullable=False))
    agency_code: str | None = Field(sa_column=Column(code(35)))
    channel: str = Field(sa_column=Column(words("channel", *CHANNELS), nullable=False))
    event_types: list[str] = Field(sa_column=Column(ARRAY(code(64)), nullable=False))
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    reason: str | None = Field(default=None, sa_column=Column(words("reason", *REASONS)))
    wrapped_key: bytes | None = Field(sa_column=Column(LargeBinary))
    url: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    secret: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    previous_secret: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    previous_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    # The number of the last delivery: without gaps, so that a receiver can tell what it missed.
    last_seq: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    # Since when nothing arrived any more; null while deliveries arrive.
    failing_since: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


WRAPPED_KEYS: Column[bytes] = Subscription.__table__.c.wrapped_key  # type: ignore[attr-defined]
"""What the rotation of the key-encryption key rewraps."""
