"""The registry's official accounts, as last heard."""

from uuid import UUID

from sqlalchemy import Column
from sqlmodel import Field

from services.reports.base import Base
from shared.db import code


class RegisteredAccount(Base, table=True):
    """Whose account it is, and in what state."""

    __tablename__ = "registered_accounts"

    id: UUID = Field(primary_key=True)
    agency_code: str = Field(sa_column=Column(code(35), nullable=False))
    state: str = Field(sa_column=Column(code(32), nullable=False))
    version: int
