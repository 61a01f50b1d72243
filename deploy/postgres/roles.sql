-- The database, one role and one schema for each service. Run by psql as a superuser; may be run
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

ALTER ROLE registry PASSWORD :'registry_password';
ALTER ROLE reports PASSWORD :'reports_password';
ALTER ROLE notifications PASSWORD :'notifications_password';
