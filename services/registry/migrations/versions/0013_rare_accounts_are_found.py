"""rare accounts are found"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_index("ix_accounts_platform", "accounts", ["platform", "folded", "id"], schema="registry")
    op.create_index(
        "ix_accounts_status",
        "accounts",
        ["state", "folded", "id"],
        schema="registry",
        postgresql_where=sa.text("state <> 'active'"),
    )
    op.create_index(
        "ix_accounts_languages", "accounts", ["languages"], schema="registry", postgresql_using="gin"
    )
    op.create_index("ix_account_history_agency", "account_history", ["agency_code"], schema="registry")
