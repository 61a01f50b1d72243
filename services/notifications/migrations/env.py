"""Alembic's entry: every table of notifications."""

from services.notifications.base import metadata
from services.notifications.deliveries import tables as _deliveries  # noqa: F401 - registers its tables
from services.notifications.subscriptions import tables as _subscriptions  # noqa: F401 - registers its tables
from shared.migrations import run_env

run_env(metadata)
