"""Alembic's entry: every table of the registry."""

from services.registry.accounts import tables as _accounts  # noqa: F401 - registers its tables
from services.registry.agencies import tables as _agencies  # noqa: F401 - registers its tables
from services.registry.base import metadata
from services.registry.imports import tables as _imports  # noqa: F401 - registers its tables
from services.registry.memberships import tables as _memberships  # noqa: F401 - registers its tables
from services.registry.proofs import tables as _proofs  # noqa: F401 - registers its tables
from services.registry.successions import tables as _successions  # noqa: F401 - registers its tables
from services.registry.transfers import tables as _transfers  # noqa: F401 - registers its tables
from services.registry.verify import tables as _verify  # noqa: F401 - registers its tables
from shared.migrations import run_env

run_env(metadata)
