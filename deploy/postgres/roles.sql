-- The database; one role, one schema and one audit log for each service. Run by psql as a superuser; may be run
-- again at any time. The files named by REGISTRY_DATABASE_PASSWORD_FILE, REPORTS_… and
-- NOTIFICATIONS_… hold the passwords.

\set ON_ERROR_STOP on
\set registry_password `cat "$REGISTRY_DATABASE_PASSWORD_FILE"`
\set reports_password `cat "$REPORTS_DATABASE_PASSWORD_FILE"`
\set notifications_password `cat "$NOTIFICATIONS_DATABASE_PASSWORD_FILE"`

SET client_min_messages = 'warning';
SET log_min_error_statement = 'panic';  -- a failing ALTER ROLE must not write a password to the log

-- The builtin provider sorts alike on every machine: no index depends on a system library.
SELECT $$CREATE DATABASE chinh_danh TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'
         LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'$$
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'chinh_danh') \gexec

REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;

\connect chinh_danh
SET client_min_messages = 'warning';
SET log_min_error_statement = 'panic';

ALTER DATABASE chinh_danh SET timezone = 'UTC';
REVOKE ALL ON DATABASE chinh_danh FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

DO $$
DECLARE
    service text;
BEGIN
    FOREACH service IN ARRAY ARRAY['registry', 'reports', 'notifications'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = service) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', service);
        END IF;
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %1$I AUTHORIZATION %1$I', service);
        EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE chinh_danh TO %I', service);
        EXECUTE format('ALTER ROLE %1$I SET search_path = %1$I', service);
        EXECUTE format('ALTER ROLE %I SET lock_timeout = ''5s''', service);
        EXECUTE format('ALTER ROLE %I SET statement_timeout = ''15s''', service);
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', service);
    END LOOP;
END
$$;

-- The audit log of each service (docs/adr/0022-the-audit-log.md), in a schema that is not the service's.
-- It belongs to a role that nobody can log in as. The service may read and append: it owns neither table
-- nor schema, so it cannot change, delete, truncate, alter, drop or take over anything of it.
DO $$
DECLARE
    service text;
    place text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'audit_keeper') THEN
        CREATE ROLE audit_keeper NOLOGIN;
    END IF;
    FOREACH service IN ARRAY ARRAY['registry', 'reports', 'notifications'] LOOP
        place := service || '_audit';
        EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION audit_keeper', place);
        SET LOCAL ROLE audit_keeper;
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I.audit (
            id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_audit PRIMARY KEY,
            at timestamptz NOT NULL,
            actor_issuer varchar(255) NOT NULL,
            actor_subject varchar(255) NOT NULL,
            actor_agency varchar(35),
            agency_code varchar(35) NOT NULL,
            action varchar(64) NOT NULL,
            object_type varchar(32) NOT NULL,
            object_id varchar(64) NOT NULL,
            version integer,
            cause uuid,
            trace_id varchar(32) NOT NULL,
            -- Ids and closed words, whatever the code says: nothing with a space in it, no link, no address.
            CONSTRAINT ck_audit_words CHECK (
                action ~ ''^[a-z_]+[.][a-z_]+$'' AND object_type ~ ''^[a-z_]+$''
                AND object_id ~ ''^[0-9A-Za-z.-]+$'' AND trace_id ~ ''^[0-9a-f]{32}$''
            )
        )', place);
        EXECUTE format('CREATE INDEX IF NOT EXISTS ix_audit_agency ON %I.audit (agency_code, id)', place);
        EXECUTE format('CREATE INDEX IF NOT EXISTS ix_audit_object ON %I.audit (object_id, id)', place);
        EXECUTE format('CREATE TABLE IF NOT EXISTS %I.audit_seals (
            place bigint CONSTRAINT pk_audit_seals PRIMARY KEY CONSTRAINT ck_audit_seals_place CHECK (place > 0),
            audit_id bigint NOT NULL CONSTRAINT uq_audit_seals_audit_id UNIQUE,
            hash bytea NOT NULL CONSTRAINT ck_audit_seals_hash CHECK (length(hash) = 32)
        )', place);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %1$I FROM %2$I', place, service);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', place, service);
        EXECUTE format('GRANT SELECT ON %1$I.audit, %1$I.audit_seals TO %2$I', place, service);
        -- Not the id: numbers are given by the database alone.
        EXECUTE format('GRANT INSERT (at, actor_issuer, actor_subject, actor_agency, agency_code, action,
            object_type, object_id, version, cause, trace_id) ON %I.audit TO %I', place, service);
        EXECUTE format('GRANT INSERT ON %I.audit_seals TO %I', place, service);
        RESET ROLE;
    END LOOP;
END
$$;

ALTER ROLE registry PASSWORD :'registry_password';
ALTER ROLE reports PASSWORD :'reports_password';
ALTER ROLE notifications PASSWORD :'notifications_password';
