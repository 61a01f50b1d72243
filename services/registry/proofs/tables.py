"""Proofs of control as stored."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey
from sqlmodel import Field

from services.registry.base import Base
from shared.db import code, words

METHODS = ("well_known",)
SHOWING_CONTROL = tuple(method for method in METHODS if method != "document")
"""Those that show who has the account now; a letter shows who had it once."""
STATES = ("pending", "valid", "failed")


class Proof(Base, table=True):
    """One way in which an agency shows that an account is its own."""

    __tablename__ = "proofs"
    __table_args__: ClassVar = (
        CheckConstraint("(state = 'valid') = (expires_at IS NOT NULL)", name="valid_expires"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failure_given"),
    )

    id: UUID = Field(primary_key=True)
    account_id: UUID = Field(sa_column=Column(ForeignKey("registry.accounts.id"), index=True, nullable=False))
    method: str = Field(sa_column=Column(words("method", *METHODS), nullable=False))
    site: str = Field(sa_column=Column(code(2048), nullable=False))
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    failure: str | None = Field(default=None, sa_column=Column(code(32)))
    checked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    expires_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
