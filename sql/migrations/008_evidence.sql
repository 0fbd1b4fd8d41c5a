-- Evidence: deeds (offices, keys, recovery, erasure) with their leaves, hashes of rows, forks, and what was erased.
-- SPDX-License-Identifier: Apache-2.0
-- A deed is asked for by lantikctl and carried out by the daemon, as decisions are. Its text (include/lantik/deed.h) says all
-- that was done; the tables of offices and keys hold what follows from the deeds, for quick reading.
SET LOCAL ROLE lantik_owner;

CREATE TABLE lantik.deed_request (
    request_no   bigint GENERATED ALWAYS AS IDENTITY,
    deed_id      uuid NOT NULL,
    kind         smallint NOT NULL CHECK (kind BETWEEN 1 AND 9),
    request      text COLLATE "C" NOT NULL CHECK (octet_length(request) <= 65536),
    in_force     boolean NOT NULL DEFAULT false CHECK (NOT in_force OR kind = 9),
    requested_by text NOT NULL DEFAULT session_user,
    requested_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT deed_request_pkey PRIMARY KEY (request_no),
    CONSTRAINT deed_request_id_key UNIQUE (deed_id)
);
CREATE INDEX deed_request_revocation ON lantik.deed_request (request_no) WHERE kind IN (3, 4);
COMMENT ON INDEX lantik.deed_request_revocation IS 'Revocations, which daemons look for several times a second.';
COMMENT ON TABLE lantik.deed_request IS
    'Deeds that were asked for; the daemon answers with a deed or a deed_refusal. INSERT-only. Grain: one deed. Source: lantikctl. Privacy: I.';
COMMENT ON COLUMN lantik.deed_request.request_no IS 'Number of the request; requests are carried out in its order. Privacy: N.';
COMMENT ON COLUMN lantik.deed_request.deed_id IS 'Id of the deed, as its text says. Privacy: N.';
COMMENT ON COLUMN lantik.deed_request.kind IS
    '1 office-add, 2 key-add, 3 key-revoke, 4 office-revoke, 5 scope, 6 receipt-key-add, 7 receipt-key-retire, 8 recover, 9 erase. Code of list deed_kind of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.deed_request.request IS
    'The deed as asked for, canonical text; signed by the recovery key for kinds 6 to 8. Names people only as records of batches. Privacy: I.';
COMMENT ON COLUMN lantik.deed_request.in_force IS
    'Of an erasure: the official means it although the person may hold an appointment in force. Privacy: N.';
COMMENT ON COLUMN lantik.deed_request.requested_by IS 'Role that was logged in; nobody can set it. Privacy: N.';
COMMENT ON COLUMN lantik.deed_request.requested_at IS 'When it was asked for; nobody can set it. Privacy: N.';

-- Who may ask for what.
ALTER TABLE lantik.deed_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY deed_request_read ON lantik.deed_request FOR SELECT USING (true);
CREATE POLICY deed_request_operator ON lantik.deed_request FOR INSERT TO lantik_operator WITH CHECK (kind BETWEEN 1 AND 8);
CREATE POLICY deed_request_reviewer ON lantik.deed_request FOR INSERT TO lantik_reviewer WITH CHECK (kind = 9);

CREATE TABLE lantik.deed (
    leaf_index   bigint NOT NULL CHECK (leaf_index >= 0),
    request_no   bigint NOT NULL,
    deed_id      uuid NOT NULL,
    kind         smallint NOT NULL CHECK (kind BETWEEN 1 AND 9),
    text         text COLLATE "C" NOT NULL,
    durability   smallint NOT NULL CHECK (durability BETWEEN 1 AND 3),
    requested_at timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    nodes        bytea NOT NULL,
    CONSTRAINT deed_pkey PRIMARY KEY (leaf_index),
    CONSTRAINT deed_request_no_key UNIQUE (request_no),
    CONSTRAINT deed_id_key UNIQUE (deed_id),
    CONSTRAINT deed_request_no_fkey FOREIGN KEY (request_no) REFERENCES lantik.deed_request (request_no)
);
CREATE INDEX deed_kind ON lantik.deed (kind, leaf_index);
COMMENT ON INDEX lantik.deed_kind IS 'Deeds of a kind, in the order of the ledger.';
COMMENT ON TABLE lantik.deed IS
    'Deeds that were carried out, each with its leaf. INSERT-only. Grain: one deed. Source: lantikd. Privacy: I.';
