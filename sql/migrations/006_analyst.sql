-- The analysts' schema: masked, documented views over the register, and the dictionary of everything.
-- SPDX-License-Identifier: Apache-2.0
-- The views run with their owner's rights (security_invoker is off), so that an analyst needs no right on the register,
-- and are security barriers, so that no function of a query sees a row before the view has let it pass.
SET LOCAL ROLE lantik_owner;

-- What an analyst may see of a number that identifies a person: how long it is and its last four characters.
CREATE FUNCTION lantik.masked(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN length(value) > 4 THEN repeat('*', length(value) - 4) || right(value, 4) ELSE repeat('*', length(value)) END;
COMMENT ON FUNCTION lantik.masked(text) IS
    'Replaces all but the last four characters by `*`; a short value wholly. Privacy: N.';

CREATE VIEW lantik.agency_latest AS
SELECT DISTINCT ON (a.kode_instansi) a.kode_instansi, a.nama, a.level, a.province_code,
       coalesce(p.kanreg_id, a.kanreg_id) AS kanreg_id
  FROM lantik.agency a
  LEFT JOIN lantik.kanreg_province p
    ON p.province_code = a.province_code
   AND p.valid_from <= (now() AT TIME ZONE 'Asia/Jakarta')::date
   AND (p.valid_until IS NULL OR (now() AT TIME ZONE 'Asia/Jakarta')::date < p.valid_until)
 WHERE a.valid_from <= (now() AT TIME ZONE 'Asia/Jakarta')::date
 ORDER BY a.kode_instansi, a.valid_from DESC, p.kanreg_id;
COMMENT ON VIEW lantik.agency_latest IS
    'Agencies as of today with the regional office that serves them. Grain: one agency. Source: lantik.agency, lantik.kanreg_province. Privacy: N.';
COMMENT ON COLUMN lantik.agency_latest.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN lantik.agency_latest.nama IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN lantik.agency_latest.level IS 'pusat, provinsi, kabupaten or kota. Privacy: N.';
COMMENT ON COLUMN lantik.agency_latest.province_code IS 'Kemendagri province code; NULL for a central agency. Privacy: N.';
COMMENT ON COLUMN lantik.agency_latest.kanreg_id IS
    'Regional office that serves the province today; that of the agency''s row when it is central. Privacy: N.';

-- Versions that are current and were neither withdrawn nor terminated, with what every summary counts by.
CREATE VIEW lantik.in_force AS
SELECT c.kind, c.step, c.batch_no, c.record_no, a.kode_instansi, a.kelompok_lapor, a.jabatan_nama, a.tmt, a.upah,
       b.programme, coalesce(b.periode, extract(year FROM a.tmt)::integer) AS year
  FROM lantik.current_appointment c
  JOIN lantik.appointment a ON a.batch_no = c.batch_no AND a.record_no = c.record_no
  JOIN lantik.entry b ON b.batch_no = c.batch_no
 WHERE c.change_kind IS NULL OR c.change_kind NOT IN (3, 4);
COMMENT ON VIEW lantik.in_force IS
    'Current versions of appointments that were not terminated or withdrawn, without identifiers. Grain: one appointment. Source: lantik.current_appointment, lantik.appointment, lantik.entry. Privacy: X.';
COMMENT ON COLUMN lantik.in_force.kind IS 'Kind of appointment. Code of list kind of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.step IS 'Step reached. Code of list step of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.batch_no IS 'Batch or decision of the current version. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.record_no IS 'Record of the current version. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.kode_instansi IS 'Agency, 4 digits. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.kelompok_lapor IS 'Reporting group. Code of list kelompok_lapor of lantik.word. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.jabatan_nama IS 'Name of the position. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.tmt IS 'Effective from. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.upah IS 'Monthly pay. Unit: sen. Privacy: X.';
COMMENT ON COLUMN lantik.in_force.programme IS 'Programme of the batch. Privacy: N.';
COMMENT ON COLUMN lantik.in_force.year IS 'periode of the batch; the year of tmt when it names none. Privacy: N.';

CREATE VIEW analyst.current_appointment_summary WITH (security_barrier) AS
SELECT n.kode_instansi, g.nama AS instansi, g.kanreg_id, k.word AS kind, s.word AS step, l.word AS kelompok_lapor,
       n.people, n.first_tmt, n.last_tmt
  FROM (SELECT kode_instansi, kind, step, kelompok_lapor, count(*) AS people, min(tmt) AS first_tmt,
               max(tmt) AS last_tmt
          FROM lantik.in_force
         GROUP BY kode_instansi, kind, step, kelompok_lapor) n
  LEFT JOIN lantik.agency_latest g USING (kode_instansi)
  LEFT JOIN lantik.word k ON k.list = 'kind' AND k.code = n.kind
  LEFT JOIN lantik.word s ON s.list = 'step' AND s.code = n.step
  LEFT JOIN lantik.word l ON l.list = 'kelompok_lapor' AND l.code = n.kelompok_lapor;
COMMENT ON VIEW analyst.current_appointment_summary IS
    'How many appointments are in force, and at which step. Grain: one agency, kind, step and reporting group. Source: the register. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.instansi IS 'Name of the agency; NULL when it is not in the reference table. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.kanreg_id IS 'Regional office that serves the agency today. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.kind IS 'PPPK_PW, PPPK, CPNS, PNS or JF. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.step IS 'Step reached: NI, SK, PERJANJIAN, SPMT or PELANTIKAN. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.kelompok_lapor IS
    'Reporting group: guru, kesehatan or teknis; NULL when none is given. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.people IS 'Appointments in force. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.first_tmt IS 'Earliest date of effect among them. Privacy: N.';
COMMENT ON COLUMN analyst.current_appointment_summary.last_tmt IS 'Latest date of effect among them. Privacy: N.';

CREATE VIEW analyst.signing WITH (security_barrier) AS
SELECT n.kode_instansi, g.nama AS instansi, k.word AS kind, l.word AS kelompok_lapor,
       n.in_person, n.online, n.signed - n.in_person - n.online AS unknown, n.signed
  FROM (SELECT a.kode_instansi, a.kind, a.kelompok_lapor, count(*) AS signed,
               count(*) FILTER (WHERE a.signing_mode = 1) AS in_person,
               count(*) FILTER (WHERE a.signing_mode = 2) AS online
          FROM (SELECT DISTINCT ON (nik, kind) nik, kind, kode_instansi, kelompok_lapor, signing_mode
                  FROM lantik.appointment
                 WHERE step = 3
                 ORDER BY nik, kind, batch_no DESC, record_no DESC) a
          JOIN lantik.current_appointment c ON lpad((c.nik_key >> 3)::text, 16, '0') = a.nik AND c.kind = a.kind
         WHERE c.change_kind IS DISTINCT FROM 4
         GROUP BY a.kode_instansi, a.kind, a.kelompok_lapor) n
  LEFT JOIN lantik.agency_latest g USING (kode_instansi)
  LEFT JOIN lantik.word k ON k.list = 'kind' AND k.code = n.kind
  LEFT JOIN lantik.word l ON l.list = 'kelompok_lapor' AND l.code = n.kelompok_lapor;
COMMENT ON VIEW analyst.signing IS
    'Who signed the work agreement in person and who online. Counts the last PERJANJIAN version of each person; withdrawn appointments are left out. Grain: one agency, kind and reporting group. Source: the register. Privacy: N.';
COMMENT ON COLUMN analyst.signing.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.signing.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.signing.kind IS 'PPPK_PW or PPPK. Privacy: N.';
COMMENT ON COLUMN analyst.signing.kelompok_lapor IS 'Reporting group: guru, kesehatan or teknis. Privacy: N.';
COMMENT ON COLUMN analyst.signing.in_person IS 'Signed in person. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.signing.online IS 'Signed online. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.signing.unknown IS 'Signed; the record does not say how. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.signing.signed IS 'All three together. Unit: people. Privacy: N.';

CREATE VIEW analyst.formation_fill WITH (security_barrier) AS
SELECT kode_instansi, g.nama AS instansi, n.programme, l.word AS kelompok_lapor, n.quota, n.accepted, n.used,
       n.quota - n.used AS remaining,
       round(100.0 * n.used / nullif(n.quota, 0), 1)::numeric(7,1) AS percent
  FROM (SELECT kode_instansi, programme, kelompok_lapor, f.quota, coalesce(p.people, 0) AS accepted,
               coalesce(u.used, 0) AS used
          FROM (SELECT DISTINCT ON (kode_instansi, programme, kelompok_lapor)
                       kode_instansi, programme, kelompok_lapor, quota::bigint AS quota
                  FROM lantik.formation
                 WHERE valid_from <= (now() AT TIME ZONE 'Asia/Jakarta')::date
                   AND (valid_until IS NULL OR (now() AT TIME ZONE 'Asia/Jakarta')::date < valid_until)
                 ORDER BY kode_instansi, programme, kelompok_lapor, valid_from DESC) f
          FULL JOIN (SELECT kode_instansi, programme, kelompok_lapor, count(*) AS people
                       FROM lantik.in_force
                      WHERE programme IS NOT NULL AND kelompok_lapor IS NOT NULL AND kind <> 5
                      GROUP BY kode_instansi, programme, kelompok_lapor) p
         USING (kode_instansi, programme, kelompok_lapor)
          FULL JOIN (SELECT kode_instansi, programme, kelompok_lapor, sum(used)::bigint AS used
                       FROM lantik.formation_use
                      WHERE kelompok_lapor <> 0 AND kind <> 5
                      GROUP BY kode_instansi, programme, kelompok_lapor HAVING sum(used) <> 0) u
         USING (kode_instansi, programme, kelompok_lapor)) n
  LEFT JOIN lantik.agency_latest g USING (kode_instansi)
  LEFT JOIN lantik.word l ON l.list = 'kelompok_lapor' AND l.code = n.kelompok_lapor;
COMMENT ON VIEW analyst.formation_fill IS
    'The formation, its places that are taken, and the appointments in force; functional officials (JF) fill none. Grain: one agency, programme and reporting group. Source: lantik.formation of today, lantik.formation_use, the register. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.programme IS 'Programme, as in the batches: PW2024. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.kelompok_lapor IS 'Reporting group: guru, kesehatan or teknis. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.quota IS 'Positions fixed; NULL when none is loaded. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.accepted IS 'Appointments in force, at any step, by the group of their last version. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.used IS 'Places taken, as rule B09 counts them: appointments that began in this group or were changed to it, less the withdrawn ones; a termination keeps its place, and so does a later step that names another group. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.remaining IS 'quota less used; negative when the quota was lowered, or did not bind. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.formation_fill.percent IS 'used of quota. Unit: percent. Privacy: N.';

CREATE VIEW analyst.target_fill WITH (security_barrier) AS
SELECT t.kanreg_id, o.nama AS kanreg, t.year, t.target, coalesce(p.people, 0) AS appointed,
       t.target - coalesce(p.people, 0) AS remaining,
       round(100.0 * coalesce(p.people, 0) / nullif(t.target, 0), 1)::numeric(7,1) AS percent
  FROM (SELECT DISTINCT ON (kanreg_id, year) kanreg_id, year, target::bigint AS target
          FROM lantik.target
         WHERE valid_from <= (now() AT TIME ZONE 'Asia/Jakarta')::date
           AND (valid_until IS NULL OR (now() AT TIME ZONE 'Asia/Jakarta')::date < valid_until)
         ORDER BY kanreg_id, year, valid_from DESC) t
  LEFT JOIN (SELECT DISTINCT ON (kanreg_id) kanreg_id, nama FROM lantik.kanreg ORDER BY kanreg_id, valid_from DESC) o
    USING (kanreg_id)
  LEFT JOIN (SELECT g.kanreg_id, n.year, sum(n.people)::bigint AS people
               FROM (SELECT kode_instansi, year, count(*) AS people
                       FROM lantik.in_force
                      WHERE kind IN (1, 2)
                      GROUP BY kode_instansi, year) n
               JOIN lantik.agency_latest g USING (kode_instansi)
              GROUP BY g.kanreg_id, n.year) p
    USING (kanreg_id, year);
COMMENT ON VIEW analyst.target_fill IS
    'Full-time and part-time PPPK in force against the target of a regional office. Grain: one regional office and year. Source: lantik.target of today, the register. Privacy: N.';
COMMENT ON COLUMN analyst.target_fill.kanreg_id IS 'Regional office, 2 digits. Privacy: N.';
COMMENT ON COLUMN analyst.target_fill.kanreg IS 'Name of the regional office. Privacy: N.';
COMMENT ON COLUMN analyst.target_fill.year IS 'Year of the target; appointments by periode of their batch. Privacy: N.';
COMMENT ON COLUMN analyst.target_fill.target IS 'Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.target_fill.appointed IS 'Appointments in force, at any step. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.target_fill.remaining IS 'target less appointed. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.target_fill.percent IS 'appointed of target. Unit: percent. Privacy: N.';

CREATE VIEW analyst.pay_budget WITH (security_barrier) AS
SELECT kode_instansi, g.nama AS instansi, b.year, coalesce(p.people, 0) AS people,
       p.yearly_pay, b.budget, (b.budget - p.yearly_pay)::numeric(16,2) AS remaining,
       round(100 * p.yearly_pay / nullif(b.budget, 0), 1)::numeric(7,1) AS percent
  FROM (SELECT DISTINCT ON (kode_instansi, year) kode_instansi, year, amount AS budget
          FROM lantik.pay_budget
         WHERE valid_from <= (now() AT TIME ZONE 'Asia/Jakarta')::date
           AND (valid_until IS NULL OR (now() AT TIME ZONE 'Asia/Jakarta')::date < valid_until)
         ORDER BY kode_instansi, year, valid_from DESC) b
  FULL JOIN (SELECT kode_instansi, count(*) AS people,
                    CASE WHEN count(*) >= 5 THEN (12 * sum(upah) / 100)::numeric(16,2) END AS yearly_pay
               FROM lantik.in_force
              WHERE kind = 1
              GROUP BY kode_instansi) p
    USING (kode_instansi)
  LEFT JOIN lantik.agency_latest g USING (kode_instansi);
COMMENT ON VIEW analyst.pay_budget IS
    'Yearly pay of the part-time PPPK in force against the agency''s budget. Grain: one agency and budget year. Source: lantik.pay_budget of today, the register. Privacy: N.';
COMMENT ON COLUMN analyst.pay_budget.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.pay_budget.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.pay_budget.year IS 'Budget year; NULL when no budget is loaded. Privacy: N.';
COMMENT ON COLUMN analyst.pay_budget.people IS 'Part-time PPPK in force today, at any step. Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.pay_budget.yearly_pay IS
    'Twelve times their monthly pay; NULL for fewer than five people, whose pay it would tell. Unit: rupiah. Privacy: N.';
COMMENT ON COLUMN analyst.pay_budget.budget IS 'Budget of the year. Unit: rupiah. Privacy: N.';
COMMENT ON COLUMN analyst.pay_budget.remaining IS 'budget less yearly_pay; negative when it does not suffice. Unit: rupiah. Privacy: N.';
COMMENT ON COLUMN analyst.pay_budget.percent IS 'yearly_pay of budget. Unit: percent. Privacy: N.';

CREATE VIEW analyst.functional_officials WITH (security_barrier) AS
SELECT n.kode_instansi, g.nama AS instansi, n.jabatan_nama, n.people, n.last_tmt
  FROM (SELECT kode_instansi, jabatan_nama, count(*) AS people, max(tmt) AS last_tmt
          FROM lantik.in_force
         WHERE kind = 5
         GROUP BY kode_instansi, jabatan_nama) n
  LEFT JOIN lantik.agency_latest g USING (kode_instansi);
COMMENT ON VIEW analyst.functional_officials IS
    'Functional officials in force. Grain: one agency and position. Source: the register. Privacy: N.';
COMMENT ON COLUMN analyst.functional_officials.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.functional_officials.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.functional_officials.jabatan_nama IS 'Name of the functional position. Privacy: N.';
COMMENT ON COLUMN analyst.functional_officials.people IS 'Unit: people. Privacy: N.';
COMMENT ON COLUMN analyst.functional_officials.last_tmt IS 'Latest date of effect among them. Privacy: N.';

CREATE VIEW analyst.appointments WITH (security_barrier) AS
SELECT a.kode_instansi, g.nama AS instansi, g.kanreg_id, k.word AS kind, s.word AS step,
       c.change_kind IS NULL OR c.change_kind NOT IN (3, 4) AS in_force, h.word AS change_kind,
       lantik.masked(a.nik) AS nik, lantik.masked(a.nip) AS nip, a.jenis_kelamin,
       e.nama AS tk_pendidikan, l.word AS kelompok_lapor, j.word AS kelompok_jabatan, a.jabatan_nama, a.jenjang,
       a.golongan_id, a.unor_nama, a.unor_induk_nama, a.kode_kabkot, r.nama AS kabkot, a.tmt, a.tgl_kontrak_mulai,
       a.tgl_kontrak_akhir, a.tgl_perjanjian, a.tgl_pertek, a.no_sk, a.tgl_sk, i.word AS jenis_sk, a.tgl_spmt,
       a.tmt_pelantikan, m.word AS signing_mode, a.signed_at, n.programme, n.periode, o.name AS office, b.batch_id,
       a.record_no, n.recorded_at
  FROM lantik.current_appointment c
  JOIN lantik.appointment a ON a.batch_no = c.batch_no AND a.record_no = c.record_no
  JOIN lantik.entry n ON n.batch_no = c.batch_no
  JOIN lantik.batch b ON b.batch_no = n.origin_batch_no
  JOIN lantik.office o ON o.office_no = b.office_no
  LEFT JOIN lantik.agency_latest g ON g.kode_instansi = a.kode_instansi
  LEFT JOIN lantik.education_level e ON e.tk_pendidikan_id = a.tk_pendidikan_id
  LEFT JOIN lantik.region r ON r.code = a.kode_kabkot
  LEFT JOIN lantik.word k ON k.list = 'kind' AND k.code = c.kind
  LEFT JOIN lantik.word s ON s.list = 'step' AND s.code = c.step
  LEFT JOIN lantik.word h ON h.list = 'change_kind' AND h.code = c.change_kind
  LEFT JOIN lantik.word l ON l.list = 'kelompok_lapor' AND l.code = a.kelompok_lapor
  LEFT JOIN lantik.word j ON j.list = 'kelompok_jabatan' AND j.code = a.kelompok_jabatan
  LEFT JOIN lantik.word i ON i.list = 'jenis_sk' AND i.code = a.jenis_sk
  LEFT JOIN lantik.word m ON m.list = 'signing_mode' AND m.code = a.signing_mode;
COMMENT ON VIEW analyst.appointments IS
    'Current appointments with masked numbers and readable words; no name, birth date or pay. Grain: one current appointment. Source: the register. Privacy: I.';
COMMENT ON COLUMN analyst.appointments.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.kanreg_id IS 'Regional office that serves the agency today. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.kind IS 'PPPK_PW, PPPK, CPNS, PNS or JF. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.step IS 'Step reached: NI, SK, PERJANJIAN, SPMT or PELANTIKAN. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.in_force IS 'False after a termination or withdrawal. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.change_kind IS
    'Last change: amendment, extension, termination or withdrawal; NULL when none. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.nik IS 'Population number, all but the last four digits masked. Privacy: I.';
COMMENT ON COLUMN analyst.appointments.nip IS 'NIP or NI PPPK, all but the last four digits masked. Privacy: I.';
COMMENT ON COLUMN analyst.appointments.jenis_kelamin IS 'M man, F woman. Privacy: G.';
COMMENT ON COLUMN analyst.appointments.tk_pendidikan IS 'Education level. Privacy: G.';
COMMENT ON COLUMN analyst.appointments.kelompok_lapor IS 'Reporting group: guru, kesehatan or teknis. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.kelompok_jabatan IS 'Group of positions of the part-time programme. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.jabatan_nama IS 'Name of the position. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.jenjang IS 'Level of a functional official. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.golongan_id IS 'Grade: I-XVII for PPPK, I/a-IV/e for PNS. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.unor_nama IS 'Organisational unit. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.unor_induk_nama IS 'Parent unit. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.kode_kabkot IS 'Place of work, Kemendagri regency code. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.kabkot IS 'Place of work, name of the regency or city. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.tmt IS 'Effective from. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.tgl_kontrak_mulai IS 'First day of the agreement. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.tgl_kontrak_akhir IS 'Last day of the agreement. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.tgl_perjanjian IS 'Date of the work agreement. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.tgl_pertek IS 'Date of BKN''s technical consideration. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.no_sk IS 'Number of the decree. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.tgl_sk IS 'Date of the decree. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.jenis_sk IS 'individu or kolektif. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.tgl_spmt IS 'Date of the statement of starting duty. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.tmt_pelantikan IS 'Day of the inauguration. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.signing_mode IS 'in_person or online, in the current version. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.signed_at IS 'When the agreement was signed. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.programme IS 'Programme of the batch. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.periode IS 'Year of the programme. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.office IS 'Office that sent the current version. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.batch_id IS 'Batch of the current version, as the office knows it. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.record_no IS 'Record of that batch, from 1. Privacy: N.';
COMMENT ON COLUMN analyst.appointments.recorded_at IS 'When the current version was recorded. Privacy: N.';

CREATE VIEW analyst.batches WITH (security_barrier) AS
SELECT b.batch_no, o.name AS office, b.batch_id, b.kode_instansi, g.nama AS instansi, k.word AS kind, s.word AS step,
       b.programme, b.periode, CASE b.outcome WHEN 1 THEN 'committed' ELSE 'refused' END AS outcome,
       b.row_count, b.accepted, b.returned, b.review, b.corrects_batch_id, b.no_surat_usulan, b.tgl_surat_usulan,
       b.leaf_index, CASE b.durability WHEN 1 THEN 'local' WHEN 2 THEN 'quorum' ELSE 'unsafe' END AS durability,
       b.received_at, b.recorded_at
  FROM lantik.batch b
  JOIN lantik.office o ON o.office_no = b.office_no
  LEFT JOIN lantik.agency_latest g ON g.kode_instansi = b.kode_instansi
  LEFT JOIN lantik.word k ON k.list = 'kind' AND k.code = b.kind
  LEFT JOIN lantik.word s ON s.list = 'step' AND s.code = b.step;
COMMENT ON VIEW analyst.batches IS
    'Batches with their outcome and counts, without the officials. Grain: one batch. Source: lantik.batch. Privacy: N.';
COMMENT ON COLUMN analyst.batches.batch_no IS 'Number of the batch here. Privacy: N.';
COMMENT ON COLUMN analyst.batches.office IS 'Office that sent it. Privacy: N.';
COMMENT ON COLUMN analyst.batches.batch_id IS 'Id that the office chose. Privacy: N.';
COMMENT ON COLUMN analyst.batches.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.batches.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.batches.kind IS 'PPPK_PW, PPPK, CPNS, PNS or JF. Privacy: N.';
COMMENT ON COLUMN analyst.batches.step IS 'NI, SK, PERJANJIAN, SPMT or PELANTIKAN. Privacy: N.';
COMMENT ON COLUMN analyst.batches.programme IS 'Programme: PW2024. Privacy: N.';
COMMENT ON COLUMN analyst.batches.periode IS 'Year of the programme. Privacy: N.';
COMMENT ON COLUMN analyst.batches.outcome IS 'committed, or refused whole by a rule. Privacy: N.';
COMMENT ON COLUMN analyst.batches.row_count IS 'Records received. Privacy: N.';
COMMENT ON COLUMN analyst.batches.accepted IS 'Records accepted (MS). Privacy: N.';
COMMENT ON COLUMN analyst.batches.returned IS 'Records returned for repair (BTS). Privacy: N.';
COMMENT ON COLUMN analyst.batches.review IS 'Records that wait for a named official. Privacy: N.';
COMMENT ON COLUMN analyst.batches.corrects_batch_id IS 'Batch that this one corrects. Privacy: N.';
COMMENT ON COLUMN analyst.batches.no_surat_usulan IS 'Number of the proposing letter. Privacy: N.';
COMMENT ON COLUMN analyst.batches.tgl_surat_usulan IS 'Date of the proposing letter. Privacy: N.';
COMMENT ON COLUMN analyst.batches.leaf_index IS 'Its leaf of the ledger, from 0. Privacy: N.';
COMMENT ON COLUMN analyst.batches.durability IS 'local, quorum, or unsafe (test settings). Privacy: N.';
COMMENT ON COLUMN analyst.batches.received_at IS 'When the daemon held the whole body. Privacy: N.';
COMMENT ON COLUMN analyst.batches.recorded_at IS 'Time in the leaf. Privacy: N.';

CREATE VIEW analyst.returns WITH (security_barrier) AS
SELECT n.kode_instansi, g.nama AS instansi, k.word AS kind, s.word AS step, c.code AS rule, n.rule_case,
       CASE n.severity WHEN 1 THEN 'FATAL' WHEN 2 THEN 'ERROR' WHEN 3 THEN 'REVIEW' ELSE 'WARN' END AS severity,
       n.findings, n.records, n.batches, c.expected_en, c.expected_id, n.last_recorded_at
  FROM (SELECT b.kode_instansi, b.kind, b.step, f.rule_case, f.severity, count(*) AS findings,
               count(DISTINCT (b.origin_batch_no, f.record_no)) AS records,
               count(DISTINCT b.origin_batch_no) AS batches, max(b.recorded_at) AS last_recorded_at
          FROM lantik.finding f
          JOIN lantik.entry b USING (batch_no)
         GROUP BY b.kode_instansi, b.kind, b.step, f.rule_case, f.severity) n
  LEFT JOIN lantik.rule_case c USING (rule_case)
  LEFT JOIN lantik.agency_latest g USING (kode_instansi)
  LEFT JOIN lantik.word k ON k.list = 'kind' AND k.code = n.kind
  LEFT JOIN lantik.word s ON s.list = 'step' AND s.code = n.step;
COMMENT ON VIEW analyst.returns IS
    'What the rules found and sent back, by rule and agency. Grain: one agency, kind, step, case of a rule and severity. Source: lantik.finding. Privacy: N.';
COMMENT ON COLUMN analyst.returns.kode_instansi IS 'BKN''s agency code, 4 digits. Privacy: N.';
COMMENT ON COLUMN analyst.returns.instansi IS 'Name of the agency. Privacy: N.';
COMMENT ON COLUMN analyst.returns.kind IS 'PPPK_PW, PPPK, CPNS, PNS or JF. Privacy: N.';
COMMENT ON COLUMN analyst.returns.step IS 'NI, SK, PERJANJIAN, SPMT or PELANTIKAN. Privacy: N.';
COMMENT ON COLUMN analyst.returns.rule IS 'Rule: N05. Privacy: N.';
COMMENT ON COLUMN analyst.returns.rule_case IS 'Case of the rule: N05.birth_date. Privacy: N.';
COMMENT ON COLUMN analyst.returns.severity IS
    'FATAL (batch refused), ERROR (record returned), REVIEW (an official decides) or WARN (passes). Privacy: N.';
COMMENT ON COLUMN analyst.returns.findings IS 'Findings, those of replays included; a record may have several. Privacy: N.';
COMMENT ON COLUMN analyst.returns.records IS 'Records concerned; a batch''s own finding counts as one. Privacy: N.';
COMMENT ON COLUMN analyst.returns.batches IS 'Batches concerned. Privacy: N.';
COMMENT ON COLUMN analyst.returns.expected_en IS 'What was expected, in English. Privacy: N.';
COMMENT ON COLUMN analyst.returns.expected_id IS 'What was expected, in Indonesian. Privacy: N.';
COMMENT ON COLUMN analyst.returns.last_recorded_at IS 'When it was last found. Privacy: N.';

CREATE VIEW analyst.dictionary WITH (security_barrier) AS
SELECT d.object_schema, d.object_name, d.object_type, d.column_name, d.position, d.data_type,
       substring(d.comment FROM 'Privacy: ([GIXN])\.$') AS privacy,
       regexp_replace(d.comment, ' ?Privacy: [GIXN]\.$', '') AS description
  FROM (SELECT n.nspname::text AS object_schema, c.relname::text AS object_name,
               CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'S' THEN 'sequence' ELSE 'index' END
                   AS object_type,
               a.attname::text AS column_name, nullif(a.attnum, 0)::integer AS position,
               format_type(a.atttypid, a.atttypmod) AS data_type, p.description AS comment
          FROM pg_catalog.pg_description p
          JOIN pg_catalog.pg_class c ON p.classoid = 'pg_catalog.pg_class'::regclass AND p.objoid = c.oid
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.objsubid AND p.objsubid > 0
         UNION ALL
        SELECT n.nspname, f.proname, 'function', NULL, NULL, format_type(f.prorettype, NULL), p.description
          FROM pg_catalog.pg_description p
          JOIN pg_catalog.pg_proc f ON p.classoid = 'pg_catalog.pg_proc'::regclass AND p.objoid = f.oid
          JOIN pg_catalog.pg_namespace n ON n.oid = f.pronamespace
         UNION ALL
        SELECT n.nspname, n.nspname, 'schema', NULL, NULL, NULL, p.description
          FROM pg_catalog.pg_description p
          JOIN pg_catalog.pg_namespace n ON p.classoid = 'pg_catalog.pg_namespace'::regclass AND p.objoid = n.oid) d
 WHERE d.object_schema IN ('lantik', 'analyst')
 ORDER BY d.object_schema, d.object_name, d.position NULLS FIRST;
COMMENT ON VIEW analyst.dictionary IS
    'Every documented object and column of both schemas. Grain: one object or column. Source: comments of the database. Privacy: N.';
COMMENT ON COLUMN analyst.dictionary.object_schema IS 'lantik or analyst. Privacy: N.';
COMMENT ON COLUMN analyst.dictionary.object_name IS 'Table, view, index, sequence, function or schema. Privacy: N.';
COMMENT ON COLUMN analyst.dictionary.object_type IS 'Which of these it is. Privacy: N.';
COMMENT ON COLUMN analyst.dictionary.column_name IS 'The column; NULL: the object itself. Privacy: N.';
COMMENT ON COLUMN analyst.dictionary.position IS 'Place of the column, from 1. Privacy: N.';
COMMENT ON COLUMN analyst.dictionary.data_type IS 'Type of the column or of the function''s result. Privacy: N.';
COMMENT ON COLUMN analyst.dictionary.privacy IS
    'Class of Law 27/2022: N not personal, G general, I identifying, X specific (health, criminal record, finance). Privacy: N.';
COMMENT ON COLUMN analyst.dictionary.description IS 'What it is: format or unit, grain, source. Privacy: N.';

GRANT SELECT ON ALL TABLES IN SCHEMA analyst TO lantik_analyst;
-- A view asks for its reader's right to a function.
GRANT EXECUTE ON FUNCTION lantik.masked(text) TO lantik_analyst;
