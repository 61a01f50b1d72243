"""names are read ahead"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for name, owner in (("account_keys", sa.Uuid()), ("agency_keys", sa.String(length=35))):
        op.create_table(
            name,
            sa.Column("owner", owner, nullable=False),
            sa.Column("version", sa.Integer(), nullable=False),
            sa.Column("rules", sa.String(length=16), nullable=False),
            sa.Column("keys", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("owner", name=op.f(f"pk_{name}")),
            schema="registry",
        )
