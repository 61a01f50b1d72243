"""the house"""

import sqlalchemy as sa
from alembic import op

from shared.messaging.tables import wake_up_ddl
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('agencies',
    sa.Column('code', sa.String(length=35), nullable=False),
    sa.Column('official_code', sa.String(length=35), nullable=True),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('short_name', sa.String(length=255), nullable=False),
    sa.Column('level', sa.Enum('central', 'province', 'commune', 'department', 'unit', 'district', name='level', native_enum=False, create_constraint=True, length=32, schema='reports'), nullable=False),
    sa.Column('area_code', sa.String(length=5), nullable=True),
    sa.Column('parent_code', sa.String(length=35), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('successors', postgresql.ARRAY(sa.String(length=35)), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("code ~ '^[0-9A-Z]+([.][0-9A-Z]+)*$'", name=op.f('ck_agencies_code_form')),
    sa.CheckConstraint('valid_from < valid_to', name=op.f('ck_agencies_validity')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_agencies')),
    sa.UniqueConstraint('official_code', name=op.f('uq_agencies_official_code')),
    schema='reports'
    )
    op.create_index(op.f('ix_agencies_parent_code'), 'agencies', ['parent_code'], unique=False, schema='reports')
    op.create_index('ix_agencies_successors', 'agencies', ['successors'], unique=False, schema='reports', postgresql_using='gin')
    op.create_table('agency_reach',
    sa.Column('descendant', sa.String(length=35), nullable=False),
    sa.Column('ancestor', sa.String(length=35), nullable=False),
    sa.PrimaryKeyConstraint('descendant', 'ancestor', name=op.f('pk_agency_reach')),
    schema='reports'
    )
    op.create_index('ix_agency_reach_ancestor', 'agency_reach', ['ancestor', 'descendant'], unique=False, schema='reports')
    op.create_table('dead_letters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consumer', sa.String(length=64), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=True),
    sa.Column('subject', sa.String(length=128), nullable=False),
    sa.Column('stream_seq', sa.BigInteger(), nullable=False),
    sa.Column('error', sa.String(length=64), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dead_letters')),
    schema='reports'
    )
    op.create_table('feed',
    sa.Column('one', sa.SmallInteger(), nullable=False),
    sa.Column('head', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('one', name=op.f('pk_feed')),
    schema='reports'
    )
    op.create_table('inbox',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('consumer', sa.String(length=64), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('event_id', 'consumer', name=op.f('pk_inbox')),
    schema='reports'
    )
    op.create_table('incident_keys',
    sa.Column('incident_id', sa.Uuid(), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('incident_id', name=op.f('pk_incident_keys')),
    schema='reports'
    )
    op.create_table('incidents',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('harm', sa.Enum('impersonation_agency', 'account_takeover', name='harm', native_enum=False, create_constraint=True, length=32, schema='reports'), nullable=False),
    sa.Column('state', sa.Enum('received', 'triaged', 'resolved', 'refused', name='state', native_enum=False, create_constraint=True, length=32, schema='reports'), nullable=False),
    sa.Column('agency_code', sa.String(length=35), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('serial', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum('removed_by_platform', 'no_longer_reachable', 'control_regained', 'not_confirmed', name='outcome', native_enum=False, create_constraint=True, length=32, schema='reports'), nullable=True),
    sa.Column('refusal', sa.Enum('fits_no_harm', 'parody_or_criticism', 'community_or_press', 'facts_not_shown', name='refusal', native_enum=False, create_constraint=True, length=32, schema='reports'), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sightings', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(harm = 'account_takeover') = (account_id IS NOT NULL)", name=op.f('ck_incidents_takeover_of_account')),
    sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name=op.f('ck_incidents_refusal_given')),
    sa.CheckConstraint("(state = 'resolved') = (outcome IS NOT NULL)", name=op.f('ck_incidents_outcome_given')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incidents')),
    sa.UniqueConstraint('agency_code', 'year', 'serial', name=op.f('uq_incidents_agency_code_year_serial')),
    schema='reports'
    )
    op.create_index('ix_incidents_agency', 'incidents', ['agency_code', 'id'], unique=False, schema='reports')
    op.create_table('number_counters',
    sa.Column('agency_code', sa.String(length=35), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('agency_code', 'year', name=op.f('pk_number_counters')),
    schema='reports'
    )
    op.create_table('outbox',
    sa.Column('position', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.String(length=64), nullable=False),
    sa.Column('audience', sa.Enum('public', 'subtree', name='audience', native_enum=False, create_constraint=True, length=32, schema='reports'), nullable=False),
    sa.Column('agency_code', sa.String(length=35), nullable=False),
    sa.Column('state_subject', sa.String(length=128), nullable=True),
    sa.Column('is_fact', sa.Boolean(), nullable=False),
    sa.Column('envelope', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('feed_seq', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_outbox')),
    sa.UniqueConstraint('event_id', name=op.f('uq_outbox_event_id')),
    sa.UniqueConstraint('feed_seq', name=op.f('uq_outbox_feed_seq')),
    schema='reports'
    )
    op.create_index('ix_outbox_unpublished', 'outbox', ['position'], unique=False, schema='reports', postgresql_where=sa.text('published_at IS NULL'))
    op.create_table('registered_accounts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('agency_code', sa.String(length=35), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_registered_accounts')),
    schema='reports'
    )
    op.create_table('open_targets',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['reports.incidents.id'], name=op.f('fk_open_targets_incident_id'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_open_targets')),
    schema='reports'
    )
    op.create_index(op.f('ix_open_targets_incident_id'), 'open_targets', ['incident_id'], unique=False, schema='reports')
    op.create_table('sightings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('incident_id', sa.Uuid(), nullable=False),
    sa.Column('origin', sa.Enum('public', 'officer', name='origin', native_enum=False, create_constraint=True, length=32, schema='reports'), nullable=False),
    sa.Column('tracking_digest', sa.LargeBinary(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('contact', sa.LargeBinary(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['reports.incidents.id'], name=op.f('fk_sightings_incident_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sightings')),
    sa.UniqueConstraint('tracking_digest', name=op.f('uq_sightings_tracking_digest')),
    schema='reports'
    )
    op.create_index(op.f('ix_sightings_incident_id'), 'sightings', ['incident_id'], unique=False, schema='reports')
    op.create_table('contact_reads',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sighting_id', sa.Uuid(), nullable=False),
    sa.Column('reader_issuer', sa.String(length=255), nullable=False),
    sa.Column('reader_subject', sa.String(length=255), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sighting_id'], ['reports.sightings.id'], name=op.f('fk_contact_reads_sighting_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_reads')),
    schema='reports'
    )
    op.create_index(op.f('ix_contact_reads_sighting_id'), 'contact_reads', ['sighting_id'], unique=False, schema='reports')
    for statement in wake_up_ddl('reports'):
        op.execute(statement)
