"""The tables of the event mechanism, declared once in each service's schema."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from shared.db import code, words

AUDIENCES = ("public", "subtree")


@dataclass(frozen=True)
class Messaging:
    """A service's own event tables."""

    outbox: Table
    feed: Table
    inbox: Table
    dead_letters: Table


def declare(metadata: MetaData) -> Messaging:
    """The tables `outbox`, `feed`, `inbox` and `dead_letters`."""
    outbox = Table(
        "outbox",
        metadata,
        # The order of events: taken after the aggregate's row lock, so never by a clock or an id.
        Column("position", BigInteger, Identity(always=True), primary_key=True),
        Column("event_id", Uuid, nullable=False, unique=True),
        Column("type", code(64), nullable=False),
        Column("audience", words("audience", *AUDIENCES), nullable=False),
        Column("agency_code", code(35), nullable=False),
        Column("state_subject", code(128)),
        Column("is_fact", Boolean, nullable=False),
        Column("envelope", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("published_at", DateTime(timezone=True)),
        # Place in the changefeed: given by the relay, without gaps.
        Column("feed_seq", BigInteger, unique=True),
        Index("ix_outbox_unpublished", "position", postgresql_where=text("published_at IS NULL")),
        Index(
            "ix_outbox_state",
            "state_subject",
            "position",
            postgresql_where=text("state_subject IS NOT NULL"),
        ),
    )
    feed = Table(
        "feed",
        metadata,
        Column("one", SmallInteger, primary_key=True),
        Column("head", BigInteger, nullable=False),
    )
    inbox = Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("consumer", code(64), primary_key=True),
        Column("handled_at", DateTime(timezone=True), nullable=False),
    )
    dead_letters = Table(
        "dead_letters",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("consumer", code(64), nullable=False),
        Column("event_id", Uuid),
        Column("subject", code(128), nullable=False),
        Column("stream_seq", BigInteger, nullable=False),
        Column("error", code(64), nullable=False),
        Column("failed_at", DateTime(timezone=True), nullable=False),
    )
    return Messaging(outbox, feed, inbox, dead_letters)


def wake_up_ddl(schema: str) -> list[str]:
    """Statements for a migration: a committed insert into the outbox wakes the relay (NOTIFY)."""
    return [
        f"INSERT INTO {schema}.feed (one, head) VALUES (1, 0)",  # noqa: S608 - a constant of ours
        (
            f"CREATE FUNCTION {schema}.wake_relay() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_notify('{schema}_outbox', ''); RETURN NULL; END $$"
        ),
        (
            f"CREATE TRIGGER wake_relay AFTER INSERT ON {schema}.outbox "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {schema}.wake_relay()"
        ),
    ]
