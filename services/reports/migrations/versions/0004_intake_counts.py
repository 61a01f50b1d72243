"""intake counts"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('intake_counts',
    sa.Column('client', sa.LargeBinary(), nullable=False),
    sa.Column('window_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('client', 'window_at', name=op.f('pk_intake_counts')),
    schema='reports'
    )
    op.create_index('ix_intake_counts_window_at', 'intake_counts', ['window_at'], unique=False, schema='reports')
