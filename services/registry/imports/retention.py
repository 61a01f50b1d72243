"""Forgetting: what stood in a file goes thirty days after the last that happened with it; the counts stay."""

from datetime import timedelta

from services.registry.imports import queries
from shared.retention import Rule

KEEP = timedelta(days=30)


RULES = (Rule(queries.CLOSE_OLD, KEEP), Rule(queries.FORGET_ROWS, KEEP))
"""In this order."""
