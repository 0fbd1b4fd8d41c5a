-- History: every version of an appointment, how it stood on a day and as it was known at a time; decisions and open returns.
-- SPDX-License-Identifier: Apache-2.0
-- Functions of the schema analyst run with their owner's rights, like its views, and let the same columns pass.
SET LOCAL ROLE lantik_owner;

-- The twin of lantik_name_key() (include/lantik/name.h) for queries.
CREATE FUNCTION lantik.name_key(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
RETURN lower(btrim(regexp_replace(
           translate(normalize(regexp_replace(name, U&'[\200B-\200D\FEFF]', '', 'g'), NFC),
                     U&'\2018\2019\02BC\0060\00B4\00A0\2002\2003\2009\202F\3000', U&'\0027\0027\0027\0027\0027      '),
           '\s+', ' ', 'g')) COLLATE "und-x-icu");
COMMENT ON FUNCTION lantik.name_key(text) IS
    'A name in the form in which names are compared: NFC, one apostrophe, single blanks, small letters. Privacy: N.';

CREATE VIEW lantik.version AS
SELECT a.nik, a.kind, a.batch_no, a.record_no, a.step, a.change_kind, e.leaf_index, e.recorded_at,
       CASE a.kind WHEN 3 THEN coalesce(a.tmt_cpns, a.tmt) WHEN 4 THEN coalesce(a.tmt_pns, a.tmt)
                   WHEN 5 THEN coalesce(a.tmt_jabatan, a.tmt_pelantikan)
                   ELSE coalesce(a.tgl_kontrak_mulai, a.tmt) END AS starts_on,
       CASE WHEN a.change_kind = 3
            THEN coalesce(a.tgl_kontrak_akhir, (e.recorded_at AT TIME ZONE 'Asia/Jakarta')::date - 1)
            WHEN a.kind <= 2 THEN a.tgl_kontrak_akhir END AS last_day
  FROM lantik.appointment a
  JOIN lantik.entry e ON e.batch_no = a.batch_no;
COMMENT ON VIEW lantik.version IS
    'Every version of every appointment with the days for which it speaks. A later leaf is the later version. Grain: one version. Source: lantik.appointment, lantik.entry. Privacy: I.';
COMMENT ON COLUMN lantik.version.nik IS 'Population number, 16 digits. Privacy: I.';
COMMENT ON COLUMN lantik.version.kind IS 'Kind of appointment. Code of list kind of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.version.batch_no IS 'Batch or decision that recorded it. Privacy: N.';
COMMENT ON COLUMN lantik.version.record_no IS 'Its record. Privacy: N.';
COMMENT ON COLUMN lantik.version.step IS 'Step. Code of list step of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.version.change_kind IS 'What kind of change it is; NULL for a step. Code of list change_kind of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.version.leaf_index IS 'Leaf of its batch or decision. Privacy: N.';
COMMENT ON COLUMN lantik.version.recorded_at IS 'Since when it was known. Privacy: N.';
COMMENT ON COLUMN lantik.version.starts_on IS
    'First day for which it speaks: start of the agreement, or TMT of the kind. Privacy: N.';
COMMENT ON COLUMN lantik.version.last_day IS
    'Last day for which it speaks: end of the agreement; of a termination without one the day before it was recorded; NULL is open. Privacy: N.';

CREATE VIEW analyst.versions WITH (security_barrier) AS
SELECT v.leaf_index, v.record_no, b.batch_id, e.decision, o.name AS office, v.recorded_at, v.starts_on, v.last_day,
       a.kode_instansi, g.nama AS instansi, g.kanreg_id, k.word AS kind, s.word AS step, h.word AS change_kind,
       a.change_reason, lantik.masked(a.nik) AS nik, lantik.masked(a.nip) AS nip, a.jenis_kelamin,
       t.nama AS tk_pendidikan, l.word AS kelompok_lapor, j.word AS kelompok_jabatan, a.jabatan_nama, a.jenjang,
       a.golongan_id, a.unor_nama, a.kode_kabkot, a.tmt, a.no_sk, a.tgl_sk, e.programme, e.periode
  FROM lantik.version v
  JOIN lantik.appointment a ON a.batch_no = v.batch_no AND a.record_no = v.record_no
  JOIN lantik.entry e ON e.batch_no = v.batch_no
  JOIN lantik.batch b ON b.batch_no = e.origin_batch_no
  JOIN lantik.office o ON o.office_no = e.office_no
  LEFT JOIN lantik.agency_latest g ON g.kode_instansi = a.kode_instansi
  LEFT JOIN lantik.education_level t ON t.tk_pendidikan_id = a.tk_pendidikan_id
  LEFT JOIN lantik.word k ON k.list = 'kind' AND k.code = v.kind
  LEFT JOIN lantik.word s ON s.list = 'step' AND s.code = v.step
  LEFT JOIN lantik.word h ON h.list = 'change_kind' AND h.code = v.change_kind
  LEFT JOIN lantik.word l ON l.list = 'kelompok_lapor' AND l.code = a.kelompok_lapor
  LEFT JOIN lantik.word j ON j.list = 'kelompok_jabatan' AND j.code = a.kelompok_jabatan;
COMMENT ON VIEW analyst.versions IS
    'Every version ever recorded, complete, with masked numbers; no name, birth date or pay. Grain: one version, known by leaf_index and record_no. Source: the register. Privacy: I.';
COMMENT ON COLUMN analyst.versions.leaf_index IS 'Leaf of the ledger that recorded it, from 0; a later leaf is a later version. Privacy: N.';
COMMENT ON COLUMN analyst.versions.record_no IS 'Its record in the batch, from 1. Privacy: N.';
COMMENT ON COLUMN analyst.versions.batch_id IS 'Batch as the office sent it. Privacy: N.';
COMMENT ON COLUMN analyst.versions.decision IS 'True when a decision put it into the register, false when its batch did. Privacy: N.';
COMMENT ON COLUMN analyst.versions.office IS 'Office that sent it. Privacy: N.';
COMMENT ON COLUMN analyst.versions.recorded_at IS 'Since when it is known. Privacy: N.';
COMMENT ON COLUMN analyst.versions.starts_on IS 'First day for which it speaks: start of the agreement, or TMT of the kind. Privacy: N.';
COMMENT ON COLUMN analyst.versions.last_day IS
    'Last day for which it speaks: end of the agreement; of a termination without one the day before it was recorded; NULL is open. Privacy: N.';
COMMENT ON COLUMN analyst.versions.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.versions.instansi IS 'Name of the agency today. Privacy: N.';
COMMENT ON COLUMN analyst.versions.kanreg_id IS 'Regional office that serves the agency today. Privacy: N.';
COMMENT ON COLUMN analyst.versions.kind IS 'PPPK_PW, PPPK, CPNS, PNS or JF. Privacy: N.';
COMMENT ON COLUMN analyst.versions.step IS 'NI, SK, PERJANJIAN, SPMT or PELANTIKAN. Privacy: N.';
COMMENT ON COLUMN analyst.versions.change_kind IS 'amendment, extension, termination or withdrawal; NULL: the step itself. Privacy: N.';
COMMENT ON COLUMN analyst.versions.change_reason IS 'Why it was changed, in the office''s words. Privacy: N.';
COMMENT ON COLUMN analyst.versions.nik IS 'Population number, all but the last four digits masked. Privacy: I.';
COMMENT ON COLUMN analyst.versions.nip IS 'NIP or NI PPPK, all but the last four digits masked. Privacy: I.';
COMMENT ON COLUMN analyst.versions.jenis_kelamin IS 'M man, F woman. Privacy: G.';
COMMENT ON COLUMN analyst.versions.tk_pendidikan IS 'Education level. Privacy: G.';
COMMENT ON COLUMN analyst.versions.kelompok_lapor IS 'Reporting group: guru, kesehatan or teknis. Privacy: N.';
COMMENT ON COLUMN analyst.versions.kelompok_jabatan IS 'Group of positions of the part-time programme. Privacy: N.';
COMMENT ON COLUMN analyst.versions.jabatan_nama IS 'Name of the position. Privacy: N.';
COMMENT ON COLUMN analyst.versions.jenjang IS 'Level of a functional official. Privacy: N.';
COMMENT ON COLUMN analyst.versions.golongan_id IS 'Grade: I-XVII for PPPK, I/a-IV/e for PNS. Privacy: N.';
COMMENT ON COLUMN analyst.versions.unor_nama IS 'Organisational unit. Privacy: N.';
COMMENT ON COLUMN analyst.versions.kode_kabkot IS 'Regency or city of the place of work, Kemendagri code. Privacy: N.';
COMMENT ON COLUMN analyst.versions.tmt IS 'Effective from (TMT). Privacy: N.';
COMMENT ON COLUMN analyst.versions.no_sk IS 'Number of the decree. Privacy: N.';
COMMENT ON COLUMN analyst.versions.tgl_sk IS 'Date of the decree. Privacy: N.';
COMMENT ON COLUMN analyst.versions.programme IS 'Programme of the batch. Privacy: N.';
COMMENT ON COLUMN analyst.versions.periode IS 'Year of the programme. Privacy: N.';

CREATE FUNCTION analyst.as_known_at(at timestamptz) RETURNS SETOF analyst.versions
    LANGUAGE sql STABLE STRICT SECURITY DEFINER PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.*
      FROM (SELECT DISTINCT ON (v.nik, v.kind) v.leaf_index, v.record_no
              FROM lantik.version v
             WHERE v.recorded_at <= as_known_at.at
             ORDER BY v.nik, v.kind, v.leaf_index DESC, v.record_no DESC) last
      JOIN analyst.versions s ON s.leaf_index = last.leaf_index AND s.record_no = last.record_no;
END;
COMMENT ON FUNCTION analyst.as_known_at(timestamptz) IS
    'The last version of every appointment that was recorded by that time, terminations and withdrawals included. Privacy: I.';

-- An extension, and a new appointment after an ended one, begins a period; what follows belongs to it and replaces it
-- whole. The version that speaks for a day is the last one of the last period whose first day has come. Nobody is in
-- force whose appointment was withdrawn, whichever version it was withdrawn from.
CREATE FUNCTION analyst.effective_on(day date, known_at timestamptz DEFAULT 'infinity') RETURNS SETOF analyst.versions
    LANGUAGE sql STABLE STRICT SECURITY DEFINER PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    WITH known AS (
        SELECT v.nik, v.kind, v.leaf_index, v.record_no, v.starts_on, v.last_day, v.change_kind,
               v.change_kind IS NOT DISTINCT FROM 2
                   OR coalesce(lag(v.change_kind) OVER told, 0) IN (3, 4) AND v.change_kind IS NULL AS opens,
               last_value(v.change_kind) OVER told_whole AS last_change
          FROM lantik.version v
         WHERE v.recorded_at <= effective_on.known_at
        WINDOW told AS (PARTITION BY v.nik, v.kind ORDER BY v.leaf_index, v.record_no),
               told_whole AS (told ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)),
    placed AS (
        SELECT k.*, count(*) FILTER (WHERE k.opens)
                        OVER (PARTITION BY k.nik, k.kind ORDER BY k.leaf_index, k.record_no) AS period
          FROM known k),
    speaking AS (
        SELECT DISTINCT ON (p.nik, p.kind) p.leaf_index, p.record_no, p.last_day, p.change_kind, p.last_change
          FROM (SELECT DISTINCT ON (q.nik, q.kind, q.period) q.*
                  FROM placed q
                 ORDER BY q.nik, q.kind, q.period, q.leaf_index DESC, q.record_no DESC) p
         WHERE p.starts_on <= effective_on.day
         ORDER BY p.nik, p.kind, p.period DESC)
    SELECT s.*
      FROM speaking
      JOIN analyst.versions s ON s.leaf_index = speaking.leaf_index AND s.record_no = speaking.record_no
     WHERE (speaking.last_day IS NULL OR effective_on.day <= speaking.last_day)
       AND speaking.change_kind IS DISTINCT FROM 4 AND speaking.last_change IS DISTINCT FROM 4;
END;
COMMENT ON FUNCTION analyst.effective_on(date, timestamptz) IS
    'The appointments in force on that day, each by the version that speaks for it; with known_at, by what was recorded until then. Privacy: I.';

CREATE FUNCTION analyst.history(batch_id uuid, record_no integer) RETURNS SETOF analyst.versions
    LANGUAGE sql STABLE STRICT SECURITY DEFINER PARALLEL SAFE
    SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT s.*
      FROM lantik.version v
      JOIN analyst.versions s ON s.leaf_index = v.leaf_index AND s.record_no = v.record_no
     WHERE (v.nik, v.kind) IN (SELECT a.nik, a.kind
                                 FROM lantik.batch b
                                 JOIN lantik.entry e ON e.origin_batch_no = b.batch_no
                                 JOIN lantik.appointment a ON a.batch_no = e.batch_no
                                WHERE b.batch_id = history.batch_id AND a.record_no = history.record_no)
     ORDER BY v.leaf_index, v.record_no;
END;
COMMENT ON FUNCTION analyst.history(uuid, integer) IS
    'All versions of the appointment of which that record of that batch is one, oldest first. Privacy: I.';

CREATE VIEW analyst.held_back WITH (security_barrier) AS
SELECT n.kode_instansi, g.nama AS instansi, o.name AS office, k.word AS kind, s.word AS step, n.state, n.cause,
       n.records, n.batches, n.oldest, n.newest
  FROM (SELECT b.kode_instansi, b.office_no, b.kind, b.step, r.state, r.cause, count(*) AS records,
               count(DISTINCT b.batch_no) AS batches, min(b.recorded_at) AS oldest, max(b.recorded_at) AS newest
          FROM lantik.record_state r
          JOIN lantik.batch b ON b.batch_no = r.batch_no
         WHERE r.state IN ('returned', 'review') AND NOT r.corrected
         GROUP BY b.kode_instansi, b.office_no, b.kind, b.step, r.state, r.cause) n
  JOIN lantik.office o ON o.office_no = n.office_no
  LEFT JOIN lantik.agency_latest g ON g.kode_instansi = n.kode_instansi
  LEFT JOIN lantik.word k ON k.list = 'kind' AND k.code = n.kind
  LEFT JOIN lantik.word s ON s.list = 'step' AND s.code = n.step;
COMMENT ON VIEW analyst.held_back IS
    'Records that are open: returned and not corrected yet, or waiting for an official. Grain: one agency, office, kind, step, state and cause. Source: lantik.record_state. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.office IS 'Office that sent them. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.kind IS 'PPPK_PW, PPPK, CPNS, PNS or JF. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.step IS 'NI, SK, PERJANJIAN, SPMT or PELANTIKAN. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.state IS 'returned (BTS) or review (waits for an official). Privacy: N.';
COMMENT ON COLUMN analyst.held_back.cause IS 'Cases of rules that hold them back, sorted (lantik.rule_case, field). Privacy: N.';
COMMENT ON COLUMN analyst.held_back.records IS 'Unit: records. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.batches IS 'Batches that hold them. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.oldest IS 'When the first of them was recorded. Privacy: N.';
COMMENT ON COLUMN analyst.held_back.newest IS 'When the last of them was recorded. Privacy: N.';

CREATE VIEW analyst.decisions WITH (security_barrier) AS
SELECT d.leaf_index, d.decision_id, b.batch_id, o.name AS office, d.kode_instansi, g.nama AS instansi, k.word AS kind,
       s.word AS step, w.word AS act, d.accepted, d.returned, d.review, d.rejected, d.requested_at, d.recorded_at
  FROM lantik.decision d
  JOIN lantik.batch b ON b.batch_no = d.batch_no
  JOIN lantik.office o ON o.office_no = d.office_no
  LEFT JOIN lantik.agency_latest g ON g.kode_instansi = d.kode_instansi
  LEFT JOIN lantik.word k ON k.list = 'kind' AND k.code = d.kind
  LEFT JOIN lantik.word s ON s.list = 'step' AND s.code = d.step
  LEFT JOIN lantik.word w ON w.list = 'act' AND w.code = d.act;
COMMENT ON VIEW analyst.decisions IS
    'What officials decided of records that were held back, without their names and words. Grain: one decision. Source: lantik.decision. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.leaf_index IS 'Its leaf of the ledger, from 0. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.decision_id IS 'Id that the office knows it by. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.batch_id IS 'Batch as the office sent it. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.office IS 'Office that sent the batch. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.kind IS 'PPPK_PW, PPPK, CPNS, PNS or JF. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.step IS 'NI, SK, PERJANJIAN, SPMT or PELANTIKAN. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.act IS 'accept, return, reject (TMS) or replay (judged again under the present rulebook). Privacy: N.';
COMMENT ON COLUMN analyst.decisions.accepted IS 'Records that it put into the register. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.returned IS 'Records that it returned, or left returned. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.review IS 'Records that wait for an official after it. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.rejected IS 'Records that the official rejected. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.requested_at IS 'When the official asked for it. Privacy: N.';
COMMENT ON COLUMN analyst.decisions.recorded_at IS 'Time in its leaf. Privacy: N.';

GRANT SELECT ON analyst.versions, analyst.held_back, analyst.decisions TO lantik_analyst;
GRANT EXECUTE ON FUNCTION analyst.as_known_at(timestamptz), analyst.effective_on(date, timestamptz),
    analyst.history(uuid, integer) TO lantik_analyst;
GRANT EXECUTE ON FUNCTION lantik.name_key(text) TO lantik_reviewer;
