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


class _Keys(Base):
    """Under which keys a name is filed, read ahead so that an index starts quickly (`filing`).

    Counts for this version of its owner and these rules alone.
    """

    version: int
    rules: str = Field(sa_type=code(LENGTH))
    keys: str = Field(sa_type=Text)
    """A word each."""


class AccountKeys(_Keys, table=True):
    """What an account is called itself."""

    __tablename__ = "account_keys"

    owner: UUID = Field(sa_column=Column(Uuid, primary_key=True))


class AgencyKeys(_Keys, table=True):
    """What an agency is called."""

    __tablename__ = "agency_keys"

    owner: str = Field(sa_column=Column(code(35), primary_key=True))
