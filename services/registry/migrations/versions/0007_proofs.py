"""five methods of proof, and accounts that lapse"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_ATTESTED = "method IN ('profile_code', 'document')"
_METHODS = ("well_known", "backlink", "dns_txt", "profile_code", "document")


def upgrade() -> None:
    op.drop_constraint(op.f("ck_proofs_method"), "proofs", schema="registry", type_="check")
    op.create_check_constraint(op.f("ck_proofs_method"), "proofs", f"method IN {_METHODS}", schema="registry")
    op.alter_column("proofs", "site", nullable=True, schema="registry")
    for column in (
        sa.Column("host", sa.String(255)),
        sa.Column("path", sa.String(1024)),
        sa.Column("token", sa.String(32)),
        sa.Column("document_number", sa.String(64)),
        sa.Column("document_date", sa.Date()),
        sa.Column("document_issuer", sa.String(35)),
        sa.Column("strength", sa.String(32)),
        sa.Column("confirmed_both_ways", sa.Boolean()),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("next_check_at", sa.DateTime(timezone=True)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        # Who asked for the proofs that are there already stands in the audit log alone; they need no attester.
        sa.Column("creator_issuer", sa.String(255), nullable=False, server_default="system"),
        sa.Column("creator_subject", sa.String(255), nullable=False, server_default="system"),
        sa.Column("attester_issuer", sa.String(255)),
        sa.Column("attester_subject", sa.String(255)),
        sa.Column("seen_platform_id", sa.String(64)),
    ):
        op.add_column("proofs", column, schema="registry")
    op.alter_column("proofs", "creator_issuer", server_default=None, schema="registry")
    op.alter_column("proofs", "creator_subject", server_default=None, schema="registry")
    # What was valid counts for what approves an account; the worker looks again soon, spread over a day.
    op.execute("""
        UPDATE registry.proofs SET
            host = regexp_replace(lower(site), '^https?://(www[.])?([^/:]*).*$', '\\2'),
            strength = CASE WHEN state = 'valid' THEN 'medium' END,
            failing_since = CASE WHEN failure IS NOT NULL THEN COALESCE(checked_at, created_at) END,
            next_check_at = CASE WHEN state = 'valid' THEN
                LEAST(expires_at, checked_at + interval '1 day' * random()) END
    """)
    op.drop_constraint(op.f("ck_proofs_failure_given"), "proofs", schema="registry", type_="check")
    for name, condition in (
        ("ck_proofs_strength", "strength IN ('weak', 'medium', 'strong')"),
        ("ck_proofs_valid_counts", "(state = 'valid') = (strength IS NOT NULL)"),
        ("ck_proofs_failure_given", "(failing_since IS NOT NULL) = (failure IS NOT NULL)"),
        ("ck_proofs_failed_says_why", "state <> 'failed' OR failure IS NOT NULL"),
        ("ck_proofs_pending_is_open", "state <> 'pending' OR failure IS NULL"),
        ("ck_proofs_site_looked_at", f"({_ATTESTED}) = (site IS NULL)"),
        ("ck_proofs_page_looked_at", "(method = 'backlink') = (path IS NOT NULL)"),
        ("ck_proofs_code_shown", "(method IN ('dns_txt', 'profile_code')) = (token IS NOT NULL)"),
        (
            "ck_proofs_document_referred_to",
            "(method = 'document') = (document_number IS NOT NULL)"
            " AND (method = 'document') = (document_date IS NOT NULL)"
            " AND (method = 'document') = (document_issuer IS NOT NULL)",
        ),
        (
            "ck_proofs_two_people",
            "attester_subject IS NULL OR attester_subject <> creator_subject"
            " OR attester_issuer <> creator_issuer",
        ),
        ("ck_proofs_attester_whole", "(attester_subject IS NULL) = (attester_issuer IS NULL)"),
        ("ck_proofs_attested", f"NOT ({_ATTESTED}) OR state = 'pending' OR attester_subject IS NOT NULL"),
    ):
        op.create_check_constraint(op.f(name), "proofs", condition, schema="registry")
    op.create_unique_constraint("uq_proofs_token", "proofs", ["token"], schema="registry")
    op.create_foreign_key(
        "fk_proofs_document_issuer",
        "proofs",
        "agencies",
        ["document_issuer"],
        ["code"],
        source_schema="registry",
        referent_schema="registry",
    )
    op.create_index(
        "ix_proofs_next_check_at",
        "proofs",
        ["next_check_at"],
        schema="registry",
        postgresql_where=sa.text("next_check_at IS NOT NULL"),
    )
    op.create_index(
        "ix_proofs_host", "proofs", ["host"], schema="registry", postgresql_where=sa.text("host IS NOT NULL")
    )
    _lapsed()


def _lapsed() -> None:
    op.add_column("accounts", sa.Column("lapsed_at", sa.DateTime(timezone=True)), schema="registry")
    op.drop_constraint(op.f("ck_accounts_state"), "accounts", schema="registry", type_="check")
    for name, condition in (
        ("ck_accounts_state", "state IN ('draft', 'submitted', 'active', 'lapsed', 'suspended', 'retired')"),
        ("ck_accounts_lapsed_since", "state <> 'lapsed' OR lapsed_at IS NOT NULL"),
        ("ck_accounts_lapsed_still", "lapsed_at IS NULL OR state IN ('lapsed', 'submitted')"),
    ):
        op.create_check_constraint(op.f(name), "accounts", condition, schema="registry")
