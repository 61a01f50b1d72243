"""Incidents' keys follow the rotation of the key-encryption key."""

from services.reports.incidents.tables import IncidentKey
from services.reports.settings import Settings
from shared.crypto import key_ring
from shared.db import Database
from shared.rewrapping import keep_rewrapped

WRAPPED = IncidentKey.__table__.c.wrapped  # type: ignore[attr-defined]


async def rewrap_keys(database: Database, settings: Settings) -> None:
    """The worker's job: keep every incident's key under the newest key-encryption key."""
    await keep_rewrapped(database, key_ring(settings), WRAPPED)
