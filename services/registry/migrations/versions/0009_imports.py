"""imports"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

SCHEMA = "registry"
KINDS = ("accounts", "agencies")
STATES = ("uploaded", "checking", "checked", "applying", "applied", "refused", "cancelled")
REASONS = (
    "empty", "not-a-table", "old-or-protected", "macros", "too-large-inside", "damaged", "unknown-encoding",
    "no-header", "heading-twice", "columns-missing", "too-many-columns", "too-many-rows", "too-slow", "internal",
)


def words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32, schema=SCHEMA)


def upgrade() -> None:
    op.create_index("ix_accounts_identity", "accounts", ["identity"], schema=SCHEMA)
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("kind", words("kind", *KINDS), nullable=False),
        sa.Column("state", words("state", *STATES), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("options", postgresql.JSONB(), nullable=False),
        sa.Column("format", words("format", "csv", "xlsx"), nullable=False),
        sa.Column(
            "encoding", words("encoding", "utf-8", "utf-16", "windows-1258", "tcvn3", "vni"), nullable=True
        ),
        sa.Column("header_row", sa.Integer(), nullable=True),
        sa.Column("headings", postgresql.JSONB(), nullable=False),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("refusal", words("refusal", *REASONS), nullable=True),
        sa.Column("missing", postgresql.ARRAY(sa.String(32)), nullable=False),
        sa.Column("mode", words("mode", "all", "good"), nullable=True),
        sa.Column("applier_issuer", sa.String(255), nullable=True),
        sa.Column("applier_subject", sa.String(255), nullable=True),
        sa.Column("applier_agency", sa.String(35), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("total", "checked", "good", "bad", "applied", "unchanged", "failed", "position", "version")
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="ck_imports_refusal_given"),
        sa.CheckConstraint(
            "state NOT IN ('applying', 'applied') OR mode IS NOT NULL", name="ck_imports_mode_given"
        ),
        sa.CheckConstraint("mode IS NULL OR applier_subject IS NOT NULL", name="ck_imports_applier_known"),
        sa.ForeignKeyConstraint(["agency_code"], ["registry.agencies.code"], name="fk_imports_agency_code"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        schema=SCHEMA,
    )
    op.create_index(
        "uq_imports_file",
        "imports",
        ["agency_code", "digest"],
        unique=True,
        schema=SCHEMA,
        postgresql_where=sa.text("state NOT IN ('refused', 'cancelled')"),
    )
    op.create_index("ix_imports_agency", "imports", ["agency_code", "id"], schema=SCHEMA)
    op.create_index(
        "ix_imports_work",
        "imports",
        ["updated_at"],
        schema=SCHEMA,
        postgresql_where=sa.text("state IN ('uploaded', 'checking', 'applying')"),
    )
    op.create_table(
        "import_files",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["registry.imports.id"], name="fk_import_files_import_id"),
        sa.PrimaryKeyConstraint("import_id", name="pk_import_files"),
        schema=SCHEMA,
    )
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("cells", postgresql.JSONB(), nullable=False),
        sa.Column("key", sa.String(300), nullable=True),
        sa.Column(
            "outcome", words("outcome", "good", "bad", "applied", "unchanged", "failed"), nullable=True
        ),
        sa.Column("errors", postgresql.JSONB(), nullable=True),
        sa.Column("warnings", postgresql.JSONB(), nullable=True),
        sa.Column("result", sa.String(36), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["registry.imports.id"], name="fk_import_rows_import_id"),
        sa.PrimaryKeyConstraint("import_id", "number", name="pk_import_rows"),
        schema=SCHEMA,
    )
    op.create_index(
        "ix_import_rows_key",
        "import_rows",
        ["import_id", "key"],
        schema=SCHEMA,
        postgresql_where=sa.text("key IS NOT NULL"),
    )
    op.create_index(
        "ix_import_rows_errors",
        "import_rows",
        ["import_id", "number"],
        schema=SCHEMA,
        postgresql_where=sa.text("errors IS NOT NULL"),
    )
