"""The registry's schema: its table base, and the tables that the mechanisms of `shared` need."""

from typing import Any

from sqlalchemy import Column, MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from services.registry.agencies.words import ORGANISATION_TYPES
from shared import idempotency, tenancy
from shared.audit import tables as audit
from shared.db import NAMING_CONVENTION, code, words
from shared.messaging import tables
from shared.search import indexed

SCHEMA = "registry"

metadata = MetaData(schema=SCHEMA, naming_convention=NAMING_CONVENTION)


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of the registry's tables."""


idempotency.declare(metadata)

_folded = Column("folded", code(600))
"""The names of an agency as they are searched (`agencies.queries.folded`)."""

SESSION_INFO: dict[str, Any] = {
    "messaging": tables.declare(metadata),
    "tenancy": tenancy.declare(
        metadata,
        Column("organisation_type", words("organisation_type", *ORGANISATION_TYPES)),
        _folded,
        indexed("ix_agencies_folded", _folded),
    ),
    "audit": audit.declare(metadata),
}
