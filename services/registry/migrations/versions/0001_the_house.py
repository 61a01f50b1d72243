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
    sa.Column('level', sa.Enum('central', 'province', 'commune', 'department', 'unit', 'district', name='level', native_enum=False, create_constraint=True, length=32, schema='registry'), nullable=False),
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
    schema='registry'
    )
    op.create_index(op.f('ix_agencies_parent_code'), 'agencies', ['parent_code'], unique=False, schema='registry')
    op.create_index('ix_agencies_successors', 'agencies', ['successors'], unique=False, schema='registry', postgresql_using='gin')
    op.create_table('agency_reach',
    sa.Column('descendant', sa.String(length=35), nullable=False),
    sa.Column('ancestor', sa.String(length=35), nullable=False),
    sa.PrimaryKeyConstraint('descendant', 'ancestor', name=op.f('pk_agency_reach')),
    schema='registry'
    )
    op.create_index('ix_agency_reach_ancestor', 'agency_reach', ['ancestor', 'descendant'], unique=False, schema='registry')
    op.create_table('dead_letters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consumer', sa.String(length=64), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=True),
    sa.Column('subject', sa.String(length=128), nullable=False),
    sa.Column('stream_seq', sa.BigInteger(), nullable=False),
    sa.Column('error', sa.String(length=64), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dead_letters')),
    schema='registry'
    )
    op.create_table('feed',
    sa.Column('one', sa.SmallInteger(), nullable=False),
    sa.Column('head', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('one', name=op.f('pk_feed')),
    schema='registry'
    )
    op.create_table('inbox',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('consumer', sa.String(length=64), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('event_id', 'consumer', name=op.f('pk_inbox')),
    schema='registry'
    )
    op.create_table('outbox',
    sa.Column('position', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.String(length=64), nullable=False),
    sa.Column('audience', sa.Enum('public', 'subtree', name='audience', native_enum=False, create_constraint=True, length=32, schema='registry'), nullable=False),
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
    schema='registry'
    )
    op.create_index('ix_outbox_unpublished', 'outbox', ['position'], unique=False, schema='registry', postgresql_where=sa.text('published_at IS NULL'))
    op.create_table('accounts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('agency_code', sa.String(length=35), nullable=False),
    sa.Column('kind', sa.Enum('agency', name='kind', native_enum=False, create_constraint=True, length=32, schema='registry'), nullable=False),
    sa.Column('platform', sa.Enum('facebook', 'youtube', 'tiktok', 'zalo', 'x', 'instagram', 'threads', 'telegram', 'linkedin', 'app_store', 'google_play', 'mastodon', 'website', name='platform', native_enum=False, create_constraint=True, length=32, schema='registry'), nullable=False),
    sa.Column('handle', sa.String(length=255), nullable=True),
    sa.Column('platform_id', sa.String(length=255), nullable=True),
    sa.Column('identity', sa.String(length=300), nullable=False),
    sa.Column('url', sa.String(length=2048), nullable=False),
    sa.Column('display_name', sa.String(length=200), nullable=False),
    sa.Column('languages', postgresql.ARRAY(sa.String(length=8)), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'active', 'suspended', 'retired', name='state', native_enum=False, create_constraint=True, length=32, schema='registry'), nullable=False),
    sa.Column('reason', sa.Enum('takeover', 'closed_by_agency', 'no_longer_held', 'registered_in_error', name='reason', native_enum=False, create_constraint=True, length=32, schema='registry'), nullable=True),
    sa.Column('submitter_issuer', sa.String(length=255), nullable=True),
    sa.Column('submitter_subject', sa.String(length=255), nullable=True),
    sa.Column('approver_issuer', sa.String(length=255), nullable=True),
    sa.Column('approver_subject', sa.String(length=255), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state IN ('suspended', 'retired')) = (reason IS NOT NULL)", name=op.f('ck_accounts_reason_given')),
    sa.CheckConstraint("state NOT IN ('active', 'suspended') OR approver_subject IS NOT NULL", name=op.f('ck_accounts_approved')),
    sa.CheckConstraint('approver_subject IS NULL OR approver_subject <> submitter_subject OR approver_issuer <> submitter_issuer', name=op.f('ck_accounts_two_people')),
    sa.ForeignKeyConstraint(['agency_code'], ['registry.agencies.code'], name=op.f('fk_accounts_agency_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    schema='registry'
    )
    op.create_index('ix_accounts_agency', 'accounts', ['agency_code', 'id'], unique=False, schema='registry')
    op.create_index('ix_accounts_identity_known', 'accounts', ['identity'], unique=False, schema='registry')
    op.create_index('uq_accounts_identity', 'accounts', ['identity'], unique=True, schema='registry', postgresql_where=sa.text("state IN ('active', 'suspended')"))
    op.create_table('proofs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('method', sa.Enum('well_known', name='method', native_enum=False, create_constraint=True, length=32, schema='registry'), nullable=False),
    sa.Column('site', sa.String(length=2048), nullable=False),
    sa.Column('state', sa.Enum('pending', 'valid', 'failed', name='state', native_enum=False, create_constraint=True, length=32, schema='registry'), nullable=False),
    sa.Column('failure', sa.String(length=32), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name=op.f('ck_proofs_failure_given')),
    sa.CheckConstraint("(state = 'valid') = (expires_at IS NOT NULL)", name=op.f('ck_proofs_valid_expires')),
    sa.ForeignKeyConstraint(['account_id'], ['registry.accounts.id'], name=op.f('fk_proofs_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proofs')),
    schema='registry'
    )
    op.create_index(op.f('ix_proofs_account_id'), 'proofs', ['account_id'], unique=False, schema='registry')
    for statement in wake_up_ddl('registry'):
        op.execute(statement)
