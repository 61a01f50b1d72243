"""Forgetting: what stood in a file goes thirty days after the last that happened with it; the counts stay."""

from datetime import timedelta

from sqlalchemy import text

from shared.retention import Rule

KEEP = timedelta(days=30)

# What was never applied comes to nothing, and the same file would be a new import.
_CLOSE = text("""
    UPDATE imports SET digest = NULL, options = '{"named": {}, "agency_code": null}', headings = '[]', fields = '[]',
        state = CASE state WHEN 'checked' THEN 'cancelled' ELSE state END,
        finished_at = coalesce(finished_at, updated_at)
    WHERE id IN (
        SELECT id FROM imports WHERE digest IS NOT NULL AND updated_at < :before
            AND state IN ('checked', 'applied', 'refused', 'cancelled')
        LIMIT :limit FOR UPDATE SKIP LOCKED
    )
""")
_ROWS = text("""
    DELETE FROM import_rows WHERE (import_id, number) IN (
        SELECT import_id, number FROM import_rows JOIN imports ON imports.id = import_id
        WHERE digest IS NULL AND updated_at < :before LIMIT :limit
    )
""")

RULES = (Rule(_CLOSE, KEEP), Rule(_ROWS, KEEP))
"""In this order."""
