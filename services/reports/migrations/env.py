"""Alembic's entry: every table of reports."""

from services.reports.accounts import tables as _accounts  # noqa: F401 - registers its tables
from services.reports.base import metadata
from services.reports.incidents import tables as _incidents  # noqa: F401 - registers its tables
from shared.migrations import run_env

run_env(metadata)
