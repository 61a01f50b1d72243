"""Subscriptions' keys follow the rotation of the key-encryption key."""

from services.notifications.settings import Settings
from services.notifications.subscriptions.tables import Subscription
from shared.crypto import key_ring
from shared.db import Database
from shared.rewrapping import keep_rewrapped

WRAPPED = Subscription.__table__.c.wrapped_key  # type: ignore[attr-defined]


async def rewrap_keys(database: Database, settings: Settings) -> None:
    """The worker's job: keep every subscription's key under the newest key-encryption key."""
    await keep_rewrapped(database, key_ring(settings), WRAPPED)
