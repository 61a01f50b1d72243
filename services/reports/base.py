"""The schema of reports: its table base, and the tables that the mechanisms of `shared` need."""

from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from shared import idempotency, limits, memberships, tenancy
from shared.audit import tables as audit
from shared.db import NAMING_CONVENTION
from shared.messaging import tables

SCHEMA = "reports"

metadata = MetaData(schema=SCHEMA, naming_convention=NAMING_CONVENTION)


class Base(SQLModel, registry=registry(metadata=metadata)):
    """Base of the tables of reports."""


idempotency.declare(metadata)
limits.declare(metadata)

SESSION_INFO: dict[str, Any] = {
    "messaging": tables.declare(metadata),
    "tenancy": tenancy.declare(metadata, copied=True),
    "audit": audit.declare(metadata),
    "memberships": memberships.declare(metadata),
}
