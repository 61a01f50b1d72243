"""the name of what is or was official changes by two people"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("new_display_name", sa.String(length=200)), schema="registry")
    op.create_check_constraint(
        op.f("ck_accounts_new_name_proposed"),
        "accounts",
        "new_display_name IS NULL OR renamer_issuer IS NOT NULL AND renamer_subject IS NOT NULL",
        schema="registry",
    )
    # The name must be the one that was proposed, by who proposed it; ck_accounts_renamed_by_two holds the approver
    # apart from that person. Whatever has a link was official: drafts claim none.
    op.execute("""
        CREATE FUNCTION registry.require_two_for_a_name() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.display_name IS NOT DISTINCT FROM OLD.new_display_name AND NEW.rename_approver_subject IS NOT NULL
                AND (NEW.renamer_issuer, NEW.renamer_subject) = (OLD.renamer_issuer, OLD.renamer_subject)
            THEN
                RETURN NEW;
            END IF;
            IF EXISTS (SELECT FROM registry.identities WHERE account_id = OLD.id) THEN
                RAISE EXCEPTION 'the name of an official account is changed by two people'
                    USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER require_two_for_a_name BEFORE UPDATE ON registry.accounts
        FOR EACH ROW WHEN (OLD.display_name IS DISTINCT FROM NEW.display_name)
        EXECUTE FUNCTION registry.require_two_for_a_name()
    """)