COMMENT ON COLUMN lantik.deed.leaf_index IS 'Its leaf of the ledger. Privacy: N.';
COMMENT ON COLUMN lantik.deed.request_no IS 'Request that it carries out. Privacy: N.';
COMMENT ON COLUMN lantik.deed.deed_id IS 'Id of the deed. Privacy: N.';
COMMENT ON COLUMN lantik.deed.kind IS 'Kind of the deed, as in deed_request. Privacy: N.';
COMMENT ON COLUMN lantik.deed.text IS 'The deed: canonical text of what was done, whose SHA-256 is in the leaf. Privacy: I.';
COMMENT ON COLUMN lantik.deed.durability IS
    'What the commit promised: 1 one server, 2 a synchronous quorum, 3 unsafe test settings. Privacy: N.';
COMMENT ON COLUMN lantik.deed.requested_at IS 'When it was asked for. Privacy: N.';
COMMENT ON COLUMN lantik.deed.recorded_at IS 'Time in the leaf, taken under the head''s lock. Privacy: N.';
COMMENT ON COLUMN lantik.deed.nodes IS
    'Hashes of the complete subtrees of the ledger that end with its leaf, lowest first (level 0: of the leaf itself), 32 bytes each. Privacy: N.';

-- A complete subtree ends with one leaf, and whatever that stands for keeps its hash: beside the leaf's own row, so that
-- neither is believed alone.
CREATE FUNCTION lantik.node_hash(level smallint, index bigint) RETURNS bytea
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
    AS $$
    SELECT substr(coalesce((SELECT b.nodes FROM lantik.batch b WHERE b.leaf_index = last.leaf),
                           (SELECT d.nodes FROM lantik.decision d WHERE d.leaf_index = last.leaf),
                           (SELECT e.nodes FROM lantik.deed e WHERE e.leaf_index = last.leaf)), $1 * 32 + 1, 32)
      FROM (SELECT (($2 + 1) << $1::integer) - 1 AS leaf) last
    $$;
COMMENT ON FUNCTION lantik.node_hash(smallint, bigint) IS
    'RFC 6962 hash of the subtree of 2^level leaves that is the index-th of its level, from 0; NULL or empty while it is not complete. Privacy: N.';
GRANT EXECUTE ON FUNCTION lantik.node_hash(smallint, bigint)
    TO lantik_daemon, lantik_operator, lantik_reviewer, lantik_auditor;

CREATE TABLE lantik.deed_refusal (
    request_no bigint NOT NULL,
    why        text NOT NULL CHECK (why <> ''),
    refused_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT deed_refusal_pkey PRIMARY KEY (request_no),
    CONSTRAINT deed_refusal_request_no_fkey FOREIGN KEY (request_no) REFERENCES lantik.deed_request (request_no)
);
COMMENT ON TABLE lantik.deed_refusal IS
    'Deeds that could not be carried out; nothing was changed by them. INSERT-only. Grain: one request. Source: lantikd. Privacy: N.';
COMMENT ON COLUMN lantik.deed_refusal.request_no IS 'The request. Privacy: N.';
COMMENT ON COLUMN lantik.deed_refusal.why IS 'What was in the way and what to do, in English; no value of a person. Privacy: N.';
COMMENT ON COLUMN lantik.deed_refusal.refused_at IS 'When it was refused. Privacy: N.';

-- ---- offices and their keys, as the deeds left them ----

-- A key counts only with its deed: a row without one lets nobody in.
ALTER TABLE lantik.office ADD CONSTRAINT office_added_leaf_fkey
    FOREIGN KEY (added_leaf) REFERENCES lantik.deed (leaf_index);
