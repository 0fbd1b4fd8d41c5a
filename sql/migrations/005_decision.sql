-- Officials decide: their requests, the decisions that the daemon made of them, and what stands after them.
-- SPDX-License-Identifier: Apache-2.0
-- Everything here is INSERT-only. A request is carried out by the daemon in one transaction with a leaf of its own, or it
-- gets a refusal and nothing else changes. Rows that a decision accepts stand in the register with the decision's number
-- as their batch_no and keep their record number; so do the findings of a replay.
SET LOCAL ROLE lantik_owner;

CREATE TABLE lantik.decision_request (
    request_no       bigint GENERATED ALWAYS AS IDENTITY,
    act              smallint NOT NULL CHECK (act BETWEEN 1 AND 4),
    batch_no         bigint NOT NULL,
    record_nos       integer[] NOT NULL CHECK (cardinality(record_nos) BETWEEN 1 AND 10000 AND array_ndims(record_nos) = 1
                         AND array_position(record_nos, NULL) IS NULL AND 0 < ALL (record_nos)
                         AND 10000 >= ALL (record_nos)),
    official_nama    text NOT NULL CHECK (length(official_nama) BETWEEN 1 AND 150),
    official_jabatan text CHECK (length(official_jabatan) BETWEEN 1 AND 150),
    reason           text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    requested_by     text NOT NULL DEFAULT session_user,
    requested_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT decision_request_pkey PRIMARY KEY (request_no),
    CONSTRAINT decision_request_batch_no_fkey FOREIGN KEY (batch_no) REFERENCES lantik.batch (batch_no),
    CONSTRAINT decision_request_one_line
        CHECK (official_nama || coalesce(official_jabatan, '') || reason !~ '[\u0001-\u001f\u007f-\u009f\u2028\u2029]')
);
COMMENT ON TABLE lantik.decision_request IS
    'What officials asked for; the daemon answers with a decision or a decision_refusal. INSERT-only. Grain: one act on records of one batch. Source: lantikctl review and replay. Privacy: I.';
COMMENT ON COLUMN lantik.decision_request.request_no IS 'Number of the request; requests are carried out in its order. Privacy: N.';
COMMENT ON COLUMN lantik.decision_request.act IS '1 accept, 2 return, 3 reject, 4 replay. Code of list act of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.decision_request.batch_no IS 'The batch as it was sent. Privacy: N.';
COMMENT ON COLUMN lantik.decision_request.record_nos IS 'Its records, from 1. Privacy: N.';
COMMENT ON COLUMN lantik.decision_request.official_nama IS 'Name of the official who answers for it. One line of at most 150 characters. Privacy: I.';
COMMENT ON COLUMN lantik.decision_request.official_jabatan IS 'Position of the official; NULL: not given. One line of at most 150 characters. Privacy: I.';
COMMENT ON COLUMN lantik.decision_request.reason IS 'Why, in the official''s words. One line of at most 500 characters. Privacy: I.';
COMMENT ON COLUMN lantik.decision_request.requested_by IS 'Role that was logged in; nobody can set it. Privacy: N.';
COMMENT ON COLUMN lantik.decision_request.requested_at IS 'When it was asked for; nobody can set it. Privacy: N.';

