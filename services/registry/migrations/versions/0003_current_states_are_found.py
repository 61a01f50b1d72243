"""Current states are found in the outbox by their subject.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_outbox_state",
        "outbox",
        ["state_subject", "position"],
        schema="registry",
        postgresql_where=sa.text("state_subject IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_state", "outbox", schema="registry")
