"""The tables of the audit log: in a schema of their own, `<service>_audit`, which the service cannot change.

`deploy/postgres/roles.sql` makes them, not a migration: they belong to the role `audit_keeper`, and the
service's role may read and append, nothing else. Whoever changes a column here changes it there too; a
test compares the two.
"""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Uuid,
)

from shared.db import code


@dataclass(frozen=True)
class Audit:
    """A service's audit log."""

    log: Table
    seals: Table


def schema_of(service: str) -> str:
    """The schema that a service's audit log stands in."""
    return f"{service}_audit"


def declare(metadata: MetaData) -> Audit:
    """The tables `audit` and `audit_seals`: ids and closed words, no text and no value of anything."""
    schema = schema_of(metadata.schema or "")
    log = Table(
        "audit",
        metadata,
        Column("id", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        # `system` and `system` where an event had the effect, which `cause` then names.
        Column("actor_issuer", code(255), nullable=False),
        Column("actor_subject", code(255), nullable=False),
        # The agency for which the actor acted; the agency whose thing it is.
        Column("actor_agency", code(35)),
        Column("agency_code", code(35), nullable=False),
        Column("action", code(64), nullable=False),
        Column("object_type", code(32), nullable=False),
        Column("object_id", code(64), nullable=False),
        Column("version", Integer),
        Column("cause", Uuid),
        Column("trace_id", code(32), nullable=False),
        Index("ix_audit_agency", "agency_code", "id"),
        Index("ix_audit_object", "object_id", "id"),
        schema=schema,
    )
    seals = Table(
        "audit_seals",
        metadata,
        # Without gaps, in the order of sealing: a row that commits late gets a later place.
        Column("place", BigInteger, primary_key=True, autoincrement=False),
        Column("audit_id", BigInteger, nullable=False, unique=True),
        Column("hash", LargeBinary, nullable=False),
        schema=schema,
    )
    return Audit(log, seals)