CREATE TABLE lantik.decision (
    decision_no     bigint NOT NULL DEFAULT nextval('lantik.batch_no'),
    request_no      bigint NOT NULL,
    decision_id     uuid NOT NULL,
    office_no       integer NOT NULL,
    batch_no        bigint NOT NULL,
    kode_instansi   text COLLATE "C" NOT NULL,
    kind            smallint NOT NULL,
    step            smallint NOT NULL,
    act             smallint NOT NULL CHECK (act BETWEEN 1 AND 4),
    accepted        integer NOT NULL CHECK (accepted >= 0),
    returned        integer NOT NULL CHECK (returned >= 0),
    review          integer NOT NULL CHECK (review >= 0),
    rejected        integer NOT NULL CHECK (rejected >= 0),
    row_format      smallint NOT NULL,
    rows_root       bytea NOT NULL CHECK (octet_length(rows_root) = 32),
    rulebook_sha256 bytea NOT NULL CHECK (octet_length(rulebook_sha256) = 32),
    statement       text NOT NULL,
    leaf_index      bigint NOT NULL CHECK (leaf_index >= 0),
    durability      smallint NOT NULL CHECK (durability BETWEEN 1 AND 3),
    requested_at    timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    row_hashes      bytea NOT NULL,
    nodes           bytea NOT NULL,
    CONSTRAINT decision_pkey PRIMARY KEY (decision_no),
    CONSTRAINT decision_request_no_key UNIQUE (request_no),
    CONSTRAINT decision_id_key UNIQUE (decision_id),
    CONSTRAINT decision_leaf_index_key UNIQUE (leaf_index),
    CONSTRAINT decision_request_no_fkey FOREIGN KEY (request_no) REFERENCES lantik.decision_request (request_no),
    CONSTRAINT decision_office_no_fkey FOREIGN KEY (office_no) REFERENCES lantik.office (office_no),
    CONSTRAINT decision_batch_no_fkey FOREIGN KEY (batch_no) REFERENCES lantik.batch (batch_no),
    CONSTRAINT decision_of_records CHECK (accepted + returned + review + rejected > 0)
);
CREATE INDEX decision_batch_no ON lantik.decision (batch_no, leaf_index);
CREATE INDEX decision_office_no ON lantik.decision (office_no, leaf_index);
ALTER TABLE lantik.decision ALTER COLUMN statement SET COMPRESSION lz4;
ALTER TABLE lantik.decision ALTER COLUMN row_hashes SET STORAGE EXTERNAL;
CREATE INDEX batch_office_no ON lantik.batch (office_no, leaf_index);
COMMENT ON INDEX lantik.batch_office_no IS 'Batches of an office, in the order of the ledger.';
COMMENT ON INDEX lantik.decision_batch_no IS 'Decisions of a batch, in the order of the ledger.';
COMMENT ON INDEX lantik.decision_office_no IS 'Decisions for an office, in the order of the ledger.';
COMMENT ON TABLE lantik.decision IS
    'Requests that were carried out, each with its leaf. INSERT-only. Grain: one act on records of one batch. Source: lantikd. Privacy: I.';
COMMENT ON COLUMN lantik.decision.decision_no IS 'Number of the decision, of the same sequence as batches. Privacy: N.';
COMMENT ON COLUMN lantik.decision.request_no IS 'Request that it carries out. Privacy: N.';
COMMENT ON COLUMN lantik.decision.decision_id IS 'Id that the office knows it by. Privacy: N.';
COMMENT ON COLUMN lantik.decision.office_no IS 'Office that sent the batch. Privacy: N.';
COMMENT ON COLUMN lantik.decision.batch_no IS 'The batch as it was sent. Privacy: N.';
COMMENT ON COLUMN lantik.decision.kode_instansi IS 'Agency, 4 digits. Privacy: N.';
COMMENT ON COLUMN lantik.decision.kind IS 'Kind of appointment. Code of list kind of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.decision.step IS 'Step. Code of list step of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.decision.act IS '1 accept, 2 return, 3 reject, 4 replay. Code of list act of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.decision.accepted IS 'Records that it put into the register (MS). Privacy: N.';
COMMENT ON COLUMN lantik.decision.returned IS 'Records that it returned for repair (BTS). Privacy: N.';
COMMENT ON COLUMN lantik.decision.review IS 'Records that wait for an official after it. Privacy: N.';
COMMENT ON COLUMN lantik.decision.rejected IS 'Records that the official rejected (TMS). Privacy: N.';
COMMENT ON COLUMN lantik.decision.row_format IS 'Row format of rows_root. Privacy: N.';
COMMENT ON COLUMN lantik.decision.rows_root IS 'RFC 6962 root over the rows that it accepted, 32 bytes. Privacy: N.';
COMMENT ON COLUMN lantik.decision.rulebook_sha256 IS 'SHA-256 of the rulebook that was in force, 32 bytes. Privacy: N.';
COMMENT ON COLUMN lantik.decision.statement IS
    'The statement: canonical text with the official, the reason and every record''s outcome. Privacy: I.';
