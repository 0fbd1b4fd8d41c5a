-- The roles, the two schemas and the table of applied migrations.
-- SPDX-License-Identifier: Apache-2.0
-- Needs a superuser, or a role that may create roles and owns the database. Everything after this file is done as
-- lantik_owner. Roles belong to the whole cluster: a second database of the same cluster finds them.

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['lantik_owner', 'lantik_daemon', 'lantik_operator', 'lantik_reviewer', 'lantik_auditor',
        'lantik_analyst'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', wanted);
        END IF;
    END LOOP;
    IF NOT pg_catalog.pg_has_role(current_user, 'lantik_owner', 'MEMBER') THEN
        EXECUTE format('GRANT lantik_owner TO %I', current_user);
    END IF;
END
$$;

COMMENT ON ROLE lantik_owner IS
    'Owns every object of lantik; used by lantikctl migrate alone. No program runs as it.';
COMMENT ON ROLE lantik_daemon IS
    'lantikd: reads, and inserts into the register and the ledger. May update the current rows, the counters and the head, delete from nothing.';
COMMENT ON ROLE lantik_operator IS
    'lantikctl: offices, keys and reference tables. Sees no personal data.';
COMMENT ON ROLE lantik_reviewer IS
    'lantikctl review, returned and replay: sees the records that wait or were returned, asks for decisions, changes nothing else.';
COMMENT ON ROLE lantik_auditor IS
    'lantikctl audit: reads everything, writes nothing.';
COMMENT ON ROLE lantik_analyst IS
    'Analysts: the masked views of the schema analyst and nothing else.';

ALTER ROLE lantik_daemon SET search_path = lantik;
ALTER ROLE lantik_daemon SET lock_timeout = '5s';
ALTER ROLE lantik_daemon SET statement_timeout = '60s';
ALTER ROLE lantik_daemon SET idle_in_transaction_session_timeout = '60s';
-- A daemon that lost its host must not keep the ledger's head locked.
ALTER ROLE lantik_daemon SET client_connection_check_interval = '10s';
-- Short statements over many columns: compiling them costs more than it saves.
ALTER ROLE lantik_daemon SET jit = off;

ALTER ROLE lantik_operator SET search_path = lantik;
ALTER ROLE lantik_operator SET lock_timeout = '5s';
ALTER ROLE lantik_operator SET statement_timeout = '60s';
ALTER ROLE lantik_operator SET idle_in_transaction_session_timeout = '60s';

ALTER ROLE lantik_reviewer SET search_path = lantik;
ALTER ROLE lantik_reviewer SET lock_timeout = '5s';
ALTER ROLE lantik_reviewer SET statement_timeout = '5min';
ALTER ROLE lantik_reviewer SET idle_in_transaction_session_timeout = '60s';

ALTER ROLE lantik_auditor SET search_path = lantik;
ALTER ROLE lantik_auditor SET default_transaction_read_only = on;
ALTER ROLE lantik_auditor SET idle_in_transaction_session_timeout = '1h';

ALTER ROLE lantik_analyst SET search_path = analyst;
ALTER ROLE lantik_analyst SET default_transaction_read_only = on;
ALTER ROLE lantik_analyst SET statement_timeout = '15min';
ALTER ROLE lantik_analyst SET idle_in_transaction_session_timeout = '15min';

CREATE SCHEMA lantik AUTHORIZATION lantik_owner;
COMMENT ON SCHEMA lantik IS
    'What lantikd records: the register, the ledger, batches, offices and reference tables. Holds personal data.';
CREATE SCHEMA analyst AUTHORIZATION lantik_owner;
COMMENT ON SCHEMA analyst IS
    'Documented, masked views for analysts. No NIK, NIP, name or single person''s pay. Begin with analyst.dictionary.';

SET LOCAL ROLE lantik_owner;

GRANT USAGE ON SCHEMA lantik TO lantik_daemon, lantik_operator, lantik_reviewer, lantik_auditor;
GRANT USAGE ON SCHEMA analyst TO lantik_analyst;

-- Functions are for everybody unless said otherwise; here nothing is.
ALTER DEFAULT PRIVILEGES FOR ROLE lantik_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE lantik.migration (
    number     integer     NOT NULL,
    name       text        NOT NULL,
    sha256     bytea       NOT NULL CHECK (octet_length(sha256) = 32),
    applied_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT migration_pkey PRIMARY KEY (number)
);
COMMENT ON TABLE lantik.migration IS
    'Migrations that were applied to this database. Grain: one migration. Source: lantikctl migrate. Privacy: N.';
COMMENT ON COLUMN lantik.migration.number IS 'Its number, the digits that its file name begins with. Privacy: N.';
COMMENT ON COLUMN lantik.migration.name IS 'Its file name without `.sql`. Privacy: N.';
COMMENT ON COLUMN lantik.migration.sha256 IS
    'SHA-256 of the file as applied, 32 bytes; a file that changed later is refused. Privacy: N.';
COMMENT ON COLUMN lantik.migration.applied_at IS 'When it was committed. Privacy: N.';
GRANT SELECT ON lantik.migration TO lantik_daemon, lantik_operator, lantik_reviewer, lantik_auditor;
