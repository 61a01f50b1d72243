"""Which accounts have changed, in the order of the database's own transactions, and how their names were read."""

from uuid import UUID

from sqlalchemy import BigInteger, Column, Text, Uuid
from sqlmodel import Field

from services.registry.base import Base
from services.registry.verify.rules import LENGTH
from shared.db import code


class AccountChange(Base, table=True):
    """The last transaction that changed an account, or deleted it. Written by a trigger, whoever the writer is."""

    __tablename__ = "account_changes"

    account_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    changed_in: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))


class AccountKeys(Base, table=True):
    """Under which keys an account's own name is filed, read ahead so that an index starts quickly (`filing`).

    Counts for this version of the account and these rules alone.
    """

    __tablename__ = "account_keys"

    account_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    version: int
    rules: str = Field(sa_column=Column(code(LENGTH), nullable=False))
    keys: str = Field(sa_column=Column(Text, nullable=False))
    """A word each."""