COMMENT ON COLUMN lantik.decision.leaf_index IS 'Its leaf of the ledger, from 0, without gaps. Privacy: N.';
COMMENT ON COLUMN lantik.decision.durability IS
    'What the commit promised: 1 one server, 2 a synchronous quorum, 3 unsafe test settings. Privacy: N.';
COMMENT ON COLUMN lantik.decision.requested_at IS 'When the official asked for it. Privacy: N.';
COMMENT ON COLUMN lantik.decision.recorded_at IS 'Time in the leaf, taken under the head''s lock. Privacy: N.';
COMMENT ON COLUMN lantik.decision.row_hashes IS
    'Hashes of the rows that it accepted, in record order, 32 bytes each, so that an altered row can be named; their RFC 6962 root is rows_root. Privacy: N.';
COMMENT ON COLUMN lantik.decision.nodes IS
    'Hashes of the complete subtrees of the ledger that end with its leaf, lowest first (level 0: of the leaf itself), 32 bytes each. Privacy: N.';

-- Written before the head is locked and the row of decision under it, so without a foreign key, as batch_body is.
CREATE TABLE lantik.decided_record (
    decision_no bigint NOT NULL,
    batch_no    bigint NOT NULL,
    record_no   integer NOT NULL,
    outcome     smallint NOT NULL CHECK (outcome BETWEEN 1 AND 4),
    cause       text COLLATE "C",
    CONSTRAINT decided_record_pkey PRIMARY KEY (decision_no, record_no)
);
CREATE INDEX decided_record_batch_no ON lantik.decided_record (batch_no, record_no, decision_no);
CREATE UNIQUE INDEX decided_record_final_key ON lantik.decided_record (batch_no, record_no) WHERE outcome IN (1, 4);
COMMENT ON INDEX lantik.decided_record_batch_no IS 'What was decided of a record, in order.';
COMMENT ON INDEX lantik.decided_record_final_key IS 'Nobody is accepted or rejected twice.';
COMMENT ON TABLE lantik.decided_record IS
    'What each decision made of each of its records. INSERT-only. Grain: one record of one decision. Source: lantikd. Privacy: N.';
COMMENT ON COLUMN lantik.decided_record.decision_no IS 'The decision. Privacy: N.';
COMMENT ON COLUMN lantik.decided_record.batch_no IS 'The batch as it was sent. Privacy: N.';
COMMENT ON COLUMN lantik.decided_record.record_no IS 'The record, from 1. Privacy: N.';
COMMENT ON COLUMN lantik.decided_record.outcome IS '1 accepted (MS), 2 returned (BTS), 3 waits for an official, 4 rejected (TMS). Privacy: N.';
COMMENT ON COLUMN lantik.decided_record.cause IS
    'Fingerprint of what holds it back now, as in returned_record; NULL when it was accepted. Privacy: N.';

CREATE TABLE lantik.decision_refusal (
    request_no bigint NOT NULL,
    rule_case  text COLLATE "C",
    why        text NOT NULL CHECK (why <> ''),
    refused_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT decision_refusal_pkey PRIMARY KEY (request_no),
    CONSTRAINT decision_refusal_request_no_fkey FOREIGN KEY (request_no) REFERENCES lantik.decision_request (request_no)
);
COMMENT ON TABLE lantik.decision_refusal IS
    'Requests that could not be carried out; nothing was changed by them. INSERT-only. Grain: one request. Source: lantikd. Privacy: N.';
COMMENT ON COLUMN lantik.decision_refusal.request_no IS 'The request. Privacy: N.';
COMMENT ON COLUMN lantik.decision_refusal.rule_case IS 'Case of the rule that forbids it (lantik.rule_case); NULL: another reason. Privacy: N.';
COMMENT ON COLUMN lantik.decision_refusal.why IS 'What was in the way and what to do, in English; record numbers and codes only. Privacy: N.';
COMMENT ON COLUMN lantik.decision_refusal.refused_at IS 'When it was refused. Privacy: N.';

