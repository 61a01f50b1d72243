"""an approver is whole: without an issuer, nobody could be told from the submitter"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    name = op.f("ck_accounts_two_people")
    op.drop_constraint(name, "accounts", schema="registry")
    op.create_check_constraint(
        name,
        "accounts",
        "approver_subject IS NULL OR approver_issuer IS NOT NULL"
        " AND (approver_issuer, approver_subject) IS DISTINCT FROM (submitter_issuer, submitter_subject)",
        schema="registry",
    )
