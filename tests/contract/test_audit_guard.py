"""A service can add to its audit log and read it. Its own role, which owns its schema, can do nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from deploy.local import postgres
from deploy.local.config import SERVICES, LocalConfig
from shared import migrations
from tests.conftest import SettingsFor

REFUSED = [
    "UPDATE {s}_audit.audit SET action = action",
    "UPDATE {s}_audit.audit_seals SET hash = hash",
    "DELETE FROM {s}_audit.audit",
    "DELETE FROM {s}_audit.audit_seals",
    "TRUNCATE {s}_audit.audit",
    "TRUNCATE {s}_audit.audit, {s}_audit.audit_seals",
    "DROP TABLE {s}_audit.audit",
    "DROP TABLE {s}_audit.audit_seals CASCADE",
    "DROP INDEX {s}_audit.pk_audit_seals",
    "DROP SCHEMA {s}_audit CASCADE",
    "ALTER SCHEMA {s}_audit RENAME TO gone",
    "ALTER SCHEMA {s}_audit OWNER TO {s}",
    "ALTER TABLE {s}_audit.audit OWNER TO {s}",
    "ALTER TABLE {s}_audit.audit SET SCHEMA {s}",
    "ALTER TABLE {s}_audit.audit RENAME TO gone",
    "ALTER TABLE {s}_audit.audit ADD COLUMN remark text",
    "ALTER TABLE {s}_audit.audit DROP COLUMN actor_subject",
    "ALTER TABLE {s}_audit.audit DROP CONSTRAINT ck_audit_words",
    "ALTER TABLE {s}_audit.audit_seals ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE {s}_audit.audit_seals RESET (fillfactor)",
    "CREATE TABLE {s}_audit.another (id int)",
    "CREATE TABLE {s}.child () INHERITS ({s}_audit.audit)",
    "CREATE RULE hide AS ON INSERT TO {s}_audit.audit DO INSTEAD NOTHING",
    "CREATE TRIGGER hide BEFORE INSERT ON {s}_audit.audit FOR EACH ROW EXECUTE FUNCTION {s}.wake_relay()",
    "CREATE POLICY hide ON {s}_audit.audit USING (false)",
    "CREATE INDEX ON {s}_audit.audit (at)",
    "REINDEX TABLE {s}_audit.audit",
    # The grant alone is a mere warning; it must not work.
    "GRANT UPDATE ON {s}_audit.audit TO {s}; UPDATE {s}_audit.audit SET action = action",
    "GRANT {s} TO audit_keeper",
    "GRANT audit_keeper TO {s}",
    "SET ROLE audit_keeper",
    "REASSIGN OWNED BY audit_keeper TO {s}",
    "DROP OWNED BY audit_keeper",
    "DROP ROLE audit_keeper",
    "ALTER ROLE audit_keeper LOGIN PASSWORD 'x'",
    "ALTER DEFAULT PRIVILEGES FOR ROLE audit_keeper GRANT ALL ON TABLES TO {s}",
    "SELECT setval('{s}_audit.audit_id_seq', 1)",
    "ALTER SEQUENCE {s}_audit.audit_id_seq RESTART",
    "INSERT INTO {s}_audit.audit (id, action) OVERRIDING SYSTEM VALUE VALUES (1, 'a.b')",
    """INSERT INTO {s}_audit.audit_seals VALUES (1, 1, repeat('x', 32)::bytea)
       ON CONFLICT (place) DO UPDATE SET hash = excluded.hash""",
    "MERGE INTO {s}_audit.audit_seals USING (VALUES (1)) AS one (n) ON true WHEN MATCHED THEN DELETE",
    "SELECT * FROM {s}_audit.audit FOR UPDATE",
    "LOCK TABLE {s}_audit.audit IN SHARE ROW EXCLUSIVE MODE",
    "SET session_replication_role = replica",
]
"""`{s}` is the service. Everything here would change the log, or prepare to."""

WORDS = {
    "action": "accounts.approve",
    "object_type": "account",
    "object_id": "019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}


@asynccontextmanager
async def connection(servers: LocalConfig, user: str, database: str) -> AsyncIterator[asyncpg.Connection]:
    connected = await asyncpg.connect(postgres.dsn(servers, user, database))
    try:
        yield connected
    finally:
        await connected.close()


async def insert(connected: asyncpg.Connection, service: str, **changes: str) -> None:
    """Add a row, with other words when `changes` say so."""
    await connected.execute(
        f"INSERT INTO {service}_audit.audit"  # noqa: S608 - constants of ours
        " (at, actor_issuer, actor_subject, agency_code, action, object_type, object_id, trace_id)"
        " VALUES (now(), 'i', 's', 'GUARD', $1, $2, $3, $4)",
        *(WORDS | changes).values(),
    )


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_may_add_and_read(servers: LocalConfig, database: str, service: str) -> None:
    async with connection(servers, service, database) as connected:
        await insert(connected, service)
        assert await connected.fetchval(f"SELECT count(*) > 0 FROM {service}_audit.audit")  # noqa: S608


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_can_do_nothing_else(servers: LocalConfig, database: str, service: str) -> None:
    async with connection(servers, service, database) as connected:
        await insert(connected, service)
        allowed = []
        for statement in REFUSED:
            transaction = connected.transaction()
            await transaction.start()
            try:
                await connected.execute(statement.format(s=service))
            except asyncpg.InsufficientPrivilegeError:
                pass
            else:
                allowed.append(statement)
            finally:
                await transaction.rollback()
        assert allowed == []


@pytest.mark.parametrize("service", SERVICES)
async def test_no_other_service_sees_it(servers: LocalConfig, database: str, service: str) -> None:
    for other in set(SERVICES) - {service}:
        async with connection(servers, service, database) as connected:
            for table in ("audit", "audit_seals"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connected.execute(f"SELECT FROM {other}_audit.{table}")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("action", "called him a liar"),
        ("object_type", "https://facebook.com/x"),
        ("object_id", "0901 234 567"),
        ("object_id", "nguoi.bao@example.vn"),
        ("trace_id", "Nguyễn Văn A"),
    ],
)
async def test_the_database_takes_words_and_ids_alone(
    servers: LocalConfig, database: str, column: str, text: str
) -> None:
    async with connection(servers, "reports", database) as connected:
        with pytest.raises(asyncpg.CheckViolationError):
            await insert(connected, "reports", **{column: text})


async def test_everything_of_the_log_belongs_to_a_role_without_login(
    servers: LocalConfig, database: str
) -> None:
    query = """
        SELECT nspname, relname, relowner::regrole::text AS owner FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname LIKE '%\\_audit'
    """
    async with connection(servers, postgres.SUPERUSER, database) as connected:
        found = await connected.fetch(query)
        assert {row["nspname"] for row in found} == {f"{service}_audit" for service in SERVICES}
        assert {row["owner"] for row in found} == {"audit_keeper"}
        keeper = await connected.fetchrow("SELECT * FROM pg_roles WHERE rolname = 'audit_keeper'")
        assert keeper is not None
        assert not keeper["rolcanlogin"]
        assert not await connected.fetch(
            "SELECT FROM pg_auth_members WHERE 'audit_keeper'::regrole IN (roleid, member)"
        )


async def test_without_the_log_a_service_is_not_prepared(
    servers: LocalConfig, settings_for: SettingsFor, worker_id: str
) -> None:
    settings = settings_for("registry")
    bare = f"bare_{worker_id}"
    async with connection(servers, postgres.SUPERUSER, "postgres") as connected:
        await connected.execute(f"CREATE DATABASE {bare} TEMPLATE template0")
    address = f"{settings.database_url.rpartition('/')[0]}/{bare}"
    with pytest.raises(RuntimeError, match=r"roles\.sql"):
        await migrations.upgrade("registry", settings.model_copy(update={"database_url": address}))