ALTER TABLE lantik.office_key ADD CONSTRAINT office_key_added_leaf_fkey
    FOREIGN KEY (added_leaf) REFERENCES lantik.deed (leaf_index);

CREATE TABLE lantik.office_scope (
    leaf_index bigint NOT NULL,
    office_no  integer NOT NULL,
    valid_from date NOT NULL DEFAULT '-infinity',
    valid_to   date NOT NULL DEFAULT 'infinity',
    kanreg_id  text COLLATE "C" CHECK (kanreg_id ~ '^[0-9]{2}$'),
    agencies   text[] CHECK (cardinality(agencies) BETWEEN 1 AND 64 AND array_position(agencies, NULL) IS NULL),
    CONSTRAINT office_scope_pkey PRIMARY KEY (leaf_index),
    CONSTRAINT office_scope_leaf_index_fkey FOREIGN KEY (leaf_index) REFERENCES lantik.deed (leaf_index),
    CONSTRAINT office_scope_office_no_fkey FOREIGN KEY (office_no) REFERENCES lantik.office (office_no),
    CONSTRAINT office_scope_one CHECK ((kanreg_id IS NULL) <> (agencies IS NULL)),
    CONSTRAINT office_scope_period CHECK (valid_from < valid_to)
);
CREATE INDEX office_scope_office_no ON lantik.office_scope (office_no, leaf_index);
COMMENT ON INDEX lantik.office_scope_office_no IS 'Scopes of an office, in the order of the ledger.';
COMMENT ON TABLE lantik.office_scope IS
    'What each office may send for, and when. On a day the latest deed whose period holds it counts. Grain: one office and deed. Source: lantikd, deeds office-add and scope. Privacy: N.';
COMMENT ON COLUMN lantik.office_scope.leaf_index IS 'Leaf of the deed. Privacy: N.';
COMMENT ON COLUMN lantik.office_scope.office_no IS 'The office. Privacy: N.';
COMMENT ON COLUMN lantik.office_scope.valid_from IS 'First day, in Asia/Jakarta. Privacy: N.';
COMMENT ON COLUMN lantik.office_scope.valid_to IS 'First day on which it counts no longer. Privacy: N.';
COMMENT ON COLUMN lantik.office_scope.kanreg_id IS 'It may send for every agency of this regional office; NULL with a list. Privacy: N.';
COMMENT ON COLUMN lantik.office_scope.agencies IS 'It may send for these agencies (kode_instansi), at most 64; NULL with a regional office. Privacy: N.';

CREATE TABLE lantik.receipt_key (
    vkey             text COLLATE "C" NOT NULL,
    from_size        bigint NOT NULL CHECK (from_size >= 0),
    until_size       bigint,
    compromised_from bigint,
    added_leaf       bigint,
    retired_leaf     bigint,
    CONSTRAINT receipt_key_pkey PRIMARY KEY (vkey),
    CONSTRAINT receipt_key_added CHECK ((added_leaf IS NULL) = (from_size = 0)),
    CONSTRAINT receipt_key_retired CHECK ((until_size IS NULL) = (retired_leaf IS NULL))
);
COMMENT ON TABLE lantik.receipt_key IS
    'Keys that sign checkpoints, each from a size of the ledger on. Grain: one key. Source: lantikd, its first start and deeds receipt-key-add and receipt-key-retire. Privacy: N.';
COMMENT ON COLUMN lantik.receipt_key.vkey IS 'Verifier key (C2SP signed note) under the base origin. Privacy: N.';
COMMENT ON COLUMN lantik.receipt_key.from_size IS 'First size of the ledger that it signs; 0 for the first key. Privacy: N.';
COMMENT ON COLUMN lantik.receipt_key.until_size IS 'First size that it signs no longer; NULL while it signs. Privacy: N.';
COMMENT ON COLUMN lantik.receipt_key.compromised_from IS
    'From this size on its signatures prove nothing; NULL: they all hold. Privacy: N.';