CREATE TABLE lantik.rejected (
    nik         text COLLATE "C" NOT NULL,
    kind        smallint NOT NULL,
    programme   text COLLATE "C" NOT NULL DEFAULT '',
    decision_no bigint NOT NULL,
    -- Programmes without a rejection, most of them, are told apart by the beginning of the key.
    CONSTRAINT rejected_pkey PRIMARY KEY (kind, programme, nik)
);
COMMENT ON TABLE lantik.rejected IS
    'People whose appointment an official rejected (TMS); rule S05.rejected returns their records. INSERT-only. Grain: one person (NIK), kind and programme. Source: lantikd. Privacy: I.';
COMMENT ON COLUMN lantik.rejected.nik IS 'Population number, 16 digits. Privacy: I.';
COMMENT ON COLUMN lantik.rejected.kind IS 'Kind of appointment. Code of list kind of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.rejected.programme IS 'Programme of the batch; empty when it named none. Privacy: N.';
COMMENT ON COLUMN lantik.rejected.decision_no IS 'Decision by which the official rejected it. Privacy: N.';

CREATE VIEW lantik.entry AS
SELECT batch_no, batch_no AS origin_batch_no, leaf_index, office_no, kode_instansi, kind, step, programme, periode,
       recorded_at, received_at, false AS decision
  FROM lantik.batch
 UNION ALL
SELECT d.decision_no, d.batch_no, d.leaf_index, d.office_no, d.kode_instansi, d.kind, d.step, b.programme, b.periode,
       d.recorded_at, b.received_at, true
  FROM lantik.decision d
  JOIN lantik.batch b ON b.batch_no = d.batch_no;
COMMENT ON VIEW lantik.entry IS
    'Whatever rows of the register and findings can belong to: batches and decisions under one number. Grain: one batch or decision. Source: lantik.batch, lantik.decision. Privacy: N.';
COMMENT ON COLUMN lantik.entry.batch_no IS 'Number that rows and findings carry: of the batch or of the decision. Privacy: N.';
COMMENT ON COLUMN lantik.entry.origin_batch_no IS 'The batch as it was sent; the same number for a batch itself. Privacy: N.';
COMMENT ON COLUMN lantik.entry.leaf_index IS 'Its leaf of the ledger, from 0, without gaps. Privacy: N.';
COMMENT ON COLUMN lantik.entry.office_no IS 'Office that sent the batch. Privacy: N.';
COMMENT ON COLUMN lantik.entry.kode_instansi IS 'Agency, 4 digits. Privacy: N.';
COMMENT ON COLUMN lantik.entry.kind IS 'Kind of appointment. Code of list kind of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.entry.step IS 'Step. Code of list step of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.entry.programme IS 'Programme of the batch. Privacy: N.';
COMMENT ON COLUMN lantik.entry.periode IS 'Year of the programme. Privacy: N.';
COMMENT ON COLUMN lantik.entry.recorded_at IS 'Time in its own leaf. Privacy: N.';
COMMENT ON COLUMN lantik.entry.received_at IS 'When the daemon held the whole body of the batch. Privacy: N.';
COMMENT ON COLUMN lantik.entry.decision IS 'True for a decision. Privacy: N.';

CREATE VIEW lantik.record_state AS
SELECT r.batch_no, r.record_no,
       CASE coalesce(d.outcome, r.outcome + 1)
           WHEN 1 THEN 'accepted' WHEN 2 THEN 'returned' WHEN 3 THEN 'review' ELSE 'rejected' END AS state,
       d.decision_no, CASE WHEN d.decision_no IS NULL THEN r.cause ELSE d.cause END AS cause,
       EXISTS (SELECT FROM lantik.batch b
                 JOIN lantik.register a
                   ON a.office_no = b.office_no AND a.corrects_record_no = r.record_no
                  AND a.corrects_batch_id = ANY (ARRAY(
                      SELECT b.batch_id UNION ALL
                      SELECT e.decision_id FROM lantik.decision e JOIN lantik.decided_record f USING (decision_no)
                       WHERE f.batch_no = r.batch_no AND f.record_no = r.record_no))
                WHERE b.batch_no = r.batch_no) AS corrected
  FROM lantik.returned_record r
  LEFT JOIN LATERAL (SELECT l.decision_no, l.outcome, l.cause
                       FROM lantik.decided_record l
                      WHERE l.batch_no = r.batch_no AND l.record_no = r.record_no
                      ORDER BY l.decision_no DESC
                      LIMIT 1) d ON true;
