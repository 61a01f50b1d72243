"""changes are found"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "account_changes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("changed_in", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_changes")),
        schema="registry",
    )
    op.create_index(op.f("ix_account_changes_changed_in"), "account_changes", ["changed_in"], schema="registry")
    # A trigger, so that no writer can forget it: a page that was hijacked must not stay official.
    op.execute(
        """
        CREATE FUNCTION registry.note_account_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO registry.account_changes (account_id, changed_in)
            VALUES (coalesce(NEW.id, OLD.id), pg_current_xact_id()::text::bigint)
            ON CONFLICT (account_id) DO UPDATE SET changed_in = excluded.changed_in;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER note_account_change AFTER INSERT OR UPDATE OR DELETE ON registry.accounts "
        "FOR EACH ROW EXECUTE FUNCTION registry.note_account_change()"
    )
