"""the directory"""

import sqlalchemy as sa
from alembic import op

from shared.search import fold

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("folded", sa.String(400, collation="C")), schema="registry")
    op.add_column("accounts", sa.Column("searched", sa.String(1200)), schema="registry")
    # Triggers, so that no writer can forget it: an account is found by its agency's names, too.
    op.execute("""
        CREATE FUNCTION registry.name_account() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.searched := concat_ws(' ', NEW.folded, NEW.platform,
                (SELECT folded FROM registry.agencies WHERE code = NEW.agency_code FOR SHARE));
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER name_account BEFORE INSERT OR UPDATE OF folded, platform, agency_code
        ON registry.accounts FOR EACH ROW EXECUTE FUNCTION registry.name_account()
    """)
    op.execute("""
        CREATE FUNCTION registry.rename_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE registry.accounts SET searched = concat_ws(' ', folded, platform, NEW.folded)
            WHERE agency_code = NEW.code;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER rename_accounts AFTER UPDATE OF folded ON registry.agencies
        FOR EACH ROW WHEN (OLD.folded IS DISTINCT FROM NEW.folded)
        EXECUTE FUNCTION registry.rename_accounts()
    """)
    connection = op.get_bind()
    known = connection.execute(sa.text("SELECT id, display_name, handle FROM registry.accounts")).all()
    if known:
        names = [{"id": id, "folded": f"{fold(name)} / {fold(handle or '')}"[:400]} for id, name, handle in known]
        connection.execute(sa.text("UPDATE registry.accounts SET folded = :folded WHERE id = :id"), names)
    op.alter_column("accounts", "folded", nullable=False, schema="registry")
    op.create_index("ix_accounts_folded", "accounts", ["folded", "id"], schema="registry")
    op.create_index(
        "ix_accounts_searched",
        "accounts",
        [sa.text("to_tsvector('simple'::regconfig, searched)")],
        schema="registry",
        postgresql_using="gin",
    )
