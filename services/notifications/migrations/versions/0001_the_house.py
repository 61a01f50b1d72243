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
    sa.Column('level', sa.Enum('central', 'province', 'commune', 'department', 'unit', 'district', name='level', native_enum=False, create_constraint=True, length=32, schema='notifications'), nullable=False),
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
    schema='notifications'
    )
    op.create_index(op.f('ix_agencies_parent_code'), 'agencies', ['parent_code'], unique=False, schema='notifications')
    op.create_index('ix_agencies_successors', 'agencies', ['successors'], unique=False, schema='notifications', postgresql_using='gin')
    op.create_table('agency_reach',
    sa.Column('descendant', sa.String(length=35), nullable=False),
    sa.Column('ancestor', sa.String(length=35), nullable=False),
    sa.PrimaryKeyConstraint('descendant', 'ancestor', name=op.f('pk_agency_reach')),
    schema='notifications'
    )
    op.create_index('ix_agency_reach_ancestor', 'agency_reach', ['ancestor', 'descendant'], unique=False, schema='notifications')
    op.create_table('dead_letters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('consumer', sa.String(length=64), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=True),
    sa.Column('subject', sa.String(length=128), nullable=False),
    sa.Column('stream_seq', sa.BigInteger(), nullable=False),
    sa.Column('error', sa.String(length=64), nullable=False),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dead_letters')),
    schema='notifications'
    )
    op.create_table('events',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.String(length=64), nullable=False),
    sa.Column('envelope', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_events')),
    schema='notifications'
    )
    op.create_index(op.f('ix_events_received_at'), 'events', ['received_at'], unique=False, schema='notifications')
    op.create_table('feed',
    sa.Column('one', sa.SmallInteger(), nullable=False),
    sa.Column('head', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('one', name=op.f('pk_feed')),
    schema='notifications'
    )
    op.create_table('inbox',
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('consumer', sa.String(length=64), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('event_id', 'consumer', name=op.f('pk_inbox')),
    schema='notifications'
    )
    op.create_table('outbox',
    sa.Column('position', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.String(length=64), nullable=False),
    sa.Column('audience', sa.Enum('public', 'subtree', name='audience', native_enum=False, create_constraint=True, length=32, schema='notifications'), nullable=False),
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
    schema='notifications'
    )
    op.create_index('ix_outbox_unpublished', 'outbox', ['position'], unique=False, schema='notifications', postgresql_where=sa.text('published_at IS NULL'))
    op.create_table('subscriptions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('owner_code', sa.String(length=35), nullable=False),
    sa.Column('agency_code', sa.String(length=35), nullable=True),
    sa.Column('channel', sa.Enum('webhook', name='channel', native_enum=False, create_constraint=True, length=32, schema='notifications'), nullable=False),
    sa.Column('event_types', postgresql.ARRAY(sa.String(length=64)), nullable=False),
    sa.Column('state', sa.Enum('active', 'disabled', 'deleted', name='state', native_enum=False, create_constraint=True, length=32, schema='notifications'), nullable=False),
    sa.Column('reason', sa.Enum('by_owner', 'failing', 'gone', name='reason', native_enum=False, create_constraint=True, length=32, schema='notifications'), nullable=True),
    sa.Column('wrapped_key', sa.LargeBinary(), nullable=True),
    sa.Column('url', sa.LargeBinary(), nullable=False),
    sa.Column('secret', sa.LargeBinary(), nullable=False),
    sa.Column('previous_secret', sa.LargeBinary(), nullable=True),
    sa.Column('previous_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_seq', sa.BigInteger(), nullable=False),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'deleted') = (wrapped_key IS NULL)", name=op.f('ck_subscriptions_key_destroyed')),
    sa.CheckConstraint("(state = 'disabled') = (reason IS NOT NULL)", name=op.f('ck_subscriptions_reason_given')),
    sa.CheckConstraint('(previous_secret IS NULL) = (previous_until IS NULL)', name=op.f('ck_subscriptions_previous_secret_ends')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscriptions')),
    schema='notifications'
    )
    op.create_index('ix_subscriptions_owner', 'subscriptions', ['owner_code', 'id'], unique=False, schema='notifications')
    op.create_table('deliveries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subscription_id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('pending', 'delivered', 'dead', name='state', native_enum=False, create_constraint=True, length=32, schema='notifications'), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_status', sa.SmallInteger(), nullable=True),
    sa.Column('last_error', sa.Enum('timeout', 'dns', 'connect', 'tls', 'too-large', 'redirect', 'bad-response', 'bad-url', 'bad-scheme', 'userinfo', 'bad-host', 'bad-port', 'private-address', 'unresolvable', 'http-status', 'internal', name='last_error', native_enum=False, create_constraint=True, length=32, schema='notifications'), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f('ck_deliveries_delivered_when')),
    sa.ForeignKeyConstraint(['event_id'], ['notifications.events.id'], name=op.f('fk_deliveries_event_id')),
    sa.ForeignKeyConstraint(['subscription_id'], ['notifications.subscriptions.id'], name=op.f('fk_deliveries_subscription_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('event_id', 'subscription_id', name=op.f('uq_deliveries_event_id_subscription_id')),
    sa.UniqueConstraint('subscription_id', 'seq', name=op.f('uq_deliveries_subscription_id_seq')),
    schema='notifications'
    )
    op.create_index('ix_deliveries_due', 'deliveries', ['subscription_id', 'next_at'], unique=False, schema='notifications', postgresql_where=sa.text("state = 'pending'"))
    op.create_table('attempts',
    sa.Column('delivery_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('duration_ms', sa.Integer(), nullable=False),
    sa.Column('status', sa.SmallInteger(), nullable=True),
    sa.Column('error', sa.Enum('timeout', 'dns', 'connect', 'tls', 'too-large', 'redirect', 'bad-response', 'bad-url', 'bad-scheme', 'userinfo', 'bad-host', 'bad-port', 'private-address', 'unresolvable', 'http-status', 'internal', name='error', native_enum=False, create_constraint=True, length=32, schema='notifications'), nullable=True),
    sa.ForeignKeyConstraint(['delivery_id'], ['notifications.deliveries.id'], name=op.f('fk_attempts_delivery_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('delivery_id', 'number', name=op.f('pk_attempts')),
    schema='notifications'
    )
    for statement in wake_up_ddl('notifications'):
        op.execute(statement)
    # Written by hand: deliveries that are entered wake the dispatcher.
    op.execute("""
        CREATE FUNCTION notifications.wake_dispatcher() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_notify('notifications_deliveries', ''); RETURN NULL; END $$
    """)
    op.execute("""
        CREATE TRIGGER wake_dispatcher AFTER INSERT ON notifications.deliveries
        FOR EACH STATEMENT EXECUTE FUNCTION notifications.wake_dispatcher()
    """)
