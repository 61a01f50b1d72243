"""the directory"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.search import fold

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("folded", sa.String(400, collation="C")), schema="registry")
    op.execute('ALTER TABLE registry.account_history ALTER folded TYPE varchar(400) COLLATE "C"')
    for table in ("accounts", "account_history"):
        op.add_column(table, sa.Column("searched", postgresql.TSVECTOR()), schema="registry")
    _name_by_trigger()
    _name_what_is_there()
    op.alter_column("accounts", "folded", nullable=False, schema="registry")
    for table, key in (("accounts", "id"), ("account_history", "account_id")):
        op.create_index(f"ix_{table}_folded", table, ["folded", key], schema="registry")
        op.create_index(
            f"ix_{table}_searched", table, ["searched"], schema="registry", postgresql_using="gin"
        )


def _name_by_trigger() -> None:
    """An account is found by its agency's names, too; triggers, so that no writer can forget it."""
    # FOR SHARE: whoever renames the agency meanwhile comes before or after, never in between.
    op.execute("""
        CREATE FUNCTION registry.name_account() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.searched := to_tsvector('simple', concat_ws(' ', NEW.folded, NEW.platform,
                (SELECT folded FROM registry.agencies WHERE code = NEW.agency_code FOR SHARE)));
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER name_account BEFORE INSERT OR UPDATE OF folded, platform, agency_code
        ON registry.accounts FOR EACH ROW EXECUTE FUNCTION registry.name_account()
    """)
    op.execute("""
        CREATE TRIGGER name_account_version BEFORE INSERT
        ON registry.account_history FOR EACH ROW EXECUTE FUNCTION registry.name_account()
    """)
    op.execute("""
        CREATE FUNCTION registry.rename_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE registry.accounts SET searched = to_tsvector('simple', concat_ws(' ', folded, platform, NEW.folded))
            WHERE agency_code = NEW.code;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER rename_accounts AFTER UPDATE OF folded ON registry.agencies
        FOR EACH ROW WHEN (OLD.folded IS DISTINCT FROM NEW.folded)
        EXECUTE FUNCTION registry.rename_accounts()
    """)


def _name_what_is_there() -> None:
    connection = op.get_bind()
    known = connection.execute(sa.text("SELECT id, display_name, handle FROM registry.accounts")).all()
    if known:
        names = [{"id": id, "folded": f"{fold(name)} / {fold(handle or '')}"[:400]} for id, name, handle in known]
        connection.execute(sa.text("UPDATE registry.accounts SET folded = :folded WHERE id = :id"), names)
    # What was is not changed; but it never had this column.
    op.execute("ALTER TABLE registry.account_history DISABLE TRIGGER keep_account_history")
    op.execute("""
        UPDATE registry.account_history AS was
        SET searched = to_tsvector('simple', concat_ws(' ', was.folded, was.platform, agencies.folded))
        FROM registry.agencies WHERE agencies.code = was.agency_code
    """)
    op.execute("ALTER TABLE registry.account_history ENABLE TRIGGER keep_account_history")
