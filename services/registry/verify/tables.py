"""Which accounts have changed, in the order of the database's own transactions."""

from uuid import UUID

from sqlalchemy import BigInteger, Column, Uuid
from sqlmodel import Field

from services.registry.base import Base


class AccountChange(Base, table=True):
    """The last transaction that changed an account, or deleted it. Written by a trigger, whoever the writer is."""

    __tablename__ = "account_changes"

    account_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    changed_in: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