CREATE INDEX register_corrects ON lantik.register (corrects_batch_id, corrects_record_no)
    WHERE corrects_batch_id IS NOT NULL;
COMMENT ON INDEX lantik.register_corrects IS 'Accepted corrections of a record.';
COMMENT ON VIEW lantik.record_state IS
    'Records that did not go into the register with their batch, as they stand now. Grain: one record of one batch. Source: lantik.returned_record, lantik.decided_record. Privacy: N.';
COMMENT ON COLUMN lantik.record_state.batch_no IS 'The batch as it was sent. Privacy: N.';
COMMENT ON COLUMN lantik.record_state.record_no IS 'The record, from 1. Privacy: N.';
COMMENT ON COLUMN lantik.record_state.state IS
    'returned (BTS), review (waits for an official), accepted (MS) or rejected (TMS) by a decision. Privacy: N.';
COMMENT ON COLUMN lantik.record_state.decision_no IS 'The last decision on it; NULL: none. Privacy: N.';
COMMENT ON COLUMN lantik.record_state.cause IS
    'Fingerprint of what holds it back now: its cases without warnings, sorted; NULL when it was accepted. Privacy: N.';
COMMENT ON COLUMN lantik.record_state.corrected IS 'A later record that was accepted says that it corrects this one. Privacy: N.';

GRANT SELECT ON lantik.decision_request TO lantik_daemon;
GRANT SELECT, INSERT ON lantik.decision, lantik.decided_record, lantik.decision_refusal, lantik.rejected TO lantik_daemon;
GRANT SELECT ON lantik.entry, lantik.record_state TO lantik_daemon, lantik_operator, lantik_reviewer;

-- The operator sees that there are decisions, without the officials and their words.
GRANT SELECT (request_no, act, batch_no, record_nos, requested_by, requested_at) ON lantik.decision_request
    TO lantik_operator;
GRANT SELECT (decision_no, request_no, decision_id, office_no, batch_no, kode_instansi, kind, step, act, accepted, returned,
    review, rejected, row_format, rows_root, rulebook_sha256, leaf_index, durability, requested_at, recorded_at,
    nodes) ON lantik.decision TO lantik_operator;
GRANT SELECT ON lantik.decided_record, lantik.decision_refusal TO lantik_operator;
GRANT SELECT (batch_no, record_no, outcome, cause) ON lantik.returned_record TO lantik_operator;

-- The reviewer sees records in the register and outside it, and asks. Who asks and when is not the reviewer's to say.
GRANT SELECT ON lantik.decision_request, lantik.decision, lantik.decided_record, lantik.decision_refusal,
    lantik.returned_record, lantik.batch_body, lantik.register, lantik.finding, lantik.office,
    lantik.ledger_head, lantik.ledger_leaf, lantik.checkpoint TO lantik_reviewer;
GRANT SELECT (batch_no, office_no, batch_id, kode_instansi, kind, step, outcome, corrects_batch_id, manifest_sha256,
    records_root, signing_key_id, signature, rulebook_sha256, row_count, accepted, returned, review, row_format,
    rows_root, programme, periode, no_surat_usulan, tgl_surat_usulan, sptjm_no, sptjm_tgl, sent_at, verdict,
    leaf_index, durability, received_at, recorded_at, manifest, all_or_nothing, body_form, nodes) ON lantik.batch TO lantik_reviewer;
GRANT INSERT (act, batch_no, record_nos, official_nama, official_jabatan, reason) ON lantik.decision_request
    TO lantik_reviewer;
-- A body is shown with its office's signature.
GRANT SELECT (office_no, signing_key_id, signing_vkey) ON lantik.office_key TO lantik_reviewer;
-- The tables by which records are judged, as the daemon reads them.
GRANT SELECT ON lantik.agency, lantik.kanreg, lantik.kanreg_province, lantik.region, lantik.retired_region,
    lantik.education_level, lantik.minimum_wage, lantik.formation, lantik.target, lantik.pay_budget,
    lantik.rule_parameter, lantik.reference_version, lantik.rule, lantik.rule_case, lantik.word TO lantik_reviewer;
GRANT EXECUTE ON FUNCTION lantik.rulebook_text() TO lantik_reviewer;
