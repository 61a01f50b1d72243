"""two people are whole; what lapsed and was submitted again keeps its place; what is restored says why"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_REASONS = (
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
    "recovered",
    "false_alarm",
    "no_longer_needed",
)


def upgrade() -> None:
    # Without an issuer nobody could be told from the other person.
    _two_people("accounts", "restored_by_another", "restorer", "suspender")
    _two_people("accounts", "renamed_by_two", "rename_approver", "renamer")
    _two_people("transfers", "two_people", "decider", "giver")
    listed = ", ".join(f"'{word}'" for word in _REASONS)
    _check("accounts", "reason", f"reason IN ({listed})")
    _check(
        "accounts",
        "reason_given",
        "CASE WHEN state IN ('suspended', 'retired') THEN reason IS NOT NULL"
        " ELSE state <> 'submitted' OR reason IS NULL END",
    )
    _check("accounts", "approved", "state <> 'active' OR approver_subject IS NOT NULL")
    op.drop_index("uq_accounts_office", table_name="accounts", schema="registry")
    op.create_index(
        "uq_accounts_office",
        "accounts",
        ["agency_code", "office", "platform"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text(
            "office IS NOT NULL AND (state IN ('active', 'lapsed', 'suspended') OR lapsed_at IS NOT NULL)"
        ),
    )
    op.create_index("ix_accounts_state", "accounts", ["state", "id"], schema="registry")
    # Whoever renames an agency changes its accounts next: only those that they would not find wait for them.
    # All others would wait in a circle, with an account locked that they want.
    op.execute("""
        CREATE OR REPLACE FUNCTION registry.name_account() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_TABLE_NAME = 'accounts' AND (TG_OP = 'INSERT' OR NEW.agency_code <> OLD.agency_code) THEN
                PERFORM FROM registry.agencies WHERE code = NEW.agency_code FOR SHARE;
            END IF;
            NEW.searched := to_tsvector('simple', concat_ws(' ', NEW.folded, NEW.platform,
                (SELECT folded FROM registry.agencies WHERE code = NEW.agency_code)));
            RETURN NEW;
        END $$
    """)


def _two_people(table: str, name: str, second: str, first: str) -> None:
    _check(
        table,
        name,
        f"{second}_subject IS NULL OR {second}_issuer IS NOT NULL"
        f" AND ({second}_issuer, {second}_subject) IS DISTINCT FROM ({first}_issuer, {first}_subject)",
    )


def _check(table: str, name: str, rule: str) -> None:
    op.drop_constraint(op.f(f"ck_{table}_{name}"), table, schema="registry")
    op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, rule, schema="registry")
