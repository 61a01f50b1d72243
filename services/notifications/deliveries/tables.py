"""Events on their way to subscribers, as stored."""

from datetime import datetime
from typing import ClassVar, get_args
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from services.notifications.base import Base
from shared.db import code, words
from shared.outbound.address import BlockedCode
from shared.outbound.client import FetchCode

STATES = ("pending", "delivered", "dead")
ERRORS = (*get_args(FetchCode), *get_args(BlockedCode), "http-status", "internal")


class StoredEvent(Base, table=True):
    """An event as it came, kept once for all who receive it."""

    __tablename__ = "events"

    id: UUID = Field(primary_key=True)
    type: str = Field(sa_column=Column(code(64), nullable=False))
    envelope: str = Field(sa_column=Column(Text, nullable=False))
    received_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))


class Delivery(Base, table=True):
    """One event to one subscription.

    `step` is the place in the retry schedule, `attempt` counts all tries ever made. While somebody
    tries, the delivery is leased; a lease that has run out was a process that died.
    """

    __tablename__ = "deliveries"
    __table_args__: ClassVar = (
        UniqueConstraint("subscription_id", "seq"),
        UniqueConstraint("event_id", "subscription_id"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_when"),
        Index("ix_deliveries_due", "subscription_id", "next_at", postgresql_where=text("state = 'pending'")),
    )

    id: UUID = Field(primary_key=True)
    subscription_id: UUID = Field(
        sa_column=Column(ForeignKey("notifications.subscriptions.id"), nullable=False)
    )
    event_id: UUID = Field(sa_column=Column(ForeignKey("notifications.events.id"), nullable=False))
    seq: int = Field(sa_column=Column(BigInteger, nullable=False))
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    step: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False))
    attempt: int = 0
    next_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    lease_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    last_status: int | None = Field(default=None, sa_column=Column(SmallInteger))
    last_error: str | None = Field(default=None, sa_column=Column(words("last_error", *ERRORS)))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    delivered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class Attempt(Base, table=True):
    """One try: when, how long, and a word for how it ended. Never an address, never a text."""

    __tablename__ = "attempts"

    delivery_id: UUID = Field(
        sa_column=Column(ForeignKey("notifications.deliveries.id", ondelete="CASCADE"), primary_key=True)
    )
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    duration_ms: int
    status: int | None = Field(sa_column=Column(SmallInteger))
    error: str | None = Field(sa_column=Column(words("error", *ERRORS)))