COMMENT ON COLUMN lantik.receipt_key.added_leaf IS 'Leaf of the deed that added it; NULL for the first key. Privacy: N.';
COMMENT ON COLUMN lantik.receipt_key.retired_leaf IS 'Leaf of the deed that retired it; NULL while it signs. Privacy: N.';

-- ---- forks ----

CREATE TABLE lantik.ledger_fork (
    fork_no   bigint GENERATED ALWAYS AS IDENTITY,
    epoch     integer NOT NULL CHECK (epoch >= 1),
    size      bigint NOT NULL CHECK (size > 0),
    root      bytea NOT NULL CHECK (octet_length(root) = 32),
    note      text NOT NULL,
    office_no integer,
    head_size bigint NOT NULL,
    head_root bytea NOT NULL CHECK (octet_length(head_root) = 32),
    found_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ledger_fork_pkey PRIMARY KEY (fork_no),
    CONSTRAINT ledger_fork_key UNIQUE (epoch, size, root),
    CONSTRAINT ledger_fork_office_no_fkey FOREIGN KEY (office_no) REFERENCES lantik.office (office_no)
);
COMMENT ON TABLE lantik.ledger_fork IS
    'Signed checkpoints of this log that its ledger does not continue: proof that it lost leaves. While one of the present epoch stands here no daemon takes anything (lantikctl ledger recover). INSERT-only. Grain: one checkpoint. Source: lantikd. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.fork_no IS 'Number. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.epoch IS 'Epoch of the checkpoint. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.size IS 'Its number of leaves. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.root IS 'Its root, 32 bytes. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.note IS 'The signed checkpoint. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.office_no IS 'Office that held it; NULL: the daemon itself. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.head_size IS 'Size of the ledger when it was found. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.head_root IS 'Root of the ledger when it was found, 32 bytes. Privacy: N.';
COMMENT ON COLUMN lantik.ledger_fork.found_at IS 'When it was found. Privacy: N.';

-- ---- what was erased ----

