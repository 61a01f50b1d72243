"""memberships; a copied agency may have another's official code for a moment"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.String(length=16)), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        schema="reports",
    )
    op.create_index("ix_memberships_identity", "memberships", ["identity"], schema="reports")
    op.create_index("ix_agencies_official_code", "agencies", ["official_code"], schema="reports")
    op.drop_constraint("uq_agencies_official_code", "agencies", schema="reports")
