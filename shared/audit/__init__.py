"""The audit log of each service (ADR 22): who did what to which thing, chained so that changes show.

tables    → what is stored, and by whom it is owned      trail  → writing a row with the change
chain     → hashes, and checking an export offline        sealer → chaining rows that are committed
entries   → a row as it is hashed                         export → writing the log out
routes    → `GET /v1/audit`
"""
