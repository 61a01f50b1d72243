"""What agencies were before: the present is in the tree itself (`shared.tenancy`)."""

from datetime import date
from typing import ClassVar

from sqlalchemy import CheckConstraint, Column, ForeignKey
from sqlmodel import Field

from services.registry.base import Base
from shared.db import code
from shared.search import indexed

_folded = Column("folded", code(600), nullable=False)


class AgencyPast(Base, table=True):
    """The name an agency had, and under whom it stood, until it was renamed or moved."""

    __tablename__ = "agency_history"
    __table_args__: ClassVar = (
        CheckConstraint("since < until", name="lasted"),
        indexed("ix_agency_history_folded", _folded),
    )

    agency_code: str = Field(
        sa_column=Column(code(35), ForeignKey("registry.agencies.code"), primary_key=True)
    )
    until: date = Field(primary_key=True)
    """The day from which it was otherwise."""
    since: date | None = None
    """The day it began to be so; None when that is not recorded."""
    name: str = Field(sa_column=Column(code(255), nullable=False))
    short_name: str = Field(sa_column=Column(code(255), nullable=False))
    parent_code: str | None = Field(sa_column=Column(code(35), index=True))
    folded: str = Field(sa_column=_folded)
    """Both names as they are searched (`agencies.queries.folded`)."""
