"""A row of the audit log as it is hashed and exported."""

from datetime import UTC
from typing import Any

from shared.audit.chain import Entry


def entry_of(row: Any) -> Entry:
    """The row as JSON takes it: strings, whole numbers and null; the time in UTC, to the microsecond."""
    return {
        "id": row.id,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_issuer": row.actor_issuer,
        "actor_subject": row.actor_subject,
        "actor_agency": row.actor_agency,
        "agency_code": row.agency_code,
        "action": row.action,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "version": row.version,
        "cause": str(row.cause) if row.cause else None,
        "trace_id": row.trace_id,
    }
