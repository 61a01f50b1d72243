"""memberships; an official code is no other agency's code"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

# `code` and `official_code` name agencies alike, so none of them may name two. A constraint sees one row;
# the lock keeps two transactions from overlooking each other.
_REFUSE = """
    CREATE FUNCTION registry.refuse_ambiguous_codes() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('registry.agencies.codes'));
        IF EXISTS (SELECT FROM changed JOIN registry.agencies AS other ON other.code = changed.official_code
                   WHERE other.code <> changed.code)
            OR EXISTS (SELECT FROM changed JOIN registry.agencies AS other ON other.official_code = changed.code
                       WHERE other.code <> changed.code)
        THEN
            RAISE EXCEPTION 'an official code is the code of another agency' USING
                ERRCODE = 'unique_violation', SCHEMA = 'registry', TABLE = 'agencies',
                CONSTRAINT = 'uq_agencies_any_code';
        END IF;
        RETURN NULL;
    END $$
"""


def upgrade() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("kind", sa.Enum("person", "system", name="kind", native_enum=False, create_constraint=True, length=32, schema="registry"), nullable=False),
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.String(length=16)), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("delegation_of", sa.Uuid(), nullable=True),
        sa.Column("granted_by", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("granted_by <> identity", name=op.f("ck_memberships_two_people")),
        sa.CheckConstraint("kind <> 'system' OR NOT 'approver' = ANY (roles)", name=op.f("ck_memberships_no_system_approves")),
        sa.CheckConstraint(
            "cardinality(roles) > 0 AND "
            "roles <@ ARRAY['viewer', 'officer', 'approver', 'admin']::character varying[]",
            name=op.f("ck_memberships_roles_known"),
        ),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_memberships_validity")),
        sa.CheckConstraint("delegation_of IS NULL OR coalesce(valid_to - valid_from <= 90, false)", name=op.f("ck_memberships_delegations_end")),
        sa.ForeignKeyConstraint(["agency_code"], ["registry.agencies.code"], name=op.f("fk_memberships_agency_code")),
        sa.ForeignKeyConstraint(["delegation_of"], ["registry.memberships.id"], name=op.f("fk_memberships_delegation_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
        schema="registry",
    )
    op.create_index("ix_memberships_identity", "memberships", ["identity"], schema="registry")
    op.create_index("ix_memberships_delegation_of", "memberships", ["delegation_of"], schema="registry")
    op.create_index("ix_memberships_agency", "memberships", ["agency_code", "id"], schema="registry")
    op.create_index(
        "uq_memberships_member",
        "memberships",
        ["identity", "agency_code"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("delegation_of IS NULL"),
    )
    op.execute(_REFUSE)
    for event in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER refuse_ambiguous_codes_on_{event.lower()} AFTER {event} ON registry.agencies "
            "REFERENCING NEW TABLE AS changed FOR EACH STATEMENT "
            "EXECUTE FUNCTION registry.refuse_ambiguous_codes()"
        )
