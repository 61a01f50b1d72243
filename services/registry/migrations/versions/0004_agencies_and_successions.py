"""agencies and successions"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ORGANISATION_TYPES = (
    "government",
    "ministry",
    "national_assembly",
    "peoples_council",
    "peoples_committee",
    "department",
    "inspectorate",
    "court",
    "procuracy",
    "police",
    "military",
    "party_committee",
    "fatherland_front",
    "mass_organisation",
    "school",
    "hospital",
    "press",
    "public_service_unit",
    "state_enterprise",
)
FOLDED = sa.text("to_tsvector('simple'::regconfig, folded)")


def upgrade() -> None:
    # Both are empty for agencies that are there already; `prepare` fills them (agencies/load.py).
    words = ", ".join(f"'{word}'" for word in ORGANISATION_TYPES)
    op.add_column("agencies", sa.Column("organisation_type", sa.String(32)), schema="registry")
    op.create_check_constraint(
        op.f("ck_agencies_organisation_type"),
        "agencies",
        f"organisation_type IN ({words})",
        schema="registry",
    )
    op.add_column("agencies", sa.Column("folded", sa.String(600)), schema="registry")
    op.create_index("ix_agencies_folded", "agencies", [FOLDED], schema="registry", postgresql_using="gin")
    op.create_table(
        "agency_history",
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("short_name", sa.String(255), nullable=False),
        sa.Column("parent_code", sa.String(35), nullable=True),
        sa.Column("folded", sa.String(600), nullable=False),
        sa.CheckConstraint("since < until", name=op.f("ck_agency_history_lasted")),
        sa.PrimaryKeyConstraint("agency_code", "until", name=op.f("pk_agency_history")),
        sa.ForeignKeyConstraint(
            ["agency_code"], ["registry.agencies.code"], name=op.f("fk_agency_history_agency_code")
        ),
        schema="registry",
    )
    op.create_index(
        "ix_agency_history_folded", "agency_history", [FOLDED], schema="registry", postgresql_using="gin"
    )
    op.create_index("ix_agency_history_parent_code", "agency_history", ["parent_code"], schema="registry")
    _create_successions()


def _create_successions() -> None:
    op.create_table(
        "successions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _words("kind", "merge", "split", "rename", "dissolve", "reparent"), nullable=False),
        sa.Column("act_number", sa.String(64), nullable=False),
        sa.Column("act_date", sa.Date(), nullable=False),
        sa.Column("act_issuer", sa.String(255), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(255), nullable=True),
        sa.Column("short_name", sa.String(255), nullable=True),
        sa.Column("state", _words("state", "proposed", "approved", "effective", "cancelled"), nullable=False),
        sa.Column(
            "conflict",
            _words(
                "conflict",
                "same_agency",
                "not_in_force",
                "pending",
                "ending",
                "awaited",
                "children_left",
                "cycle",
                "changed_later",
            ),
            nullable=True,
        ),
        sa.Column("proposer_issuer", sa.String(255), nullable=False),
        sa.Column("proposer_subject", sa.String(255), nullable=False),
        sa.Column("approver_issuer", sa.String(255), nullable=True),
        sa.Column("approver_subject", sa.String(255), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "approver_subject IS NULL OR approver_subject <> proposer_subject"
            " OR approver_issuer <> proposer_issuer",
            name=op.f("ck_successions_two_people"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'effective') OR approver_subject IS NOT NULL",
            name=op.f("ck_successions_approved"),
        ),
        sa.CheckConstraint(
            "(state = 'effective') = (effective_at IS NOT NULL)", name=op.f("ck_successions_effective")
        ),
        sa.CheckConstraint("(kind = 'rename') = (name IS NOT NULL)", name=op.f("ck_successions_renamed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_successions")),
        schema="registry",
    )
    op.create_index(
        "ix_successions_due",
        "successions",
        ["effective_on"],
        schema="registry",
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_table(
        "succession_agencies",
        sa.Column("succession_id", sa.Uuid(), nullable=False),
        sa.Column("role", _words("role", "predecessor", "successor", "moved"), nullable=False),
        sa.Column("agency_code", sa.String(35), nullable=False),
        sa.Column("parent_code", sa.String(35), nullable=True),
        sa.CheckConstraint(
            "(role = 'moved') = (parent_code IS NOT NULL)",
            name=op.f("ck_succession_agencies_moved_somewhere"),
        ),
        sa.PrimaryKeyConstraint(
            "succession_id", "role", "agency_code", name=op.f("pk_succession_agencies")
        ),
        sa.ForeignKeyConstraint(
            ["succession_id"],
            ["registry.successions.id"],
            name=op.f("fk_succession_agencies_succession_id"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_code"], ["registry.agencies.code"], name=op.f("fk_succession_agencies_agency_code")
        ),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["registry.agencies.code"], name=op.f("fk_succession_agencies_parent_code")
        ),
        schema="registry",
    )
    op.create_index(
        "ix_succession_agencies_agency",
        "succession_agencies",
        ["agency_code", "role"],
        schema="registry",
    )
    op.create_index(
        "ix_succession_agencies_parent", "succession_agencies", ["parent_code"], schema="registry"
    )


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32, schema="registry")