CREATE TABLE lantik.erased_row (
    batch_no       bigint NOT NULL,
    record_no      integer NOT NULL,
    part           smallint NOT NULL CHECK (part IN (1, 2)),
    row_hash       bytea NOT NULL CHECK (octet_length(row_hash) = 32),
    kelompok_lapor smallint NOT NULL,
    leaf_index     bigint NOT NULL,
    CONSTRAINT erased_row_pkey PRIMARY KEY (batch_no, record_no, part),
    -- Nothing is erased without its deed: the commit fails.
    CONSTRAINT erased_row_leaf_index_fkey FOREIGN KEY (leaf_index) REFERENCES lantik.deed (leaf_index)
        DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE lantik.erased_row IS
    'Rows that were erased, by their hashes. INSERT-only. Grain: one row of the register, or one returned record. Source: lantikd, deeds erase. Privacy: N.';
COMMENT ON COLUMN lantik.erased_row.batch_no IS 'Batch or decision of the row. Privacy: N.';
COMMENT ON COLUMN lantik.erased_row.record_no IS 'Its record. Privacy: N.';
COMMENT ON COLUMN lantik.erased_row.part IS '1 a row of the register, 2 a returned record. Privacy: N.';
COMMENT ON COLUMN lantik.erased_row.row_hash IS 'Its hash under rows_root or returned_root, 32 bytes. The salt is gone, so it tells nothing of the person. Privacy: N.';
COMMENT ON COLUMN lantik.erased_row.kelompok_lapor IS
    'Reporting group under which the row is counted, code of list kelompok_lapor of lantik.word; 0: none, or a returned record. Privacy: N.';
COMMENT ON COLUMN lantik.erased_row.leaf_index IS 'Leaf of the deed. Privacy: N.';

CREATE TABLE lantik.erased_body (
    batch_no   bigint NOT NULL,
    leaf_index bigint NOT NULL,
    CONSTRAINT erased_body_pkey PRIMARY KEY (batch_no),
    CONSTRAINT erased_body_leaf_index_fkey FOREIGN KEY (leaf_index) REFERENCES lantik.deed (leaf_index)
        DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE lantik.erased_body IS
    'Refused batches whose body was deleted because it held an erased person; its digest stays in the leaf. INSERT-only. Grain: one batch. Source: lantikd, deeds erase. Privacy: N.';
COMMENT ON COLUMN lantik.erased_body.batch_no IS 'The batch. Privacy: N.';
COMMENT ON COLUMN lantik.erased_body.leaf_index IS 'Leaf of the first deed that deleted it. Privacy: N.';

CREATE TABLE lantik.erased_place (
    leaf_index     bigint NOT NULL,
    kode_instansi  text COLLATE "C" NOT NULL,
    kind           smallint NOT NULL,
    programme      text COLLATE "C" NOT NULL,
    kelompok_lapor smallint NOT NULL,
    used           bigint NOT NULL CHECK (used <> 0),
    CONSTRAINT erased_place_pkey PRIMARY KEY (leaf_index, kode_instansi, kind, programme, kelompok_lapor),
    CONSTRAINT erased_place_leaf_index_fkey FOREIGN KEY (leaf_index) REFERENCES lantik.deed (leaf_index)
        DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE lantik.erased_place IS
    'Places of formations that erased people took: counters and places stay as they were. INSERT-only. Grain: one deed, agency, kind, programme and reporting group. Source: lantikd, deeds erase. Privacy: N.';
COMMENT ON COLUMN lantik.erased_place.leaf_index IS 'Leaf of the deed. Privacy: N.';
COMMENT ON COLUMN lantik.erased_place.kode_instansi IS 'Agency, 4 digits. Privacy: N.';
COMMENT ON COLUMN lantik.erased_place.kind IS 'Kind of appointment. Code of list kind of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.erased_place.programme IS 'Programme. Privacy: N.';
COMMENT ON COLUMN lantik.erased_place.kelompok_lapor IS 'Reporting group, code of list kelompok_lapor of lantik.word; 0: none. Privacy: N.';
COMMENT ON COLUMN lantik.erased_place.used IS 'Places that the erased rows account for. Unit: people. Privacy: N.';

-- ---- erasing ----

-- The one way to delete anything. It deletes a row only while it writes its hash, and what it writes needs its deed at
-- the end of the transaction. What was found and hashed is the daemon's; here the counts must agree.
CREATE FUNCTION lantik.erase(leaf bigint, nik text, row_batch_nos bigint[], row_record_nos integer[], row_hashes bytea[],
                             returned_batch_nos bigint[], returned_record_nos integer[], returned_hashes bytea[],
                             body_batch_nos bigint[], rejections integer)
    RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    done      integer;
    first_key bigint := nullif(erase.nik, '')::bigint << 3;
BEGIN
    IF cardinality(row_batch_nos) + cardinality(returned_batch_nos) + cardinality(body_batch_nos) = 0 THEN
        RAISE EXCEPTION 'nothing to erase' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    WITH gone AS (
        DELETE FROM lantik.register a
         USING unnest(row_batch_nos, row_record_nos, row_hashes) AS w(batch_no, record_no, hash)
         WHERE a.batch_no = w.batch_no AND a.record_no = w.record_no
        RETURNING w.batch_no, w.record_no, w.hash, coalesce(a.kelompok_lapor, 0::smallint) AS kelompok_lapor)
    INSERT INTO lantik.erased_row (batch_no, record_no, part, row_hash, kelompok_lapor, leaf_index)
    SELECT g.batch_no, g.record_no, 1, g.hash, g.kelompok_lapor, erase.leaf FROM gone g;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> cardinality(row_batch_nos) THEN
        RAISE EXCEPTION 'rows of the register are missing' USING ERRCODE = 'serialization_failure';
    END IF;
    WITH gone AS (
        DELETE FROM lantik.returned_record r
         USING unnest(returned_batch_nos, returned_record_nos, returned_hashes) AS w(batch_no, record_no, hash)
         WHERE r.batch_no = w.batch_no AND r.record_no = w.record_no
        RETURNING w.batch_no, w.record_no, w.hash)
    INSERT INTO lantik.erased_row (batch_no, record_no, part, row_hash, kelompok_lapor, leaf_index)
    SELECT g.batch_no, g.record_no, 2, g.hash, 0, erase.leaf FROM gone g;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> cardinality(returned_batch_nos) THEN
        RAISE EXCEPTION 'returned records are missing' USING ERRCODE = 'serialization_failure';
    END IF;
    WITH gone AS (DELETE FROM lantik.batch_body b WHERE b.batch_no = ANY (body_batch_nos) RETURNING b.batch_no)
    INSERT INTO lantik.erased_body (batch_no, leaf_index) SELECT g.batch_no, erase.leaf FROM gone g;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> cardinality(body_batch_nos) THEN
        RAISE EXCEPTION 'bodies are missing' USING ERRCODE = 'serialization_failure';
    END IF;
    -- A current row or a rejection tells of rows; it goes with them.
    DELETE FROM lantik.current_appointment c
     WHERE c.nik_key BETWEEN first_key AND first_key + 7
       AND (c.batch_no, c.record_no) IN (SELECT * FROM unnest(row_batch_nos, row_record_nos));
    PERFORM FROM lantik.current_appointment c WHERE c.nik_key BETWEEN first_key AND first_key + 7;
    IF FOUND THEN
        RAISE EXCEPTION 'a current row has no row in the register' USING ERRCODE = 'serialization_failure';
    END IF;
    DELETE FROM lantik.rejected r WHERE r.nik = erase.nik;
    GET DIAGNOSTICS done = ROW_COUNT;
    IF done <> rejections THEN
        RAISE EXCEPTION 'rejections are missing' USING ERRCODE = 'serialization_failure';
    END IF;
END;
$$;
COMMENT ON FUNCTION lantik.erase(bigint, text, bigint[], integer[], bytea[], bigint[], integer[], bytea[], bigint[], integer) IS
    'Deletes the rows of one person while it writes their hashes under the leaf of the deed; only for lantikd, which found and hashed them. Privacy: I.';
GRANT EXECUTE ON FUNCTION
    lantik.erase(bigint, text, bigint[], integer[], bytea[], bigint[], integer[], bytea[], bigint[], integer) TO lantik_daemon;

-- ---- who may what ----

GRANT SELECT ON lantik.deed_request, lantik.deed, lantik.deed_refusal, lantik.office_scope, lantik.receipt_key,
    lantik.ledger_fork TO lantik_daemon, lantik_operator, lantik_reviewer;
GRANT SELECT ON lantik.erased_row, lantik.erased_body, lantik.erased_place TO lantik_daemon;
-- Whose batch cannot be made again.
GRANT SELECT ON lantik.erased_row, lantik.erased_body TO lantik_reviewer;
GRANT INSERT (deed_id, kind, request) ON lantik.deed_request TO lantik_operator, lantik_reviewer;
GRANT INSERT (in_force) ON lantik.deed_request TO lantik_reviewer;
GRANT INSERT ON lantik.deed, lantik.deed_refusal, lantik.office_scope, lantik.receipt_key, lantik.erased_place, lantik.office,
    lantik.office_key TO lantik_daemon;
GRANT INSERT (epoch, size, root, note, office_no, head_size, head_root) ON lantik.ledger_fork TO lantik_daemon;
GRANT UPDATE (revoked_at, reason) ON lantik.office, lantik.office_key TO lantik_daemon;
GRANT UPDATE (until_size, compromised_from, retired_leaf) ON lantik.receipt_key TO lantik_daemon;
GRANT UPDATE (version, changed_at) ON lantik.reference_version TO lantik_daemon;
GRANT SELECT ON ALL TABLES IN SCHEMA lantik TO lantik_auditor;
