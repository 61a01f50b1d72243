"""identities and history"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.search import fold

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("identity", sa.String(length=300), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("held_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("identity", "account_id", "held_from", name=op.f("pk_identities")),
        sa.ForeignKeyConstraint(["account_id"], ["registry.accounts.id"], name=op.f("fk_identities_account_id")),
        schema="registry",
    )
    op.create_index("ix_identities_account", "identities", ["account_id"], schema="registry")
    op.create_index(
        "uq_identities_held",
        "identities",
        ["identity"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("released_at IS NULL"),
    )
    op.execute("""
        INSERT INTO registry.identities (identity, account_id, held_from, released_at)
        SELECT identity, id, created_at, CASE state WHEN 'retired' THEN updated_at END
        FROM registry.accounts WHERE approver_subject IS NOT NULL AND state IN ('active', 'suspended', 'retired')
    """)
    op.drop_index("uq_accounts_identity", table_name="accounts", schema="registry")
    op.drop_index("ix_accounts_identity_known", table_name="accounts", schema="registry")
    _states()
    _offices()
    _renames()
    _transfers()
    _history()


def _states() -> None:
    _allow(
        "accounts",
        "reason",
        (
            "takeover",
            "security",
            "owner_request",
            "platform_restriction",
            "closed_by_agency",
            "no_longer_held",
            "registered_in_error",
            "agency_ended",
            "withdrawn_by_holder",
            "incomplete",
            "wrong_link",
            "wrong_agency",
            "duplicate",
            "proof_insufficient",
        ),
    )
    op.add_column(
        "accounts",
        sa.Column(
            "purpose",
            sa.Enum(
                "information",
                "public_services",
                "reception",
                "emergency",
                "security",
                "health",
                "education",
                "culture",
                "tourism",
                "agriculture",
                "business",
                "transport",
                "environment",
                "youth",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        schema="registry",
    )
    for name, length in (
        ("contact_email", 254),
        ("contact_phone", 16),
        ("suspender_issuer", 255),
        ("suspender_subject", 255),
        ("restorer_issuer", 255),
        ("restorer_subject", 255),
    ):
        op.add_column("accounts", sa.Column(name, sa.String(length=length), nullable=True), schema="registry")
    op.drop_constraint(op.f("ck_accounts_reason_given"), "accounts", schema="registry", type_="check")
    op.create_check_constraint(
        op.f("ck_accounts_reason_given"),
        "accounts",
        "CASE WHEN state IN ('suspended', 'retired') THEN reason IS NOT NULL"
        " ELSE state = 'draft' OR reason IS NULL END",
        schema="registry",
    )
    op.create_check_constraint(
        op.f("ck_accounts_restored_by_another"),
        "accounts",
        "restorer_subject IS NULL OR suspender_subject IS NULL OR restorer_subject <> suspender_subject"
        " OR restorer_issuer <> suspender_issuer",
        schema="registry",
    )


def _offices() -> None:
    _allow("accounts", "kind", ("agency", "public_office"))
    op.add_column(
        "accounts",
        sa.Column(
            "office",
            sa.Enum(
                "province_council_chair",
                "province_chair",
                "province_vice_chair",
                "province_party_secretary",
                "commune_council_chair",
                "commune_chair",
                "commune_vice_chair",
                "commune_party_secretary",
                "department_director",
                "department_deputy_director",
                "unit_head",
                "spokesperson",
                name="office",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        schema="registry",
    )
    for name in ("holder_issuer", "holder_subject"):
        op.add_column("accounts", sa.Column(name, sa.String(length=255), nullable=True), schema="registry")
    op.create_check_constraint(
        op.f("ck_accounts_office_and_holder"),
        "accounts",
        "CASE kind WHEN 'public_office' THEN office IS NOT NULL AND holder_issuer IS NOT NULL"
        " AND holder_subject IS NOT NULL ELSE office IS NULL AND holder_subject IS NULL END",
        schema="registry",
    )
    op.create_check_constraint(
        op.f("ck_accounts_submitted_by_holder"),
        "accounts",
        "kind <> 'public_office' OR state IN ('draft', 'retired')"
        " OR (submitter_subject IS NOT DISTINCT FROM holder_subject"
        " AND submitter_issuer IS NOT DISTINCT FROM holder_issuer)",
        schema="registry",
    )
    op.create_index(
        "uq_accounts_office",
        "accounts",
        ["agency_code", "office", "platform"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("office IS NOT NULL AND state NOT IN ('draft', 'submitted', 'retired')"),
    )


def _renames() -> None:
    for name, length in (
        ("new_handle", 255),
        ("new_platform_id", 255),
        ("new_url", 2048),
        ("renamer_issuer", 255),
        ("renamer_subject", 255),
        ("rename_approver_issuer", 255),
        ("rename_approver_subject", 255),
    ):
        op.add_column("accounts", sa.Column(name, sa.String(length=length), nullable=True), schema="registry")
    op.create_check_constraint(
        op.f("ck_accounts_renamed_by_two"),
        "accounts",
        "rename_approver_subject IS NULL OR rename_approver_subject <> renamer_subject"
        " OR rename_approver_issuer <> renamer_issuer",
        schema="registry",
    )
    op.create_check_constraint(
        op.f("ck_accounts_new_handle_whole"),
        "accounts",
        "(new_url IS NULL) = (new_handle IS NULL) AND (new_platform_id IS NULL OR new_url IS NOT NULL)",
        schema="registry",
    )


def _transfers() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("from_agency_code", sa.String(length=35), nullable=False),
        sa.Column("to_agency_code", sa.String(length=35), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "reorganisation",
                "responsibility_moved",
                "agency_ended",
                "registered_in_error",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "offered",
                "accepted",
                "declined",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("giver_issuer", sa.String(length=255), nullable=False),
        sa.Column("giver_subject", sa.String(length=255), nullable=False),
        sa.Column("decider_issuer", sa.String(length=255), nullable=True),
        sa.Column("decider_subject", sa.String(length=255), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_agency_code <> to_agency_code", name=op.f("ck_transfers_two_agencies")),
        sa.CheckConstraint(
            "(state IN ('accepted', 'declined')) = (decider_subject IS NOT NULL)",
            name=op.f("ck_transfers_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "decider_subject IS NULL OR decider_subject <> giver_subject OR decider_issuer <> giver_issuer",
            name=op.f("ck_transfers_two_people"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["registry.accounts.id"], name=op.f("fk_transfers_account_id")),
        sa.ForeignKeyConstraint(
            ["from_agency_code"], ["registry.agencies.code"], name=op.f("fk_transfers_from_agency_code")
        ),
        sa.ForeignKeyConstraint(
            ["to_agency_code"], ["registry.agencies.code"], name=op.f("fk_transfers_to_agency_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        schema="registry",
    )
    op.create_index("ix_transfers_account_id", "transfers", ["account_id"], schema="registry")
    op.create_index("ix_transfers_from", "transfers", ["from_agency_code", "id"], schema="registry")
    op.create_index("ix_transfers_to", "transfers", ["to_agency_code", "id"], schema="registry")
    op.create_index(
        "uq_transfers_open",
        "transfers",
        ["account_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("state = 'offered'"),
    )


def _allow(table: str, column: str, words: tuple[str, ...]) -> None:
    """Another closed list for a column: the old one is part of the new."""
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, schema="registry", type_="check")
    listed = ", ".join(f"'{word}'" for word in words)
    op.create_check_constraint(name, table, f"{column} IN ({listed})", schema="registry")


def _history() -> None:
    op.create_table(
        "account_history",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("platform", sa.String(length=32), nullable=False),
        sa.Column("handle", sa.String(length=255), nullable=True),
        sa.Column("platform_id", sa.String(length=255), nullable=True),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=400), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.String(length=8)), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=True),
        sa.Column("office", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "version", name=op.f("pk_account_history")),
        schema="registry",
    )
    op.create_index("ix_account_history_at", "account_history", ["at"], schema="registry")
    # Of what was before there is only the last version.
    op.execute("""
        INSERT INTO registry.account_history (account_id, version, at, action, agency_code, kind, platform, handle,
            platform_id, url, display_name, folded, languages, state, reason)
        SELECT id, version, updated_at, 'enter_history', agency_code, kind, platform, handle,
            platform_id, url, display_name, '', languages, state, reason
        FROM registry.accounts
    """)
    connection = op.get_bind()
    names = connection.execute(sa.text("SELECT DISTINCT display_name FROM registry.account_history"))
    folded = [{"name": name, "folded": fold(name)[:400]} for name in names.scalars()]
    if folded:
        connection.execute(
            sa.text("UPDATE registry.account_history SET folded = :folded WHERE display_name = :name"), folded
        )
    # A version is what was: nobody changes it, and of an account that was ever official none goes.
    op.execute("""
        CREATE FUNCTION registry.keep_account_history() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND NOT EXISTS (
                SELECT FROM registry.identities WHERE account_id = OLD.account_id
            ) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'the history of an account is not changed' USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER keep_account_history BEFORE UPDATE OR DELETE ON registry.account_history
        FOR EACH ROW EXECUTE FUNCTION registry.keep_account_history()
    """)
