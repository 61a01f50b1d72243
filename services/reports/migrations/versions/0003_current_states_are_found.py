"""current states are found"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_index(
        "ix_outbox_state",
        "outbox",
        ["state_subject", "position"],
        schema="reports",
        postgresql_where=sa.text("state_subject IS NOT NULL"),
    )
